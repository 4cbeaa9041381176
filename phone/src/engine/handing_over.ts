/** A phone is given up, or never sees a network: what is unsent leaves it as a sealed file. */

import { utf8 } from "./bytes";
import type { Clock } from "./clock";
import { sign } from "./cryptography";
import type { Database, EventRow, PersonRow } from "./database";
import { type Door, Trouble } from "./door";
import { MOST } from "./flushing";
import { type Answered, pushBody } from "./outbox";
import { dropPack } from "./expiry";
import { unsent as unsentPhotos } from "./photos";

const FORMAT = "xiachen-unsent-1";
const PUSH = "/sync/v1/push";

interface File {
  format: typeof FORMAT;
  device: string;
  /** Pushes as the device would send them, each signed by it. */
  pushes: { stamp: number; signature: string; body: string }[];
}

/** In place of the answer to one push: a device that the server does not know, another's signature. */
interface Refusal {
  code?: string;
  words?: string;
}

/** What is unsent of one device, and what no backup holds yet, as a file; nothing leaves by that. */
export async function handOver(
  database: Database,
  clock: Clock,
  device: string,
  app: string,
): Promise<{ blob: Blob; name: string; count: number }> {
  const { person, unsent, guarded } = await database.read(
    ["people", "outbox", "receipts", "quarantined"],
    async (work) => ({
      person: await work.get("people", device),
      unsent: await work.all("outbox", device),
      guarded: [
        ...(await work.all("receipts", device)),
        ...(await work.all("quarantined")).filter((row) => row.device === device),
      ],
    }),
  );
  if (!person) throw new Error("nobody");
  // What no backup is known to hold goes along: after a restore the file brings it back.
  const rows = [...unsent, ...guarded.filter(({ seq }) => seq > person.durable)];
  const file: File = { format: FORMAT, device, pushes: [] };
  for (let at = 0; at < Math.max(1, rows.length); at += MOST) {
    file.pushes.push(await signed(person, rows.slice(at, at + MOST), app, clock));
  }
  await database.write(["people"], async (work) => {
    const row = await work.get("people", device);
    const handed = Math.max(0, ...unsent.map((event) => event.seq));
    if (row) work.put("people", { ...row, handed: Math.max(row.handed, handed) });
  });
  return {
    blob: new Blob([JSON.stringify(file)], { type: "application/json" }),
    name: `xiachen-${device.slice(-6)}-${person.seq}.json`,
    count: unsent.length,
  };
}

async function signed(
  person: PersonRow,
  rows: readonly EventRow[],
  app: string,
  clock: Clock,
): Promise<File["pushes"][number]> {
  const body = JSON.stringify(pushBody(person, rows, app, clock.wall()));
  const stamp = Math.floor(clock.now());
  return { stamp, signature: await sign(person.key, PUSH, stamp, utf8(body)), body };
}

function isHandedOver(written: string): boolean {
  try {
    return (JSON.parse(written) as File | null)?.format === FORMAT;
  } catch {
    return false;
  }
}

/** Send another phone's file; returns how many of its events the server now holds. Throws Trouble. */
export async function forward(
  database: Database,
  door: Door,
  device: string,
  file: Blob,
): Promise<number> {
  const person = await database.read(["people"], (work) => work.get("people", device));
  if (!person) throw new Error("nobody");
  const written = await file.text();
  if (!isHandedOver(written)) throw new Trouble(0, "other-file", "");
  const answer = await door.send(person, "POST", "/sync/v1/handover", utf8(written), {
    "Content-Type": "application/json",
  });
  const { pushes } = JSON.parse(answer.body) as { pushes: (Partial<Answered> & Refusal)[] };
  const refused = pushes.find((push) => !push.outcomes);
  if (refused) throw new Trouble(answer.status, refused.code ?? "", refused.words ?? "");
  return pushes.flatMap((push) => push.outcomes ?? []).filter(({ outcome }) => outcome !== "retry")
    .length;
}

/** Whether nothing of a device is left that the server may still need. */
export const isEmpty = (database: Database, device: string): Promise<boolean> =>
  database.read(["outbox", "receipts", "quarantined", "photos"], async (work) => {
    const sealed = (await work.count("outbox", device)) + (await work.count("receipts", device));
    const others = [...(await work.all("quarantined")), ...(await work.all("photos"))];
    return sealed === 0 && others.every((row) => row.device !== device);
  });

/**
 * Forget a person here, for good; false where something is neither sent nor in a file that was
 * handed over.
 */
export async function forget(database: Database, device: string): Promise<boolean> {
  const photos = await unsentPhotos(database);
  const isFree = await database.read(["people", "outbox", "photos"], async (work) => {
    const person = await work.get("people", device);
    const events = await work.all("outbox", device);
    for (const id of person?.revoked ? [] : photos) {
      if ((await work.get("photos", id))?.device === device) return false;
    }
    return events.every((event) => event.seq <= (person?.handed ?? 0));
  });
  if (!isFree) return false;
  await dropPack(database, device);
  const stores = ["people", "outbox", "receipts", "quarantined", "photos", "uploads"] as const;
  await database.write([...stores], async (work) => {
    work.delete("people", device);
    for (const store of ["photos", "uploads"] as const) {
      for (const row of await work.all(store)) if (row.device === device) work.delete(store, row.id);
    }
    work.clear("outbox", device);
    work.clear("receipts", device);
    for (const row of await work.all("quarantined")) {
      if (row.device === device) work.delete("quarantined", row.id);
    }
  });
  return true;
}
