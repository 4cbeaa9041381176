/** Room on the phone: asked before somebody types, not after. */

import type { Database } from "./database";

/** Less than this and new records are refused in time. */
const FULL_BYTES = 1_000_000;
const SHORT_BYTES = 20_000_000;
/** As much as a record with a photo takes. */
const PROBE_BYTES = 300_000;

export type Room = "ok" | "short" | "full";

/** What the browser says is free. */
export async function room(): Promise<Room> {
  if (!navigator.storage?.estimate) return "ok";
  try {
    const { quota, usage } = await navigator.storage.estimate();
    if (quota === undefined) return "ok";
    const free = quota - (usage ?? 0);
    return free < FULL_BYTES ? "full" : free < SHORT_BYTES ? "short" : "ok";
  } catch {
    return "ok";
  }
}

/** Write as much as a record takes, and take it away again: the only proof that there is room. */
export async function probe(database: Database): Promise<boolean> {
  try {
    await database.write(["meta"], (work) =>
      work.put("meta", { name: "probe", value: new Uint8Array(PROBE_BYTES) }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await database.write(["meta"], (work) => work.delete("meta", "probe")).catch(() => undefined);
  }
}

/** Ask the browser to keep what is stored; where it does not, the phone may lose it when short of room. */
export async function persist(): Promise<boolean | null> {
  if (!navigator.storage?.persist) return null;
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return null;
  }
}

export const isFull = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "QuotaExceededError";
