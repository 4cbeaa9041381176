import { expect, test } from "vitest";
import { Clock, isOver } from "../src/engine/clock";

const SERVER = 1_800_000_000_000;

class Watch {
  constructor(
    public wallNow: number,
    public steadyNow = 0,
  ) {}
  wall = () => this.wallNow;
  steady = () => this.steadyNow;
  /** Both clocks go on. */
  pass(ms: number): void {
    this.wallNow += ms;
    this.steadyNow += ms;
  }
}

test("a clock a year off tells the server's time after one contact", () => {
  const watch = new Watch(SERVER + 365 * 86_400_000);
  const clock = new Clock(watch);
  clock.met(SERVER);
  watch.pass(90_000);
  expect(clock.now()).toBe(SERVER + 90_000);
  expect(clock.told()).toEqual({
    clock: SERVER + 365 * 86_400_000 + 90_000,
    offset: -365 * 86_400_000,
    steady: 90_000,
    contact: SERVER,
  });
});

test("a phone that slept does not call its steady measure certain", () => {
  const watch = new Watch(SERVER);
  const clock = new Clock(watch);
  clock.met(SERVER);
  watch.wallNow += 3 * 3_600_000;
  expect(clock.told().steady).toBeNull();
  expect(clock.now()).toBe(SERVER + 3 * 3_600_000);
});

test("a wall clock set anew does not either", () => {
  const watch = new Watch(SERVER);
  const clock = new Clock(watch);
  clock.met(SERVER);
  watch.pass(1_000);
  watch.wallNow -= 86_400_000;
  expect(clock.told().steady).toBeNull();
});

test("after a reload only the offset is known", () => {
  const clock = new Clock(new Watch(SERVER + 5_000));
  clock.remember({ offset: 700, contact: SERVER });
  expect(clock.told()).toEqual({
    clock: SERVER + 5_000,
    offset: 700,
    steady: null,
    contact: SERVER,
  });
  expect(clock.now()).toBe(SERVER + 5_700);
});

test("what an earlier session knew does not replace a contact of this one", () => {
  const clock = new Clock(new Watch(SERVER));
  clock.met(SERVER + 10);
  clock.remember({ offset: 9_000, contact: SERVER + 20 });
  expect(clock.now()).toBe(SERVER + 10);
});

test("a wait ends at its time, and when the clock is set back before it began", () => {
  const wait = { from: SERVER, until: SERVER + 60_000 };
  expect(isOver(wait, SERVER + 1)).toBe(false);
  expect(isOver(wait, SERVER + 60_000)).toBe(true);
  expect(isOver(wait, SERVER - 86_400_000)).toBe(true);
  expect(isOver(null, SERVER)).toBe(true);
});
