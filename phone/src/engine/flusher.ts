/** Decides when to send and fetch, and does it: one tab or worker at a time. */

import { type Clock, isOver } from "./clock";
import type { Database, PersonRow } from "./database";
import { type Door, Trouble } from "./door";
import { tidy } from "./expiry";
import { alone, backOff, flush, serversWait } from "./flushing";
import { pull } from "./pulling";
import type { Session } from "./sessions";
import { listed } from "./snapshots";
import { isFull } from "./storage";
import type { Contact } from "./types";

/** While the page is open the server is asked this often, though nothing is unsent. */
const REGULAR_MS = 5 * 60_000;
/** An app that is looked at again so soon says nothing new to the server. */
const FRESH_MS = 60_000;
/** When the pack is fetched after something was taken in: not at once, and not all phones together. */
const FETCHED_AFTER_MS = [20_000, 120_000] as const;
/** Whoever has not unlocked is asked for more rarely: their settled and durable items. */
const OTHERS_MS = 60 * 60_000;

const regular = (): number => REGULAR_MS * (0.75 + Math.random() / 2);

export interface Surroundings {
  session(): Session | null;
  chosen(): string | null;
  changed(): Promise<void>;
  status(contact: Partial<Contact>): void;
  wanted(app: string | null): void;
  revoked(device: string): Promise<void>;
  outdated(): void;
}

export class Flusher {
  private failures = 0;
  private bell: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  private again = false;
  /** Somebody asked for it: the pack is fetched whether it is time or not. */
  private asked = false;
  /** Whose pack was fetched last, and when it is time again, by the steady clock. */
  private fetched: Session | null = null;
  private fetchAt = 0;
  private ended = false;

  constructor(
    private readonly database: Database,
    private readonly door: Door,
    private readonly clock: Clock,
    private readonly around: Surroundings,
  ) {}

  /** Try in `ms`, unless a try is under way: then once more after it. */
  soon(ms: number): void {
    if (this.running) this.again = true;
    else this.ring(ms);
  }

  private ring(ms: number): void {
    clearTimeout(this.bell);
    if (this.ended) return;
    this.bell = setTimeout(() => void this.go(), ms);
    this.around.status({ next: ms > 0 ? this.clock.now() + ms : null });
  }

  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.bell);
    await this.running;
  }

  offline(): void {
    this.around.status({ online: false });
  }

  /** Try now, and fetch the pack; resolved when the try is over. */
  now(): Promise<void> {
    this.asked = true;
    return this.go();
  }

  private async go(): Promise<void> {
    if (this.running) {
      this.again = true;
      await this.running;
    }
    if (this.ended) return;
    this.running ??= this.run();
    await this.running;
  }

  private async run(): Promise<void> {
    clearTimeout(this.bell);
    this.again = false;
    this.around.status({ sending: true, next: null, online: navigator.onLine });
    let wait = regular();
    try {
      const rest = await alone(() => this.everybody());
      if (rest > 0) wait = Math.min(wait, rest);
      else {
        this.failures = 0;
        this.around.status({ trouble: null });
        wait = Math.min(wait, Math.max(0, this.fetchAt - performance.now()) || wait);
      }
      this.asked = false;
    } catch (error) {
      wait = await this.troubled(error);
    }
    this.running = null;
    await this.around.changed().catch(console.error);
    this.around.status({ sending: false });
    this.ring(this.again ? 0 : wait);
  }

  /** Note what went wrong; returns for how long to wait. */
  private async troubled(error: unknown): Promise<number> {
    this.failures++;
    if (!(error instanceof Trouble)) {
      console.error(error);
      this.around.status({ trouble: { code: isFull(error) ? "full" : "phone", words: "" } });
      return backOff(this.failures);
    }
    const { code, words, status, after } = error;
    if (status === 426) this.around.outdated();
    this.around.status({ trouble: { code, words }, ...(status === 0 ? { online: false } : {}) });
    return after === null ? backOff(this.failures) : serversWait(after);
  }

  /** Everybody on this phone; returns for how long the server wants to be left alone, if it does. */
  private async everybody(): Promise<number> {
    const people = await this.database.read(["people"], (work) => work.all("people"));
    await tidy(people);
    const first = this.around.session()?.device ?? this.around.chosen();
    people.sort((one, other) => Number(other.device === first) - Number(one.device === first));
    let trouble: unknown = null;
    let rest = 0;
    for (const person of people) {
      if (person.pending) continue;
      if (person.wait && !isOver(person.wait, this.clock.wall())) {
        rest = Math.max(rest, person.wait.until - this.clock.wall());
        continue;
      }
      try {
        await this.one(person, person.device === first);
      } catch (error) {
        trouble ??= error;
        // Without a network, or with a busy server, the others fare no better.
        if (error instanceof Trouble && (error.status === 0 || error.after !== null)) break;
      }
    }
    if (trouble) throw trouble;
    await this.retire(people);
    return rest;
  }

  private async one(person: PersonRow, first: boolean): Promise<void> {
    try {
      await this.exchange(person, first);
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== "sync.unknown-device") throw error;
      // The server came back from before this phone's enrolment: the same token and key once more.
      const { enrolAgain } = await import("./enrolment");
      await enrolAgain(this.database, this.door, this.clock, person, __APP__).catch(() => {
        throw error;
      });
      await this.exchange(person, first);
    }
  }

  private async exchange(person: PersonRow, first: boolean): Promise<void> {
    const since = this.clock.now() - (person.contact ?? 0);
    const urgent = first && (this.asked || this.failures > 0);
    const contact = urgent || since < 0 || since > (first ? FRESH_MS : OTHERS_MS);
    const { wantedApp, taken } = await flush(this.database, this.door, this.clock, person.device, {
      app: __APP__,
      contact,
    });
    this.around.wanted(wantedApp);
    const session = this.around.session();
    if (session?.device === person.device) await this.fetch(session, taken);
    await this.photos(person);
  }

  private async fetch(session: Session, taken: boolean): Promise<void> {
    const now = performance.now();
    if (this.asked || session !== this.fetched || now >= this.fetchAt) {
      await this.pulled(session);
      this.fetched = session;
      this.fetchAt = performance.now() + regular();
    } else if (taken) {
      const [least, most] = FETCHED_AFTER_MS;
      this.fetchAt = Math.min(this.fetchAt, now + least + Math.random() * (most - least));
    }
  }

  private async pulled(session: Session): Promise<void> {
    await this.around.changed();
    try {
      await pull(this.database, this.door, this.clock, session, __APP__);
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== "sync.revoked") throw error;
      await this.around.revoked(session.device);
    }
  }

  /** Whoever has enrolled here anew: the former enrolment goes once nothing of it is left. */
  private async retire(people: readonly PersonRow[]): Promise<void> {
    const current = new Set(listed(people).map((person) => person.device));
    for (const { device, pending } of people) {
      if (pending || current.has(device) || device === this.around.chosen()) continue;
      const { forget, isEmpty } = await import("./handing_over");
      if (await isEmpty(this.database, device)) await forget(this.database, device);
    }
  }

  private async photos(person: PersonRow): Promise<void> {
    const held = await this.database.read(["photos"], (work) => work.count("photos"));
    if (held === 0) return;
    const { upload } = await import("./photos");
    await upload(this.database, this.door, this.clock, person);
  }
}
