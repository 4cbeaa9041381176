/**
 * Time on a phone whose clock nobody trusts.
 *
 * The server's time at a contact plus what has gone by since is the best there is. What has gone by
 * is measured steadily, but such a measure stands still while many phones sleep: it counts only
 * where the wall clock says the same.
 */

export interface Sources {
  wall(): number;
  steady(): number;
}

export const SYSTEM: Sources = {
  wall: () => Date.now(),
  steady: () => performance.now(),
};

/** The clocks may drift apart by this much and still say the same. */
const AGREE_MS = 2_000;
const AGREE_SHARE = 0.001;

export interface Contact {
  /** Server minus phone. */
  offset: number;
  /** By the server's clock. */
  contact: number;
}

/** What an event tells of its time; the server decides. */
export interface Told {
  clock: number;
  offset: number | null;
  steady: number | null;
  contact: number | null;
}

export class Clock {
  private offset: number | null = null;
  private contact: number | null = null;
  private wallThen: number | null = null;
  private steadyThen: number | null = null;

  constructor(private readonly sources: Sources = SYSTEM) {}

  wall(): number {
    return Math.floor(this.sources.wall());
  }

  /** Take what an earlier session knew: no steady measure leads there. */
  remember(known: { offset: number | null; contact: number | null }): void {
    if (this.wallThen === null && known.contact !== null && known.contact > (this.contact ?? 0)) {
      this.offset = known.offset;
      this.contact = known.contact;
    }
  }

  /** Whether the server's time is known at all, from this session or an earlier one. */
  get known(): boolean {
    return this.contact !== null;
  }

  /** Whether the server has told its time in this session, and what has gone by since is measured. */
  get certain(): boolean {
    return this.contact !== null && this.elapsed() !== null;
  }

  /** The server has answered with its time; returns what to keep for later sessions. */
  met(server: number): Contact {
    const wall = this.wall();
    this.offset = server - wall;
    this.contact = server;
    this.wallThen = wall;
    this.steadyThen = this.sources.steady();
    return { offset: this.offset, contact: server };
  }

  /** Milliseconds since the contact, if both clocks agree on them; else null. */
  private elapsed(): number | null {
    if (this.wallThen === null || this.steadyThen === null) return null;
    const steady = Math.floor(this.sources.steady() - this.steadyThen);
    const apart = Math.abs(this.wall() - this.wallThen - steady);
    return steady >= 0 && apart <= AGREE_MS + steady * AGREE_SHARE ? steady : null;
  }

  told(): Told {
    return {
      clock: this.wall(),
      offset: this.offset,
      steady: this.elapsed(),
      contact: this.contact,
    };
  }

  /** Server time as believed; the phone's own where there never was a contact. */
  now(): number {
    const steady = this.elapsed();
    if (steady !== null && this.contact !== null) return this.contact + steady;
    return this.wall() + (this.offset ?? 0);
  }

  /** What a moment of the phone's wall clock was by the server's. */
  fromWall(wall: number): number {
    return wall + (this.offset ?? 0);
  }
}

/** Whether a wait between two moments of the wall clock is over; a clock set back ends it too. */
export const isOver = (wait: { from: number; until: number } | null, wall: number): boolean =>
  wait === null || wall >= wait.until || wall < wait.from - 60_000;
