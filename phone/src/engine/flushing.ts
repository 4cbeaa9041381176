/** Sends what is in the outbox, in the page and in the service worker alike. */

import { type Clock, isOver } from "./clock";
import type { Database, PersonRow } from "./database";
import { type Door, Trouble } from "./door";
import { type Answered, batch, pushBody, settle } from "./outbox";

export const BATCH = 50;
export const MOST = 200;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
const LOCK = "xiachen-flush";

/** Longer than a try takes: a tab that the phone has frozen may hold the lock for ever. */
const PATIENCE_MS = 90_000;

/** One tab or worker after the other. */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  // Where there are no locks two may send the same: the server answers "already".
  if (!("locks" in navigator)) return work();
  const impatient = new AbortController();
  const bell = setTimeout(() => impatient.abort(), PATIENCE_MS);
  try {
    return await navigator.locks.request(LOCK, { signal: impatient.signal }, () => {
      clearTimeout(bell);
      return work();
    });
  } catch (error) {
    if (impatient.signal.aborted) return work();
    throw error;
  } finally {
    clearTimeout(bell);
  }
}

/** How long to wait after so many failures in a row: doubled each time, any part of it by chance. */
export const backOff = (failures: number, chance = Math.random()): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (0.5 + chance / 2);

/** The server's own wait, and up to the same again by chance, so that phones do not come together. */
export const serversWait = (seconds: number, chance = Math.random()): number =>
  Math.max(1, seconds) * 1_000 * (1 + chance);

/** The server asked for rest: kept, so that a page loaded anew honours it too. */
const rest = async (database: Database, device: string, wall: number, ms: number): Promise<void> =>
  database.write(["people"], async (work) => {
    const person = await work.get("people", device);
    if (person) work.put("people", { ...person, wait: { from: wall, until: wall + ms } });
  });

export interface Flushed {
  wantedApp: string | null;
  /** Whether the server has taken anything in. */
  taken: boolean;
}

/**
 * Push until nothing is left that may go now; an empty batch first, if the outbox is empty, is a contact.
 *
 * Throws Trouble where the server refuses the whole request; what was answered before is kept.
 */
export async function flush(
  database: Database,
  door: Door,
  clock: Clock,
  device: string,
  { app, contact }: { app: string; contact: boolean },
): Promise<Flushed> {
  let limit = BATCH;
  let wantedApp: string | null = null;
  let taken = false;
  let asked = !contact;
  const tooLarge = new Set<string>();
  for (;;) {
    const person = await database.read(["people"], (work) => work.get("people", device));
    if (!person || person.pending || !isOver(person.wait, clock.wall())) break;
    clock.remember(person);
    const rows = await batch(database, device, clock.wall(), limit, tooLarge);
    if (rows.length === 0 && asked) break;
    asked = true;
    try {
      const answer = await push(door, clock, person, rows, app);
      await settle(database, device, rows, answer, clock.wall(), clock.met(answer.time));
      wantedApp = answer.wanted_app ?? wantedApp;
      taken ||= answer.outcomes.some(({ outcome }) => outcome !== "retry");
      // An answer that names none of the sent would be asked for ever.
      const named = new Set(answer.outcomes.map((outcome) => outcome.id));
      if (rows.length > 0 && !rows.some((row) => named.has(row.id))) break;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (error.status === 413 && rows.length > 1) limit = Math.ceil(rows.length / 2);
      // One that is too large by itself stays, and does not hold up those behind it.
      else if (error.status === 413 && rows.length === 1) tooLarge.add(rows[0]!.id);
      else {
        if (error.after !== null) {
          await rest(database, device, clock.wall(), serversWait(error.after));
        }
        throw error;
      }
    }
  }
  return { wantedApp, taken };
}

const push = (
  door: Door,
  clock: Clock,
  person: PersonRow,
  rows: Awaited<ReturnType<typeof batch>>,
  app: string,
): Promise<Answered> =>
  door.post<Answered>(person, "/sync/v1/push", pushBody(person, rows, app, clock.wall()));
