import { w } from "../words";
import { engine, refused, tell, wordsFor } from "./house";
import { Act, Note, Screen } from "./parts";
import { instant } from "./times";
import type { EventKind } from "../engine/types";

const kindOf = (kind: EventKind | null) => (kind ? w.kinds[kind] : w.sealed);

/** Of a code that was mistyped, old or of another place: one signs in again. */
const CODES = ["wrong-code", "other-days-code", "code-used", "unknown-place", "place-closed"].map(
  (one) => `attendance.${one}`,
);

/** What to do about a refusal, for those that a volunteer meets. */
function advice(code: string): string {
  if (code === "sync.revoked") return w.adviceRevoked;
  if (CODES.includes(code)) return w.adviceCode;
  if (code === "sync.old-app" || code === "sync.unknown-kind") return w.adviceOld;
  return w.advice;
}

/** What is unsent, and what was not accepted, in words. */
export function UnsentScreen() {
  const { contact, recorded, quarantined: all } = engine.state();
  const quarantined = refused();
  const now = engine.now();
  const waiting = recorded.filter((one) => !one.sent);
  const others = contact.unsent - waiting.length;
  const send = async () => {
    await engine.sync();
    const { trouble, unsent } = engine.state().contact;
    if (trouble) tell(trouble.code === "offline" ? w.stillOffline : wordsFor(trouble));
    else if (!unsent) tell(w.allSent);
  };
  return (
    <Screen title={w.unsent} foot={<Act words={w.sendNow} run={send} />}>
      <p>
        {contact.unsent
          ? w.unsentSince(contact.unsent, contact.since ? instant(contact.since, now) : "")
          : w.allSent}
        {contact.photos > 0 && ` · ${w.photosWait(contact.photos)}`}
        <small>{contact.last ? w.lastContact(instant(contact.last, now)) : w.noContact}</small>
      </p>
      {contact.unsent > 0 && <Note>{w.unsentSafe}</Note>}
      {quarantined.length > 0 && <h2>{w.notAccepted(quarantined.length)}</h2>}
      {quarantined.map((one) => (
        <div key={one.id} class="card soon">
          <h3>
            {kindOf(one.kind)} · {instant(one.at, now)}
          </h3>
          <p>{one.words || one.code}</p>
          <p class="quiet">{advice(one.code)}</p>
        </div>
      ))}
      {waiting.length > 0 && <h2>{w.waiting}</h2>}
      <ul>
        {waiting.map((one) => (
          <li key={one.id} class="plainly">
            {kindOf(one.kind)} <small>{instant(one.at, now)}</small>
          </li>
        ))}
      </ul>
      {all.length > quarantined.length && (
        <p class="quiet">{w.othersRefused(all.length - quarantined.length)}</p>
      )}
      {others > 0 && <p class="quiet">{w.ofOthers(others)}</p>}
    </Screen>
  );
}
