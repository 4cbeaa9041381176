import { expect, test, vi } from "vitest";
import { RECEIPTS_KEPT_MS } from "../src/engine/outbox";
import { PIN, enrolled, offline, online, opened, reopened, server, signIn, stored } from "./phone";
import { disk } from "./surroundings";

test("three records made offline survive the tab's end and arrive once each", async () => {
  let engine = await enrolled();
  offline();
  await signIn(engine, "a");
  await signIn(engine, "b");
  engine = await reopened(engine);
  expect(engine.state().contact.unsent).toBe(2);
  expect(await engine.unlock(PIN)).toBe("open");
  await signIn(engine, "c");
  expect(server.events.size).toBe(0);
  online();
  await engine.sync();
  expect(server.bodies()).toEqual(["a", "b", "c"].map((member) => ({ member, method: "list" })));
  expect(engine.state().contact).toMatchObject({ unsent: 0, since: null, trouble: null });
});

test("numbers have no gaps, whatever ends in between", async () => {
  const engine = await enrolled();
  offline();
  await Promise.all(["a", "b", "c", "d"].map((member) => signIn(engine, member)));
  online();
  await engine.sync();
  expect([...server.events.values()].map(({ seq }) => seq).sort()).toEqual([1, 2, 3, 4]);
});

test("two tabs give different numbers and send each record once", async () => {
  const one = await enrolled();
  const other = opened();
  await vi.waitFor(() => expect(other.state().phase).toBe("locked"));
  await other.unlock(PIN);
  offline();
  await Promise.all([signIn(one, "a"), signIn(other, "b"), signIn(one, "c"), signIn(other, "d")]);
  online();
  await Promise.all([one.sync(), other.sync()]);
  await one.sync();
  expect([...server.events.values()].map(({ seq }) => seq).sort()).toEqual([1, 2, 3, 4]);
  expect(await stored()).toEqual({ outbox: 0, receipts: 4, quarantined: 0 });
});

test("an answer that is lost after the commit leads to already", async () => {
  const engine = await enrolled();
  offline();
  await signIn(engine);
  online();
  server.instead.push(() => "cut after");
  await engine.sync();
  expect(server.events.size).toBe(1);
  expect(engine.state().contact).toMatchObject({ unsent: 1, trouble: { code: "offline" } });
  await engine.sync();
  expect(engine.state().contact.unsent).toBe(0);
  expect(server.events.size).toBe(1);
});

test("a clock a year off is mended by the server's time", async () => {
  server.time = Date.now() - 366 * 86_400_000;
  server.until = server.time + 3_600_000;
  const engine = await enrolled();
  await signIn(engine);
  await engine.sync();
  expect(server.events.size).toBe(1);
  const [event] = [...server.events.values()].map(
    ({ plain }) => JSON.parse(plain) as Record<string, number>,
  );
  expect(event!.clock! + event!.offset!).toBeCloseTo(server.time, -4);
  expect(event!.contact! + event!.steady!).toBeCloseTo(server.time, -4);
  expect(engine.state().packed).toBe(true);
});

test("a batch that is too large is halved", async () => {
  const engine = await enrolled();
  offline();
  for (let n = 0; n < 9; n++) await signIn(engine, `m${n}`);
  online();
  server.mostEvents = 2;
  await engine.sync();
  expect(server.events.size).toBe(9);
});

test("a server that asks for rest is left alone, even by a page that is loaded anew", async () => {
  let engine = await enrolled();
  server.instead.push(() => ({
    status: 503,
    body: { code: "sync.busy", words: "稍后" },
    headers: { "Retry-After": "30" },
  }));
  await engine.sync();
  const asked = server.asked.length;
  expect(engine.state().contact.trouble).toEqual({ code: "sync.busy", words: "稍后" });
  expect(engine.state().contact.next! - engine.now()).toBeGreaterThan(29_000);
  await signIn(engine);
  engine = await reopened(engine);
  await engine.sync();
  await engine.unlock(PIN);
  await engine.sync();
  expect(server.asked).toHaveLength(asked);
  expect(engine.state().contact.unsent).toBe(1);
});

test("what is to be tried again stays, what is kept aside is shown with its words until settled", async () => {
  const engine = await enrolled();
  server.outcomes.set("attendance.check-out", {
    outcome: "retry",
    code: "attendance.not-in",
    words: "…",
    after: 600,
  });
  server.outcomes.set("needs.claim", {
    outcome: "quarantined",
    code: "sync.outside",
    words: "不在你的范围",
  });
  await engine.record("attendance.check-out", { member: "m" }, 7);
  const id = await engine.record("needs.claim", { task: "t1" }, 7);
  await engine.sync();
  expect(await stored()).toEqual({ outbox: 1, receipts: 0, quarantined: 1 });
  expect(engine.state().quarantined).toMatchObject([
    { id, code: "sync.outside", words: "不在你的范围", kind: "needs.claim", body: { task: "t1" } },
  ]);
  server.settled.push(id);
  await engine.sync();
  expect(engine.state().quarantined).toEqual([]);
  expect(engine.state().contact.unsent).toBe(1);
  // A restored server may have lost what was settled: then it is offered again.
  expect((await stored()).receipts).toBe(1);
  server.settled.length = 0;
  server.events.clear();
  server.outcomes.clear();
  server.epoch = "epoch-2";
  await engine.sync();
  expect(server.events.has(id)).toBe(true);
});

test("a server that came back from a backup is offered everything again", async () => {
  const engine = await enrolled();
  server.outcomes.set("needs.claim", { outcome: "quarantined", code: "sync.outside", words: "…" });
  await signIn(engine);
  await engine.record("needs.claim", { task: "t1" }, 7);
  await engine.sync();
  server.events.clear();
  server.outcomes.clear();
  server.epoch = "epoch-2";
  await engine.sync();
  expect(server.events.size).toBe(2);
  expect(await stored()).toEqual({ outbox: 0, receipts: 2, quarantined: 0 });
});

test("a server from before the enrolment hears it once more, and everything again", async () => {
  const engine = await enrolled();
  await signIn(engine);
  await engine.sync();
  server.points.clear();
  server.events.clear();
  server.epoch = "epoch-0";
  server.knowsNoInvitation = true;
  await engine.sync();
  expect(engine.state().contact.trouble?.code).toBe("sync.unknown-device");
  expect((await stored()).receipts).toBe(1);
  server.knowsNoInvitation = false;
  await engine.sync();
  expect(engine.state().contact.trouble).toBeNull();
  expect(server.events.size).toBe(1);
});

test("a new link leads back to the same device where the server has lost its invitation too", async () => {
  const engine = await enrolled();
  await signIn(engine);
  await engine.sync();
  const device = server.asked.at(-1)!.device;
  server.points.clear();
  server.events.clear();
  server.epoch = "epoch-0";
  server.knowsNoInvitation = true;
  await engine.sync();
  server.knowsNoInvitation = false;
  await engine.enrol("another");
  expect(server.asked.filter(({ path }) => path.endsWith("/enrol")).at(-1)).toMatchObject({
    device,
    body: { token: "another", incident: "incident" },
  });
  await engine.sync();
  expect(server.events.size).toBe(1);
});

test("somebody else's link makes a device of its own beside one that the server has lost", async () => {
  const engine = await enrolled();
  await signIn(engine);
  await engine.sync();
  server.points.clear();
  server.epoch = "epoch-0";
  server.knowsNoInvitation = true;
  await engine.sync();
  server.knowsNoInvitation = false;
  server.instead.push(({ path }) =>
    path.endsWith("/enrol") ? { status: 409, body: { code: "sync.anothers-link", words: "…" } } : null,
  );
  const before = server.asked.length;
  await engine.enrol("of somebody else");
  const asked = server.asked.slice(before).filter(({ path }) => path.endsWith("/enrol"));
  expect(asked).toHaveLength(2);
  expect(asked[0]!.device).not.toBe(asked[1]!.device);
  expect((await stored()).receipts).toBe(1);
});

test("a connection that the phone has cut is made anew", async () => {
  const engine = await enrolled();
  const opened = (engine as unknown as { database: { opened: IDBDatabase } }).database.opened;
  opened.close();
  offline();
  await signIn(engine);
  expect(engine.state().contact.unsent).toBe(1);
});

test("receipts go once a backup holds them and three days have passed, not before", async () => {
  const engine = await enrolled();
  await signIn(engine);
  await engine.sync();
  server.durable = 1;
  await engine.sync();
  expect((await stored()).receipts).toBe(1);
  server.time += RECEIPTS_KEPT_MS + 1_000;
  server.durable = 0;
  await engine.sync();
  expect((await stored()).receipts).toBe(1);
  server.durable = 1;
  await engine.sync();
  expect((await stored()).receipts).toBe(0);
});

test("short storage is told before somebody types, and a full disk loses nothing", async () => {
  const engine = await enrolled();
  offline();
  await signIn(engine);
  disk.usage = disk.quota - 500_000;
  expect(await engine.room()).toBe(false);
  expect(engine.state().storage).toBe("full");
  disk.usage = 0;
  expect(await engine.room()).toBe(true);
  expect(engine.state().storage).toBe("ok");
  const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(await engine.room()).toBe(false);
  await expect(signIn(engine, "b")).rejects.toMatchObject({ code: "full" });
  put.mockRestore();
  expect((await stored()).outbox).toBe(1);
  online();
  await signIn(engine, "c");
  await engine.sync();
  expect([...server.events.values()].map(({ seq }) => seq).sort()).toEqual([1, 2]);
});
