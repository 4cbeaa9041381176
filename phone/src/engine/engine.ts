/** Puts the parts together and shows the screens one state. */

import { Clock } from "./clock";
import { Database } from "./database";
import { Door, Trouble as Refusal } from "./door";
import { dropPack, expire } from "./expiry";
import { Flusher } from "./flusher";
import { record } from "./outbox";
import { type Session, setPin, unlock } from "./sessions";
import { forgetCommunities, keepSetting, setting } from "./settings";
import { snapshot } from "./snapshots";
import { isFull, persist, probe, room } from "./storage";
import {
  type Bodies,
  type Doc,
  type DocKind,
  type Docs,
  type Engine,
  type EventKind,
  Refused,
  STARTING,
  type State,
} from "./types";
import { Updates } from "./updates";
import { View } from "./views";

const CHANNEL = "xiachen-phone";
/** How often the clock ever seen is kept, and expired packs looked for. */
const MINUTE_MS = 60_000;
/** A phone laid aside for so long asks for the PIN again. */
const LOCKED_AFTER_MS = 30 * 60_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class PhoneEngine implements Engine {
  private current = STARTING;
  private readonly listeners = new Set<() => void>();
  private readonly clock = new Clock();
  private readonly channel =
    "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
  private readonly door = new Door(
    this.clock,
    () => setting("language") ?? navigator.language,
  );
  private readonly updates = new Updates((update) => this.show({ update }));
  private database!: Database;
  private flusher!: Flusher;
  private session: Session | null = null;
  private chosen: string | null = null;
  private reading = Promise.resolve();
  private queued: Promise<void> | null = null;
  private ended = false;
  private hiddenAt: number | null = null;
  private minutes: ReturnType<typeof setInterval> | undefined;
  private readonly view = new View();
  private readonly opened: Promise<void>;

  constructor() {
    this.opened = this.open();
    this.opened.catch((error: unknown) => this.unusable(error));
  }

  /** Nothing can be kept here, or a newer app has already changed what is kept. */
  private unusable(error: unknown): void {
    console.error(error);
    if (error instanceof DOMException && error.name === "VersionError") this.superseded();
    else this.show({ phase: "unusable" });
  }

  private superseded(): void {
    void this.updates.register();
    this.show({ update: "required" });
    void this.end();
  }

  private async open(): Promise<void> {
    if (!globalThis.isSecureContext) throw new Error("no secure context");
    forgetCommunities();
    this.database = await Database.open(() => this.superseded());
    this.flusher = new Flusher(this.database, this.door, this.clock, {
      session: () => this.session,
      chosen: () => this.chosen,
      changed: () => this.changed(),
      status: (contact) => this.show({ contact: { ...this.current.contact, ...contact } }),
      wanted: (app) => this.updates.wanted(app),
      revoked: (device) => this.revoked(device),
      outdated: () => this.show({ update: "required" }),
    });
    await this.lookAtTime();
    this.show({ storage: await room() });
    await this.refresh();
    this.follow();
    this.flusher.soon(0);
  }

  /** Let go of everything, once what is under way is over. */
  async end(): Promise<void> {
    this.ended = true;
    clearInterval(this.minutes);
    await this.flusher?.end();
    await this.queued;
    await this.reading;
    this.channel?.close();
    this.database?.close();
  }

  private follow(): void {
    if (this.channel) this.channel.onmessage = () => void this.refresh();
    addEventListener("online", () => this.flusher.soon(0));
    addEventListener("offline", () => this.flusher.offline());
    document.addEventListener("visibilitychange", () => this.seen(!document.hidden));
    this.minutes = setInterval(() => void this.lookAtTime(), MINUTE_MS);
    void this.updates.register();
  }

  private seen(visible: boolean): void {
    if (!visible) {
      this.hiddenAt = this.clock.now();
      return;
    }
    const away = this.hiddenAt === null ? 0 : this.clock.now() - this.hiddenAt;
    if (away > LOCKED_AFTER_MS) this.lock();
    this.hiddenAt = null;
    void this.lookAtTime();
    if (away > MINUTE_MS) void this.flusher.now();
    else this.flusher.soon(0);
  }

  // What the screens see

  state(): State {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  now(): number {
    return this.clock.now();
  }

  docs<K extends DocKind>(kind: K): readonly Doc<Docs[K]>[] {
    return this.view.docs(kind);
  }

  community(): number | null {
    return this.session?.community ?? null;
  }

  private show(change: Partial<State>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }

  /**
   * Read what is kept and show it; other tabs and the worker write as well.
   *
   * One reading at a time; whoever comes meanwhile shares the next.
   */
  private refresh(): Promise<void> {
    this.queued ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.queued = null;
        this.reading = this.read();
        return this.reading;
      });
    return this.queued;
  }

  private async read(): Promise<void> {
    if (this.ended) return;
    const session = this.session;
    const seen = await snapshot(this.database, session, this.chosen);
    if (session !== this.session) return this.read();
    if (this.chosen === null && seen.people.length === 1) {
      this.chosen = seen.people[0]!.device;
      return this.read();
    }
    this.clock.remember(seen.contacted);
    const recorded = this.view.renew(session, seen.recorded);
    this.show({
      phase: seen.phase,
      people: seen.people,
      person: seen.person,
      quarantined: seen.quarantined.map((item) => ({ ...item, at: this.clock.fromWall(item.at) })),
      recorded,
      packed: session?.packed ?? false,
      expired: session !== null && !session.packed && seen.pulled,
      until: session?.packed ? seen.until : null,
      contact: {
        ...this.current.contact,
        unsent: seen.unsent,
        photos: seen.photos,
        since: seen.since === null ? null : this.clock.fromWall(seen.since),
        last: seen.contacted.contact,
      },
    });
  }

  private async changed(): Promise<void> {
    if (this.ended) return;
    this.channel?.postMessage("changed");
    await this.refresh();
  }

  // People

  async enrol(token: string): Promise<void> {
    await this.opened;
    this.show({ persisted: await persist() });
    const { enrol } = await import("./enrolment");
    const { device } = await this.refusing(() =>
      enrol(this.database, this.door, this.clock, token, __APP__),
    );
    this.session = null;
    this.chosen = device;
    await this.changed();
  }

  async choose(device: string): Promise<void> {
    await this.opened;
    if (device !== this.chosen) this.session = null;
    this.chosen = device;
    await this.refresh();
  }

  lock(): void {
    this.session = null;
    if (this.current.people.length > 1) this.chosen = null;
    void this.refresh();
  }

  async setPin(pin: string): Promise<void> {
    await this.opened;
    if (this.chosen === null || this.current.phase !== "pin-new") throw new Refused("nobody");
    if (!/^\d{6}$/.test(pin)) throw new Refused("pin");
    this.session = await setPin(this.database, this.chosen, pin);
    await this.changed();
    this.flusher.soon(0);
  }

  async unlock(pin: string): Promise<"open" | "wrong" | "expired"> {
    await this.opened;
    const device = this.device();
    await this.lookAtTime();
    const session = await unlock(this.database, device, pin, pause);
    if (!session) return "wrong";
    this.session = session;
    await this.refresh();
    this.flusher.soon(0);
    return session.packed ? "open" : "expired";
  }

  async forgotten(): Promise<void> {
    await this.opened;
    const device = this.device();
    this.session = null;
    await dropPack(this.database, device, { pin: null, forgotten: true, place: null });
    await this.changed();
  }

  private async revoked(device: string): Promise<void> {
    if (this.session?.device === device) await this.session.close();
    await dropPack(this.database, device, { revoked: true, place: null });
    await this.changed();
  }

  // Records

  async room(): Promise<boolean> {
    await this.opened;
    const storage = await room();
    const fits = storage !== "full" && (await probe(this.database));
    this.show({ storage: fits ? storage : "full" });
    return fits;
  }

  async record<K extends EventKind>(
    kind: K,
    body: Bodies[K],
    community: number | null,
  ): Promise<string> {
    const session = this.unlocked();
    const id = await this.refusing(() =>
      record(this.database, this.clock, session.device, session.sealer, session.key, {
        kind,
        community,
        body,
      }),
    );
    await this.changed();
    this.flusher.soon(0);
    void this.updates.sendLater();
    return id;
  }

  async keepPhoto(photo: Blob): Promise<string> {
    const session = this.unlocked();
    const { keep } = await import("./photos");
    const id = await this.refusing(() => keep(this.database, this.clock, session, photo));
    await this.changed();
    return id;
  }

  private unlocked(): Session {
    if (!this.session) throw new Refused("nobody");
    return this.session;
  }

  private async refusing<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof Refusal) throw new Refused(error.code, error.words);
      if (!isFull(error)) throw error;
      this.show({ storage: "full" });
      throw new Refused("full");
    }
  }

  async sync(): Promise<void> {
    await this.opened;
    await this.flusher.now();
  }

  // Packs and time

  /** Keep the latest clock ever seen, and take away what was to be read until then. */
  private async lookAtTime(): Promise<void> {
    const over = await expire(this.database, this.clock);
    if (over.length === 0) return;
    if (this.session && over.includes(this.session.device)) await this.session.close();
    await this.changed();
  }

  // Giving up, updates, settings

  async handOver(): Promise<{ blob: Blob; name: string; count: number }> {
    const device = this.device();
    const { handOver } = await import("./handing_over");
    const file = await handOver(this.database, this.clock, device, __APP__);
    await this.changed();
    return file;
  }

  async forward(file: Blob): Promise<number> {
    const device = this.device();
    const { forward } = await import("./handing_over");
    return this.refusing(() => forward(this.database, this.door, device, file));
  }

  async giveUp(): Promise<void> {
    const device = this.device();
    const { forget } = await import("./handing_over");
    if (!(await forget(this.database, device))) throw new Refused("unsent");
    this.session = null;
    this.chosen = null;
    await this.changed();
  }

  private device(): string {
    if (this.chosen === null) throw new Refused("nobody");
    return this.chosen;
  }

  update(): void {
    this.updates.take();
  }

  readonly setting = setting;
  readonly keepSetting = keepSetting;
}

export const openEngine = (): Engine => new PhoneEngine();
