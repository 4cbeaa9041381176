import { useMemo, useState } from "preact/hooks";
import { inEnglish, w } from "../words";
import { engine, keep, member, tell, wordsFor } from "./house";
import { Act, Choice, Note, Room, Screen, Stepper } from "./parts";
import { home } from "./ways";

/**
 * How often each kind was recorded here; the most used stand first, then those of the tasks, then
 * what the emergency is about.
 */
const used = (): Record<string, number> => JSON.parse(engine.setting("used") ?? "{}");

function countUse(kind: string): void {
  const all = used();
  all[kind] = (all[kind] ?? 0) + 1;
  engine.keepSetting("used", JSON.stringify(all));
}

/** As many characters as the server keeps. */
const LONGEST_NOTE = 200;

/** How many kinds are offered before the others are asked for. */
const FIRST = 6;

function Kinds({ chosen, choose }: { chosen: string | undefined; choose: (kind: string) => void }) {
  const [whole, setWhole] = useState(false);
  const docs = engine.docs("work-kind");
  const tasks = engine.docs("task");
  const all = useMemo(() => {
    const often = used();
    const wanted = new Set(tasks.map((one) => one.body.kind));
    const rank = (code: string) => (often[code] ?? 0) + (wanted.has(code) ? 0.5 : 0);
    return docs.map((one) => one.body).sort((a, b) => rank(b.code) - rank(a.code) || a.order - b.order);
  }, [docs, tasks]);
  // Folded again around what was chosen: the numbers below want to be seen.
  const first = all.slice(0, FIRST);
  const other = all.find((one) => one.code === chosen && !first.includes(one));
  const shown = whole ? all : other ? [other, ...first] : first;
  if (!all.length) return <Note>{w.noKinds}</Note>;
  return (
    <>
      <Choice
        name={w.whatDone}
        of={shown.map((one) => [one.code, inEnglish() ? one.en : one.zh] as const)}
        chosen={chosen}
        choose={(kind) => {
          setWhole(false);
          choose(kind);
        }}
      />
      {shown.length < all.length && (
        <button class="plain" onClick={() => setWhole(true)}>
          {w.otherKinds(all.length - shown.length)}
        </button>
      )}
    </>
  );
}

/** Record a piece of work; or, about a task, that it is finished. */
export function Work({ about }: { about: string }) {
  const task = engine.docs("task").find((one) => one.id === about)?.body;
  const [kind, choose] = useState<string>();
  const [times, setTimes] = useState(1);
  const [served, setServed] = useState(0);
  const [note, setNote] = useState("");
  const [photo, setPhoto] = useState<File>();
  const record = async () => {
    const words = note.trim();
    const counts = { times, persons_served: served, ...(words && { note: words }) };
    if (about) {
      const kept = await keep(
        "needs.finish", { task: about, ...counts }, w.taskFinished, task?.community,
      );
      return kept && home();
    }
    let id: string | undefined;
    try {
      if (photo) id = await engine.keepPhoto(photo);
    } catch (refused) {
      // The record matters more than its picture.
      tell(wordsFor(refused));
      setPhoto(undefined);
      return;
    }
    const body = { member: member(), work: kind!, ...counts, ...(id && { photo: id }) };
    if (!(await keep("attendance.work", body, w.workKept))) return;
    countUse(kind!);
    choose(undefined);
    setTimes(1);
    setServed(0);
    setNote("");
    setPhoto(undefined);
  };
  return (
    <Screen
      title={about ? w.finishTask : w.recordWork}
      foot={
        <Act off={!kind && !about} words={about ? w.finished : w.keepRecord} run={record} />
      }
    >
      <Room>
        {about ? <h2>{task?.title}</h2> : <Kinds chosen={kind} choose={choose} />}
        <Stepper name={w.personsServed} value={served} set={setServed} />
        <Stepper name={w.times} value={times} least={1} set={setTimes} />
        <label for="note">{w.note}</label>
        <textarea
          id="note"
          rows={2}
          maxLength={LONGEST_NOTE}
          autocomplete="off"
          placeholder={w.noteHow}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        {!about && (
          <label class="plain">
            {photo ? w.photoTaken : w.addPhoto}
            <input
              type="file"
              accept="image/*"
              capture="environment"
              onChange={(event) => setPhoto(event.currentTarget.files?.[0])}
            />
          </label>
        )}
      </Room>
    </Screen>
  );
}
