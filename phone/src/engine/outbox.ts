/** Events: kept with their number in one transaction, and moved by what the server answers. */

import { b64, utf8, uuid7 } from "./bytes";
import { type Clock, type Contact, isOver } from "./clock";
import { encryptJson, type Sealer } from "./cryptography";
import type { Database, EventRow, PersonRow, ReceiptRow, UploadRow, Work } from "./database";

/** Receipts outlast any backup's round, even where no backup is told of. */
export const RECEIPTS_KEPT_MS = 72 * 3_600_000;

/** Where nothing was recorded after a photo, no backup says that it has it. */
const PHOTOS_KEPT_MS = 14 * 24 * 3_600_000;

/** More than ever wait for another try and would hide those behind them. */
const LOOKED_AT = 2_000;

/** What the server said of one event. */
export interface Outcome {
  id: string;
  outcome: "accepted" | "already" | "retry" | "quarantined";
  code?: string;
  words?: string;
  after?: number;
}

/** The event as its author reads it again. */
export interface Own {
  kind: string;
  community: number | null;
  body: object;
  at: number;
}

export const ownAbout = (device: string, id: string): string => `own ${device} ${id}`;

/** Give the next number and keep the event, both or neither; returns its id. */
export async function record(
  database: Database,
  clock: Clock,
  device: string,
  sealer: Sealer,
  key: CryptoKey,
  event: { kind: string; community: number | null; body: object },
): Promise<string> {
  const told = clock.told();
  const own: Own = { ...event, at: clock.now() };
  const id = uuid7(own.at);
  const plain = utf8(
    JSON.stringify({ kind: event.kind, community: event.community, ...told, body: event.body }),
  );
  const kept = await encryptJson(key, own, ownAbout(device, id));
  // Sealing names the number and cannot wait within a transaction: where another tab took it, again.
  for (;;) {
    const before = await database.read(["people"], (work) => work.get("people", device));
    if (!before) throw new Error("nobody");
    const seq = before.seq + 1;
    const sealed = await sealer.seal(plain, device, id, seq);
    const row: EventRow = {
      device,
      seq,
      id,
      point: sealer.point,
      sealed,
      at: told.clock,
      own: kept,
      wait: null,
    };
    if (await keep(database, row)) return id;
  }
}

const keep = (database: Database, row: EventRow): Promise<boolean> =>
  database.write(["people", "outbox"], async (work) => {
    const person = await work.get("people", row.device);
    if (!person || person.seq !== row.seq - 1) return false;
    work.put("people", { ...person, seq: row.seq });
    work.put("outbox", row);
    return true;
  });

/** The next events to send, oldest first, without those that are to wait. */
export async function batch(
  database: Database,
  device: string,
  wall: number,
  limit: number,
  heldBack: ReadonlySet<string>,
): Promise<EventRow[]> {
  const rows = await database.read(["outbox"], (work) => work.all("outbox", device, LOOKED_AT));
  return rows.filter((row) => isOver(row.wait, wall) && !heldBack.has(row.id)).slice(0, limit);
}

export interface Answered {
  epoch: string;
  time: number;
  durable_upto: number;
  whole_upto?: number;
  settled: string[];
  wanted_app?: string;
  outcomes: Outcome[];
}

/** Move what was answered, all in one transaction; what was not named stays where it is. */
export async function settle(
  database: Database,
  device: string,
  sent: readonly EventRow[],
  answer: Answered,
  wall: number,
  met: Contact,
): Promise<void> {
  const outcomes = new Map(answer.outcomes.map((outcome) => [outcome.id, outcome]));
  const stores = ["people", "outbox", "receipts", "quarantined", "photos", "uploads"] as const;
  await database.write([...stores], async (work) => {
    const person = await work.get("people", device);
    if (!person) return;
    const settled = new Set(answer.settled);
    if (person.epoch !== answer.epoch) await offerAgain(work, device);
    for (const row of sent) {
      const outcome = outcomes.get(row.id);
      if (outcome && (await work.get("outbox", [device, row.seq]))) {
        move(work, row, outcome, { wall, time: answer.time, pulls: person.pulls });
      }
    }
    for (const row of await work.all("quarantined")) {
      if (row.device !== device || !settled.has(row.id)) continue;
      // What a person has settled a restore can unsettle: it is kept like what was accepted.
      const { code: _, words: __, ...event } = row;
      work.put("receipts", { ...event, acknowledged: answer.time, pulls: person.pulls });
      work.delete("quarantined", row.id);
    }
    for (const receipt of await work.all("receipts", device)) {
      if (isOutlived(receipt, answer.durable_upto, answer.time)) {
        work.delete("receipts", [device, receipt.seq]);
      }
    }
    for (const upload of await work.all("uploads")) {
      if (upload.device !== device || !isKeptElsewhere(upload, answer)) continue;
      work.delete("photos", upload.id);
      work.delete("uploads", upload.id);
    }
    work.put("people", {
      ...person,
      epoch: answer.epoch,
      durable: answer.durable_upto,
      offset: met.offset,
      contact: met.contact,
      wait: null,
    });
  });
}

/** The server came back from a backup: what it knew since may be gone, so all is offered again. */
async function offerAgain(work: Work, device: string): Promise<void> {
  for (const { acknowledged: _, pulls: __, ...event } of await work.all("receipts", device)) {
    work.put("outbox", event);
    work.delete("receipts", [device, event.seq]);
  }
  for (const { code: _, words: __, ...event } of await work.all("quarantined")) {
    if (event.device !== device) continue;
    work.put("outbox", event);
    work.delete("quarantined", event.id);
  }
  for (const upload of await work.all("uploads")) {
    if (upload.device === device) work.delete("uploads", upload.id);
  }
}

function move(
  work: Work,
  row: EventRow,
  outcome: Outcome,
  at: { wall: number; time: number; pulls: number },
): void {
  const place = [row.device, row.seq];
  if (outcome.outcome === "accepted" || outcome.outcome === "already") {
    work.put("receipts", { ...row, wait: null, acknowledged: at.time, pulls: at.pulls });
    work.delete("outbox", place);
  } else if (outcome.outcome === "quarantined") {
    const { code = "", words = "" } = outcome;
    work.put("quarantined", { ...row, wait: null, code, words });
    work.delete("outbox", place);
  } else if (outcome.outcome === "retry") {
    const until = at.wall + Math.min(Math.max(outcome.after ?? 60, 1), 3_600) * 1_000;
    work.put("outbox", { ...row, wait: { from: at.wall, until } });
  }
}

/** A receipt goes once a backup holds the event and three days have passed. */
export const isOutlived = (receipt: ReceiptRow, durable: number, time: number): boolean =>
  receipt.seq <= durable && time - receipt.acknowledged >= RECEIPTS_KEPT_MS;

/** A photo has no number of its own: a backup that holds a later record holds it. */
const isKeptElsewhere = (upload: UploadRow, { durable_upto, time }: Answered): boolean =>
  (upload.after < durable_upto && time - upload.at >= RECEIPTS_KEPT_MS) ||
  time - upload.at >= PHOTOS_KEPT_MS;

/** The body of a push, as it is signed. */
export function pushBody(
  person: PersonRow,
  rows: readonly EventRow[],
  app: string,
  wall: number,
): object {
  const points = [...new Set(rows.map((row) => row.point))];
  return {
    app,
    clock: wall,
    last: person.seq,
    epoch: person.epoch,
    keys: points,
    events: rows.map((row) => ({
      id: row.id,
      seq: row.seq,
      key: points.indexOf(row.point),
      sealed: b64(row.sealed),
    })),
  };
}
