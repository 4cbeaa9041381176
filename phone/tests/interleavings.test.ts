/** Whatever order things happen in: what was recorded is held by the server, once, in the end. */

import { afterEach, expect, test, vi } from "vitest";
import { PhoneEngine } from "../src/engine/engine";
import { Server } from "./server";

const PIN = "135790";
const HOUR = 3_600_000;
const RUNS = 8;
const STEPS = 45;

afterEach(() => vi.restoreAllMocks());

/** Chance that can be repeated. */
class Dice {
  constructor(private seed: number) {}
  below(limit: number): number {
    this.seed = (this.seed * 48_271) % 2_147_483_647;
    return this.seed % limit;
  }
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

class Run {
  readonly recorded = new Map<string, string>();
  tabs: PhoneEngine[] = [];
  /** What the phone's clock shows too much, and how much time has passed. */
  private astray = 0;
  private passed = 0;

  private constructor(
    readonly dice: Dice,
    readonly server: Server,
  ) {}

  static async begin(seed: number): Promise<Run> {
    const run = new Run(new Dice(seed), await Server.start());
    const began = Date.now();
    const begun = performance.now();
    vi.spyOn(Date, "now").mockImplementation(
      () => began + Math.floor(performance.now() - begun) + run.passed + run.astray,
    );
    vi.stubGlobal("fetch", async (path: string, request: RequestInit) => {
      run.server.instead[0] ??= run.fault();
      const answer = await run.server.fetch(path, request);
      run.server.instead.length = 0;
      return answer;
    });
    await run.open();
    for (const token of ["one", "two"]) await run.patiently(() => run.tabs[0]!.enrol(token));
    await run.tabs[0]!.setPin(PIN);
    return run;
  }

  faulty = false;

  private fault(): Server["instead"][number] {
    const luck = this.faulty ? this.dice.below(10) : 9;
    if (luck < 2) return () => "cut before";
    if (luck < 4) return () => "cut after";
    if (luck === 4) return () => ({ status: 502, body: "<html>" });
    if (luck === 5)
      return () => ({ status: 503, body: { code: "sync.busy" }, headers: { "Retry-After": "5" } });
    return () => null;
  }

  private async patiently(work: () => Promise<unknown>): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      try {
        await work();
        return;
      } catch {
        // Tried again.
      }
    }
  }

  private async open(): Promise<void> {
    const tab = new PhoneEngine();
    this.tabs.push(tab);
    await vi.waitFor(() => expect(tab.state().phase).not.toBe("starting"));
  }

  /** Somebody records in one of the tabs; a tab that is locked is unlocked first. */
  private async record(): Promise<void> {
    const tab = this.dice.of(this.tabs);
    if (tab.state().phase === "choosing") await tab.choose(tab.state().people.at(-1)!.device);
    if (tab.state().phase === "locked") await tab.unlock(PIN);
    if (tab.state().phase !== "open") return;
    const note = `${this.recorded.size}`;
    const id = await tab.record("attendance.check-in", { member: note, method: "list" }, 1);
    this.recorded.set(id, note);
  }

  private time(ms: number): void {
    this.passed += ms;
    this.server.time += ms;
  }

  private readonly steps: readonly (() => Promise<unknown> | void)[] = [
    () => this.record(),
    () => this.record(),
    () => Promise.all([this.record(), this.record()]),
    () => this.dice.of(this.tabs).sync(),
    () => void this.dice.of(this.tabs).sync(),
    () => this.server.backUp(),
    () => this.server.restore(),
    () => this.time(this.dice.below(90) * HOUR),
    () => void (this.astray = (this.dice.below(800) - 400) * 24 * HOUR),
    () => void (this.server.mostEvents = 1 + this.dice.below(6)),
    () => (this.tabs.length < 2 ? this.open() : undefined),
    async () => {
      if (this.tabs.length < 2 && this.dice.below(2)) return;
      await this.tabs.shift()!.end();
      if (this.tabs.length === 0) await this.open();
    },
  ];

  async play(): Promise<void> {
    this.faulty = true;
    for (let step = 0; step < STEPS; step++) await this.dice.of(this.steps)();
    this.faulty = false;
    for (let attempt = 0; attempt < 30; attempt++) {
      this.time(HOUR);
      await this.tabs[0]!.sync();
      if (this.tabs[0]!.state().contact.unsent === 0 && attempt > 2) break;
    }
    for (const tab of this.tabs) await tab.end();
  }
}

for (let seed = 1; seed <= RUNS; seed++) {
  test(`run ${seed}`, async () => {
    const run = await Run.begin(seed * 7_919);
    await run.play();
    const held = [...run.server.events].map(([id, { plain }]) => [
      id,
      (JSON.parse(plain) as { body: { member: string } }).body.member,
    ]);
    expect(run.recorded.size).toBeGreaterThan(3);
    expect(new Map(held as [string, string][])).toEqual(run.recorded);
    const places = [...run.server.events.values()].map(({ device, seq }) => `${device} ${seq}`);
    expect(new Set(places).size).toBe(places.length);
  }, 60_000);
}
