/**
 * What the screens see of the engine: one observable state, the pack's documents, and actions.
 *
 * Times are milliseconds since 1970 UTC by the server's clock as the phone believes it.
 */

/** Somebody enrolled on this phone. The full name is known only once the pack is open. */
export interface Person {
  readonly device: string;
  readonly member: string;
  readonly incident: string;
  /** The whole name for whoever has unlocked, else the first character and stars. */
  readonly name: string;
  readonly unsent: number;
  readonly quarantined: number;
  readonly pinSet: boolean;
  readonly revoked: boolean;
  readonly enrolled: number;
}

/** What is always visible: what is unsent, since when, and when the server last answered. */
export interface Contact {
  readonly online: boolean;
  readonly sending: boolean;
  /** Events of everybody on this phone that no answer has acknowledged. */
  readonly unsent: number;
  readonly photos: number;
  readonly since: number | null;
  readonly last: number | null;
  /** When the next try comes by itself, while the engine waits. */
  readonly next: number | null;
  /** Why the last try failed: a code of the server's, or "offline". */
  readonly trouble: Trouble | null;
}

export interface Trouble {
  readonly code: string;
  readonly words: string;
}

/** An event that the server keeps aside until somebody mends or dismisses it. */
export interface Quarantined extends Trouble {
  readonly id: string;
  readonly device: string;
  readonly seq: number;
  readonly at: number;
  /** Known to whoever has unlocked and recorded it, else null: the outbox is sealed. */
  readonly kind: EventKind | null;
  readonly body: Bodies[EventKind] | null;
}

/** What the unlocked person has recorded and no pull has told of yet; it survives a reload. */
export interface Recorded<K extends EventKind = EventKind> {
  readonly id: string;
  readonly seq: number;
  readonly kind: K;
  readonly community: number | null;
  readonly body: Bodies[K];
  readonly at: number;
  /** True once the server has acknowledged it. */
  readonly sent: boolean;
}

export type Phase =
  | "starting"
  /** This browser keeps nothing, or the page did not come over HTTPS: open it elsewhere. */
  | "unusable"
  /** Nobody is enrolled here. */
  | "nobody"
  /** Several people: who are you? */
  | "choosing"
  /** The first PIN of whoever has just enrolled. */
  | "pin-new"
  | "locked"
  /** The PIN was forgotten: what is unsent goes on being sent, a new link is needed for the rest. */
  | "forgotten"
  | "open";

export interface State {
  readonly phase: Phase;
  readonly people: readonly Person[];
  /** The chosen person; recording is for them. */
  readonly person: Person | null;
  readonly contact: Contact;
  readonly quarantined: readonly Quarantined[];
  readonly recorded: readonly Recorded[];
  readonly storage: "ok" | "short" | "full";
  /** Whether the browser has promised to keep what is stored; null until asked. */
  readonly persisted: boolean | null;
  /** A work pack is readable now. */
  readonly packed: boolean;
  /** The share of an earlier pack is gone: recording goes on, the pack comes with the next contact. */
  readonly expired: boolean;
  /** Until when the pack stays readable. */
  readonly until: number | null;
  /** A newer app waits ("ready"), or the server no longer speaks this one ("required"). */
  readonly update: "none" | "ready" | "required";
  readonly app: string;
}

/** Before anything is read. */
export const STARTING: State = {
  phase: "starting",
  people: [],
  person: null,
  contact: {
    online: true,
    sending: false,
    unsent: 0,
    photos: 0,
    since: null,
    last: null,
    next: null,
    trouble: null,
  },
  quarantined: [],
  recorded: [],
  storage: "ok",
  persisted: null,
  packed: false,
  expired: false,
  until: null,
  update: "none",
  app: __APP__,
};

export type Method = "list" | "code" | "poster" | "self";
export type Near = "near" | "far" | "unknown";
export type Happened = "fall" | "cut" | "traffic" | "heat" | "other";

/** The bodies of events; the table of kinds is the server's. */
export interface Bodies {
  "attendance.check-in": {
    member: string;
    team?: string;
    method: Method;
    place?: string;
    code?: string;
    near?: Near;
  };
  "attendance.check-out": {
    member: string;
    method?: Method;
    place?: string;
    code?: string;
    near?: Near;
  };
  "attendance.work": {
    member: string;
    work: string;
    times: number;
    persons_served: number;
    task?: string;
    photo?: string;
    note?: string;
  };
  "attendance.health": { member: string; well: boolean };
  "attendance.injury": { member: string; happened: Happened; stand_in: boolean };
  "needs.claim": { task: string };
  "needs.release": { task: string };
  "needs.finish": { task: string; times: number; persons_served: number; note?: string };
  "notices.read": { notice: string };
}
export type EventKind = keyof Bodies;

/** The bodies of the pack's documents. */
export interface Docs {
  me: { member: string; name: string; unit: string; roles: string[]; language: string };
  duty: {
    community: number;
    community_name: string;
    team: string;
    team_name: string;
    leader_name: string;
    leader_phone: string;
    from: string;
    to: string | null;
    deadline: string;
    today: boolean;
  };
  standing: {
    day: string;
    signed_in_at: number | null;
    signed_out_at: number | null;
    well: boolean | null;
    fit_until: string | null;
  };
  /** Whom to call in a community where the leader has no number. */
  line: { community: number; role: string; name: string; phone: string };
  task: {
    community: number;
    kind: string;
    title: string;
    state: string;
    people_wanted: number;
    places_left: number;
    mine: "" | "claimed" | "finished";
  };
  /** `order`: from 1, what this emergency is about first. */
  "work-kind": { code: string; zh: string; en: string; order: number };
  notice: { title: string; text: string; at: number; read: boolean };
  /** First sign-in, last sign-out, stays between them, whether one is open; `minutes` with corrections. */
  hours: {
    day: string;
    in: number | null;
    out: number | null;
    minutes: number;
    stays: number;
    open: boolean;
    corrected: number;
  };
  /** `calendar`: path of one's calendar feed; empty where one has made no link. */
  "hours-total": { minutes: number; days: number; calendar: string };
  pass: { day: string; name: string; team: string; link: string };
  place: {
    name: string;
    community: number;
    lat: number | null;
    lon: number | null;
    radius: number;
  };
  code: {
    place: string;
    community: number;
    day: string;
    secret: string;
    step: number;
    digits: number;
  };
  person: {
    member: string;
    name: string;
    phone: string;
    signed_in_at: number | null;
    signed_out_at: number | null;
    fit: boolean;
  };
  building: { compound: string; number: string; floors: number | null; units: number };
  gate: { compound: string; name: string; open: boolean };
  household: { building: string; unit: string; door: string; kind: string; vacant: boolean };
  resident: { household: string; name: string; phone: string };
  head: { building?: string; name: string; phone: string; role: string };
  call: { role: string; name: string; phone: string };
}
export type DocKind = keyof Docs;

export interface Doc<B> {
  readonly id: string;
  readonly part: string;
  readonly version: number;
  readonly body: B;
  /** True where an event of this phone, not yet told by a pull, has changed what is shown. */
  readonly pending: boolean;
}

/** Every refusal of an action: a code, and the server's words where it gave some. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly words = "",
  ) {
    super(code);
  }
}

export interface Engine {
  state(): State;
  /** Calls back after each change, with a new state object; returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Documents of a kind with this phone's unsent events shown over them; same array until changed. */
  docs<K extends DocKind>(kind: K): readonly Doc<Docs[K]>[];
  /** The community of the last duty that a pack of this person's named, also when the pack is over. */
  community(): number | null;
  /** Server time as believed. */
  now(): number;

  /**
   * Enrol by the token of a link. Chosen afterwards, phase "pin-new".
   *
   * Refused: "offline", "full", or the server's code with words. Trying again is always safe.
   */
  enrol(token: string): Promise<void>;
  choose(device: string): Promise<void>;
  /** Forget the keys in memory; back to choosing or the PIN. */
  lock(): void;
  setPin(pin: string): Promise<void>;
  /** "expired": the PIN is right and one may record, the pack must come anew. Waits between wrong tries. */
  unlock(pin: string): Promise<"open" | "wrong" | "expired">;
  /**
   * The PIN is forgotten: drops this person's pack, never the outbox; phase "forgotten".
   *
   * No new PIN is taken here, or whoever holds the phone could open everything: it needs a new link.
   */
  forgotten(): Promise<void>;

  /** Asked before somebody types: is there room for one more record (or a photo)? Tries to write. */
  room(): Promise<boolean>;
  /**
   * Keep an event; resolved with its id when it is stored for good.
   *
   * Refused: "full" (nothing is lost of what was there), "nobody" (no one is chosen and unlocked).
   */
  record<K extends EventKind>(kind: K, body: Bodies[K], community: number | null): Promise<string>;
  /** Keep a photo, shrunk to a JPEG without EXIF; resolved with the id for the body. */
  keepPhoto(photo: Blob): Promise<string>;
  /** Send and fetch now; resolved when the attempt is over, whatever came of it (see the state). */
  sync(): Promise<void>;

  /** The chosen person's unsent events as a file: another phone or a coordinator sends it. */
  handOver(): Promise<{ blob: Blob; name: string; count: number }>;
  /**
   * Send a file of another phone; resolved with how many events the server holds of it.
   *
   * Refused: "other-file" where it is none that was handed over.
   */
  forward(file: Blob): Promise<number>;
  /** Forget the chosen person here. Refused "unsent" while something is neither sent nor handed over. */
  giveUp(): Promise<void>;

  /** Take the newer app: activates it and loads the page again. */
  update(): void;

  setting(name: string): string | null;
  keepSetting(name: string, value: string): void;
}
