import type { Doc, Docs } from "../engine/types";
import { w } from "../words";
import { engine, keep } from "./house";
import { Act, Note, Screen } from "./parts";
import { instant } from "./times";
import { go } from "./ways";

function Card({ task: { id, body, pending } }: { task: Doc<Docs["task"]> }) {
  const claim = () => keep("needs.claim", { task: id }, w.claimed, body.community);
  const release = () => keep("needs.release", { task: id }, w.released, body.community);
  return (
    <li class="card">
      <h2>{body.title}</h2>
      <p class="quiet">
        {body.mine === "finished"
          ? w.finishedWaits
          : body.mine
            ? w.yourTask
            : w.placesLeft(body.places_left, body.people_wanted)}
        {pending && ` · ${w.notSent}`}
      </p>
      {body.mine === "claimed" ? (
        <div class="pair">
          <Act plain words={w.release} run={release} />
          <Act words={w.finished} run={() => go("work", id)} />
        </div>
      ) : (
        !body.mine && body.places_left > 0 && <Act words={w.claim} run={claim} />
      )}
    </li>
  );
}

const ORDER = { claimed: 0, "": 1, finished: 2 };

/** Tasks to claim, to finish and to give back. */
export function Tasks() {
  const all = [...engine.docs("task")].sort((a, b) => ORDER[a.body.mine] - ORDER[b.body.mine]);
  return (
    <Screen title={w.tasks}>
      {!all.length && <Note>{w.noTasks}</Note>}
      <ul>
        {all.map((one) => (
          <Card key={one.id} task={one} />
        ))}
      </ul>
    </Screen>
  );
}

/** Notices; opening one tells the sender that it was read. */
export function Notices() {
  const all = [...engine.docs("notice")].sort((a, b) => b.body.at - a.body.at);
  const now = engine.now();
  const read = (one: Doc<Docs["notice"]>) => {
    if (!one.body.read) void keep("notices.read", { notice: one.id }, "");
  };
  return (
    <Screen title={w.notices}>
      {!all.length && <Note>{w.noNotices}</Note>}
      {all.map((one) => (
        <details key={one.id} onToggle={() => read(one)}>
          <summary>
            <span>
              {one.body.title}
              <small>{instant(one.body.at, now)}</small>
            </span>
            {!one.body.read && <b class="mark">{w.notRead}</b>}
          </summary>
          <p class="text">{one.body.text}</p>
        </details>
      ))}
    </Screen>
  );
}
