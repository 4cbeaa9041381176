/** Reads what is kept into what is shown. */

import type { Database, EventRow, PersonRow, QuarantinedRow } from "./database";
import type { Session } from "./sessions";
import type { Bodies, EventKind, Person, Phase, Quarantined, Recorded } from "./types";

export interface Snapshot {
  phase: Phase;
  people: Person[];
  person: Person | null;
  unsent: number;
  photos: number;
  /** By the phone's clock. */
  since: number | null;
  contacted: { offset: number | null; contact: number | null };
  until: number | null;
  /** A pack has ever come for this person. */
  pulled: boolean;
  quarantined: Quarantined[];
  recorded: Recorded[];
}

export async function snapshot(
  database: Database,
  session: Session | null,
  chosen: string | null,
): Promise<Snapshot> {
  const kept = await database.read(
    ["people", "outbox", "receipts", "quarantined", "photos", "uploads"],
    async (work) => {
      const [people, outbox, quarantined, photos, uploads, receipts] = await Promise.all([
        work.all("people"),
        work.all("outbox"),
        work.all("quarantined"),
        work.count("photos"),
        work.count("uploads"),
        session ? work.all("receipts", session.device) : [],
      ]);
      return { people, outbox, quarantined, photos: photos - uploads, receipts };
    },
  );
  const row = kept.people.find((person) => person.device === (session?.device ?? chosen));
  if (session && row) await followOtherTabs(database, session, row);
  const mine = kept.outbox.filter((event) => event.device === session?.device);
  const fresh = kept.receipts.filter((receipt) => receipt.pulls >= (row?.pulls ?? 0));
  await session?.read([...mine, ...fresh, ...kept.quarantined]);
  const people = listed(kept.people).map((person) => shown(person, kept, session));
  return {
    phase: phaseOf(row, people, session),
    people,
    person: row ? shown(row, kept, session) : null,
    unsent: kept.outbox.length,
    photos: kept.photos,
    since: kept.outbox.length ? Math.min(...kept.outbox.map((event) => event.at)) : null,
    contacted: latestContact(kept.people),
    until: row?.pack?.until ?? null,
    pulled: (row?.pulls ?? 0) > 0,
    quarantined: kept.quarantined.map((item) => quarantined(item, session)),
    recorded: session ? recorded(session, fresh, mine) : [],
  };
}

/** Another tab has pulled: its pages are read, under its key if that is new. */
async function followOtherTabs(
  database: Database,
  session: Session,
  row: PersonRow,
): Promise<void> {
  if (!row.pack) {
    if (session.packed) await session.close();
  } else if (session.pulls !== row.pulls) {
    await session.openPack(database, row);
  }
}

const isLater = (one: PersonRow, other: PersonRow): boolean =>
  one.enrolled === other.enrolled ? one.device > other.device : one.enrolled > other.enrolled;

/** People to choose from: enrolled, and the latest enrolment of each. */
export function listed(people: readonly PersonRow[]): PersonRow[] {
  const latest = new Map<string, PersonRow>();
  for (const person of people) {
    if (person.pending) continue;
    const whose = `${person.incident} ${person.member}`;
    const former = latest.get(whose);
    if (!former || isLater(person, former)) latest.set(whose, person);
  }
  return [...latest.values()].sort((one, other) => one.enrolled - other.enrolled);
}

function shown(
  row: PersonRow,
  kept: { outbox: EventRow[]; quarantined: QuarantinedRow[] },
  session: Session | null,
): Person {
  return {
    device: row.device,
    member: row.member,
    incident: row.incident,
    name: (session?.device === row.device && nameIn(session)) || row.label,
    unsent: kept.outbox.filter((event) => event.device === row.device).length,
    quarantined: kept.quarantined.filter((event) => event.device === row.device).length,
    pinSet: row.pin !== null,
    revoked: row.revoked,
    enrolled: row.enrolled,
  };
}

function nameIn(session: Session): string | null {
  for (const doc of session.parts.get("me")?.docs.values() ?? []) {
    if (doc.kind === "me") return (doc.body as { name: string }).name;
  }
  return null;
}

function phaseOf(row: PersonRow | undefined, people: Person[], session: Session | null): Phase {
  if (people.length === 0) return "nobody";
  if (!row) return "choosing";
  if (session) return "open";
  if (row.forgotten) return "forgotten";
  return row.pin ? "locked" : "pin-new";
}

function latestContact(people: readonly PersonRow[]): Snapshot["contacted"] {
  const none = { offset: null, contact: null } as Snapshot["contacted"];
  return people.reduce(
    (latest, { offset, contact }) =>
      contact !== null && contact > (latest.contact ?? 0) ? { offset, contact } : latest,
    none,
  );
}

function quarantined(row: QuarantinedRow, session: Session | null): Quarantined {
  const own = row.device === session?.device ? session.own.get(row.id) : undefined;
  const { id, device, seq, at, code, words } = row;
  return {
    id,
    device,
    seq,
    at,
    code,
    words,
    kind: (own?.kind as EventKind | undefined) ?? null,
    body: (own?.body as Bodies[EventKind] | undefined) ?? null,
  };
}

/** Own events in the order of their numbers, first those that the server has. */
function recorded(
  session: Session,
  sent: readonly EventRow[],
  unsent: readonly EventRow[],
): Recorded[] {
  const made = (row: EventRow, isSent: boolean): Recorded[] => {
    const own = session.own.get(row.id);
    if (!own) return [];
    const { id, seq } = row;
    return [{ ...own, id, seq, sent: isSent } as Recorded];
  };
  return [
    ...sent.flatMap((row) => made(row, true)),
    ...unsent.flatMap((row) => made(row, false)),
  ].sort((one, other) => one.seq - other.seq);
}
