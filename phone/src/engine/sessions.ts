/** One person's unlocked time: the keys in memory, the pack, and what they recorded. */

import { type Bytes, b64, hex, random, unb64 } from "./bytes";
import {
  decryptJson,
  encryptJson,
  newPackKey,
  openPackKey,
  pinCheck,
  Sealer,
  sessionKey,
  stretched,
} from "./cryptography";
import type { Database, EventRow, PersonRow } from "./database";
import { type Own, ownAbout } from "./outbox";
import { type Part, readPack, sealedPages, writePages } from "./packs";
import { shares } from "./share";
import { communityIn, communityOf } from "./whereabouts";

/** Wrong PINs in a row before the next try has to wait, and the longest wait. */
const FREE_TRIES = 5;
const LONGEST_WAIT_MS = 30_000;

export class Session {
  parts = new Map<string, Part>();
  /** The person's `pulls` that `parts` belongs to. */
  pulls = -1;
  /** What was read of own events, by id: a new key needs them once more. */
  readonly own = new Map<string, Own>();

  private constructor(
    readonly device: string,
    readonly member: string,
    private readonly pinBits: Bytes,
    readonly sealer: Sealer,
    /** The pack's key, or one for this session only. */
    public key: CryptoKey,
    public share: Bytes | null,
    /** Of the last duty that a pack named. */
    public community: number | null,
  ) {}

  get packed(): boolean {
    return this.share !== null;
  }

  static async begin(person: PersonRow, pinBits: Bytes): Promise<Session> {
    const sealer = await Sealer.to(unb64(person.sealKey));
    const { device, member } = person;
    const key = await sessionKey();
    return new Session(device, member, pinBits, sealer, key, null, await communityOf(person));
  }

  /** Open the pack with the share that lies here; false where the PIN does not open it. */
  async openPack(database: Database, person: PersonRow): Promise<boolean> {
    const share = person.pack && (await shares().read(person.pack.share));
    if (!person.pack || !share) return true;
    try {
      this.key = await openPackKey(this.pinBits, share, person.pack.wrapped);
    } catch {
      return false;
    }
    this.share = share;
    await this.load(database, person);
    return true;
  }

  async load(database: Database, person: PersonRow): Promise<void> {
    this.parts = await readPack(database, this.key, this.device);
    this.pulls = person.pulls;
    this.community = communityIn(this.parts) ?? this.community;
  }

  /** Forget the pack in memory; recording goes on under a key of this session. */
  async close(): Promise<void> {
    this.key = await sessionKey();
    this.share = null;
    this.parts = new Map();
    this.pulls = -1;
  }

  /** Read own events; those kept under a key that is gone stay unread. */
  async read(rows: readonly EventRow[]): Promise<void> {
    for (const row of rows) {
      if (!row.own || this.own.has(row.id)) continue;
      try {
        this.own.set(
          row.id,
          await decryptJson<Own>(this.key, row.own, ownAbout(this.device, row.id)),
        );
      } catch {
        // An earlier duty's.
      }
    }
  }

  /**
   * A new share of the server's: a new key for the pack, everything that is kept written anew.
   *
   * The share's file comes first and the former one goes last, so that an end in between loses nothing.
   */
  async rekey(database: Database, share: Bytes, until: number): Promise<void> {
    const { key, wrapped } = await newPackKey(this.pinBits, share);
    const name = hex(random(8));
    await shares().save(name, share);
    const pages = await Promise.all(
      [...this.parts.values()].map(
        async (part) => [part, await sealedPages(key, this.device, part, part.pages())] as const,
      ),
    );
    const own = new Map<string, Bytes>();
    for (const [id, event] of this.own) {
      own.set(id, await encryptJson(key, event, ownAbout(this.device, id)));
    }
    const former = await database.write(
      ["people", "pages", "parts", "outbox", "receipts", "quarantined"],
      async (work) => {
        const person = await work.get("people", this.device);
        if (!person) return null;
        work.clear("pages", this.device);
        work.clear("parts", this.device);
        for (const [part, rows] of pages) writePages(work, this.device, part, rows);
        for (const store of ["outbox", "receipts", "quarantined"] as const) {
          for (const row of await work.all(store, this.device)) {
            if (row.device === this.device)
              work.put(store, { ...row, own: own.get(row.id) ?? null });
          }
        }
        work.put("people", { ...person, pack: { wrapped, share: name, until } });
        return person.pack;
      },
    );
    this.key = key;
    this.share = share;
    if (former) await shares().drop(former.share);
  }

  holds(share: string): boolean {
    return this.share !== null && b64(this.share) === share;
  }
}

/** Keep the first PIN; returns the session that it begins. */
export async function setPin(database: Database, device: string, pin: string): Promise<Session> {
  const salt = random(16);
  const bits = await stretched(pin, salt);
  const check = await pinCheck(bits);
  const person = await database.write(["people"], async (work) => {
    const row = await work.get("people", device);
    if (!row) throw new Error("nobody");
    const kept = { ...row, pin: { salt, check }, wrong: 0 };
    work.put("people", kept);
    return kept;
  });
  return Session.begin(person, bits);
}

/** Try a PIN; null where it is wrong. Several wrong ones in a row make the next one wait. */
export async function unlock(
  database: Database,
  device: string,
  pin: string,
  pause: (ms: number) => Promise<void>,
): Promise<Session | null> {
  const person = await database.read(["people"], (work) => work.get("people", device));
  if (!person?.pin || person.forgotten) return null;
  if (person.wrong >= FREE_TRIES) {
    await pause(Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (person.wrong - FREE_TRIES)));
  }
  const bits = await stretched(pin, person.pin.salt);
  if ((await pinCheck(bits)) === person.pin.check) {
    const session = await Session.begin(person, bits);
    if (await session.openPack(database, person)) {
      await tell(database, device, 0);
      return session;
    }
  }
  await tell(database, device, person.wrong + 1);
  return null;
}

const tell = (database: Database, device: string, wrong: number): Promise<void> =>
  database.write(["people"], async (work) => {
    const person = await work.get("people", device);
    if (person && person.wrong !== wrong) work.put("people", { ...person, wrong });
  });
