/** The engine behind the screens, and what several screens ask of its documents. */

import type { Bodies, Docs, Engine, EventKind, Quarantined, Refused } from "../engine/types";
import { w } from "../words";
import { dayOf } from "./times";

export let engine: Engine;
let changed = () => {};
let said = "";
let timer = 0;

export function bind(to: Engine, listener: () => void): void {
  engine = to;
  changed = listener;
}

/** Draw again after something changed that the engine does not know of. */
export const redraw = () => changed();

/** Say a sentence at the foot of the screen for some seconds. */
export function tell(words: string): void {
  hush();
  said = words;
  if (words) timer = window.setTimeout(() => tell(""), 6000);
  changed();
}

export const told = () => said;

/** What was said belongs to the screen that is left. */
export function hush(): void {
  clearTimeout(timer);
  said = "";
}

export const me = () => engine.docs("me")[0]?.body;
export const member = () => engine.state().person?.member ?? "";
export const standing = () => engine.docs("standing")[0]?.body;

/** Today's duty, or the one that comes next. */
export function duty(): Docs["duty"] | undefined {
  const all = engine.docs("duty").map((one) => one.body);
  return all.find((one) => one.today) ?? all[0];
}

/** Whether one is off duty today, by what the pack says or by what this phone has just recorded. */
export function offDuty(): boolean {
  const { well, fit_until } = standing() ?? {};
  // Feeling well again ends nothing: somebody in charge of health has to say so.
  const stoodDown = engine
    .state()
    .recorded.some(
      ({ kind, body }) =>
        "member" in body &&
        body.member === member() &&
        (kind === "attendance.injury" || ("well" in body && !body.well)),
    );
  return stoodDown || well === false || (!!fit_until && fit_until < dayOf(engine.now()));
}

/** Records of whoever is chosen that were not accepted; those of others are theirs to see. */
export function refused(): readonly Quarantined[] {
  const { person, quarantined } = engine.state();
  return quarantined.filter((one) => one.device === person?.device);
}

let known = 0;

/** Take back what the foot of the screen promises, where the answer is a refusal. */
export function heed(): void {
  const all = refused();
  const last = all.at(-1);
  if (all.length > known && said && last) tell(last.words);
  known = all.length;
}

/** The team in which one is there, as an event names it. */
export function team(): { team?: string } {
  const name = duty()?.team;
  return name ? { team: name } : {};
}

/** The sentence for a refused action: the server's words, else the app's own. */
export function wordsFor(refused: unknown): string {
  const { code, words } = refused as Refused;
  const own: Record<string, string> = {
    offline: w.needsNetwork,
    full: w.full,
    "other-file": w.otherFile,
  };
  return own[code] || words || w.failed;
}

/**
 * The community that a record belongs to: today's, or the last one that a pack named, because
 * somebody whose pack is over signs in again before the next one has come.
 */
const community = (): number | null => duty()?.community ?? engine.community();

/** Keep an event; says what became of it and whether it is kept. */
export async function keep<K extends EventKind>(
  kind: K,
  body: Bodies[K],
  words: string,
  place = community(),
): Promise<boolean> {
  try {
    await engine.record(kind, body, place);
    tell(words);
    return true;
  } catch (refused) {
    tell(wordsFor(refused));
    return false;
  }
}
