import { useState } from "preact/hooks";
import { inEnglish, speak, w } from "../words";
import { engine, redraw, tell, wordsFor } from "./house";
import { Install } from "./installing";
import { Act, Choice, Line, Note, Screen } from "./parts";
import { enlarge } from "./people";

/** Save what is unsent as a file that somebody else brings to the server. */
async function save(): Promise<void> {
  try {
    const { blob, name, count } = await engine.handOver();
    if (!count) return tell(w.nothingUnsent);
    const address = URL.createObjectURL(blob);
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    tell(w.handedOver(count));
  } catch (refused) {
    tell(wordsFor(refused));
  }
}

/** Bring another phone's file to the server. */
async function forward(file: File): Promise<void> {
  try {
    tell(w.forwarded(await engine.forward(file)));
  } catch (refused) {
    tell(wordsFor(refused));
  }
}

/** Language, letters, who uses this phone, and giving it up. */
export function Settings() {
  const [leaving, setLeaving] = useState(false);
  const { people, person, persisted, app } = engine.state();
  const giveUp = async () => {
    try {
      await engine.giveUp();
    } catch {
      tell(w.handOverFirst);
    }
  };
  const language = async (one: "zh" | "en") => {
    engine.keepSetting("language", one);
    await speak(one);
    redraw();
  };
  const letters = (one: "0" | "1") => {
    engine.keepSetting("large", one);
    enlarge();
    redraw();
  };
  return (
    <Screen title={w.settings}>
      <Choice
        name={w.language}
        of={[["zh", "中文"] as const, ["en", "English"] as const]}
        chosen={inEnglish() ? "en" : "zh"}
        choose={language}
      />
      <Choice
        name={w.letters}
        of={[["0", w.normal] as const, ["1", w.large] as const]}
        chosen={engine.setting("large") === "1" ? "1" : "0"}
        choose={letters}
      />
      <Install />
      {persisted === false && <Note>{w.notPersisted}</Note>}
      <h2>{w.onThisPhone(people.length)}</h2>
      <Line to="people" words={w.switchPerson} more={person?.name} />
      <Line words={w.lock} run={() => engine.lock()} />
      <h2>{w.givingUp}</h2>
      <Line words={w.handOver} more={w.handOverWhy} run={save} />
      <label class="line">
        <span>
          {w.forward}
          <small>{w.forwardWhy}</small>
        </span>
        <input
          type="file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            // The same file chosen once more is a choice as well.
            event.currentTarget.value = "";
            if (file) return forward(file);
          }}
        />
      </label>
      {leaving ? (
        <div class="card soon">
          <p>{w.forgetMeans(person?.name ?? "")}</p>
          <div class="pair">
            <Act plain words={w.forgetMe} run={giveUp} />
            <Act words={w.stay} run={() => setLeaving(false)} />
          </div>
        </div>
      ) : (
        <Line words={w.giveUp} run={() => setLeaving(true)} />
      )}
      <p class="quiet">{w.version(app)}</p>
    </Screen>
  );
}
