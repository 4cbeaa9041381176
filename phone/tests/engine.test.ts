import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Database } from "../src/engine/database";
import { PhoneEngine } from "../src/engine/engine";
import { RECEIPTS_KEPT_MS } from "../src/engine/outbox";
import { Refused } from "../src/engine/types";
import { Server } from "./server";
import { disk, shareFiles } from "./surroundings";

const PIN = "270531";
let server: Server;
let engines: PhoneEngine[];

beforeEach(async () => {
  server = await Server.start();
  engines = [];
  vi.stubGlobal("fetch", (path: string, request: RequestInit) => server.fetch(path, request));
  server.parts.set("me", [
    { id: "me", kind: "me", version: 1, body: { member: "m", name: "欧阳建国", unit: "u", roles: [], language: "zh" } },
    { id: "standing", kind: "standing", version: 1, body: { day: "d", signed_in_at: null, signed_out_at: null, well: null, fit_until: null } },
    { id: "t1", kind: "task", version: 1, body: { community: 7, kind: "k", title: "送菜", state: "open", people_wanted: 2, places_left: 2, mine: "" } },
  ]);
});
afterEach(async () => {
  for (const engine of engines) await engine.end();
});

function opened(): PhoneEngine {
  const engine = new PhoneEngine();
  engines.push(engine);
  return engine;
}

async function enrolled(token = "token"): Promise<PhoneEngine> {
  const engine = opened();
  await engine.enrol(token);
  await engine.setPin(PIN);
  await engine.sync();
  return engine;
}

/** The tab is closed and opened again. */
async function reopened(former: PhoneEngine): Promise<PhoneEngine> {
  await former.end();
  const engine = opened();
  await vi.waitFor(() => expect(engine.state().phase).not.toBe("starting"));
  return engine;
}

const offline = (): number => server.instead.push(...Array.from({ length: 200 }, () => () => "cut before" as const));
const online = (): void => void (server.instead.length = 0);
const signIn = (engine: PhoneEngine, member = "m"): Promise<string> =>
  engine.record("attendance.check-in", { member, method: "list" }, 7);

async function stored(): Promise<{ outbox: number; receipts: number; quarantined: number }> {
  const database = await Database.open();
  const counts = await database.read(["outbox", "receipts", "quarantined"], async (work) => ({
    outbox: await work.count("outbox"),
    receipts: await work.count("receipts"),
    quarantined: await work.count("quarantined"),
  }));
  database.close();
  return counts;
}

test("somebody enrols, chooses a PIN and sees the pack", async () => {
  const engine = await enrolled();
  const state = engine.state();
  expect(state.phase).toBe("open");
  expect(state.packed).toBe(true);
  expect(state.persisted).toBe(true);
  expect(state.person?.name).toBe("欧阳建国");
  expect(engine.docs("task").map((doc) => doc.body.title)).toEqual(["送菜"]);
  expect(shareFiles()).toHaveLength(1);
});

test("the name lies on the phone with its first character only", async () => {
  const engine = await reopened(await enrolled());
  expect(engine.state().phase).toBe("locked");
  expect(engine.state().people.map((person) => person.name)).toEqual(["欧***"]);
});

test("an answer to the enrolment that is lost leads to the same device", async () => {
  const engine = opened();
  server.instead.push(() => "cut after");
  await expect(engine.enrol("token")).rejects.toMatchObject({ code: "offline" });
  expect(engine.state().people).toEqual([]);
  await engine.enrol("token");
  expect(engine.state().people).toHaveLength(1);
  expect(new Set(server.asked.map(({ device }) => device)).size).toBe(1);
});

test("a token that was used elsewhere leaves nothing behind, and says the server's words", async () => {
  const engine = opened();
  server.instead.push(() => ({ status: 409, body: { code: "sync.token-used", words: "已用过" } }));
  await expect(engine.enrol("token")).rejects.toMatchObject({ code: "sync.token-used", words: "已用过" });
  const database = await Database.open();
  expect(await database.read(["people"], (work) => work.count("people"))).toBe(0);
  database.close();
});

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
  const [event] = [...server.events.values()].map(({ plain }) => JSON.parse(plain) as Record<string, number>);
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
  server.instead.push(() => ({ status: 503, body: { code: "sync.busy", words: "稍后" }, headers: { "Retry-After": "30" } }));
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
  server.outcomes.set("attendance.check-out", { outcome: "retry", code: "attendance.not-in", words: "…", after: 600 });
  server.outcomes.set("needs.claim", { outcome: "quarantined", code: "sync.outside", words: "不在你的范围" });
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

test("whoever enrols anew is listed once; the former enrolment goes when nothing of it is left", async () => {
  const engine = await enrolled();
  offline();
  await signIn(engine);
  online();
  server.instead.push((asked) => (asked.path.endsWith("push") ? { status: 500, body: "" } : null));
  await engine.enrol("token");
  await engine.setPin(PIN);
  await engine.sync();
  expect(server.events.size).toBe(1);
  expect(engine.state().people).toHaveLength(1);
  const rows = async (): Promise<number> => {
    const database = await Database.open();
    const count = await database.read(["people"], (work) => work.count("people"));
    database.close();
    return count;
  };
  expect(await rows()).toBe(2);
  server.time += RECEIPTS_KEPT_MS + 3_700_000;
  server.durable = 1;
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + RECEIPTS_KEPT_MS + 3_700_000);
  await engine.sync();
  await engine.sync();
  expect(await rows()).toBe(1);
  vi.restoreAllMocks();
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

test("unsent events show over the pack, before and after a reload, and after they were sent", async () => {
  let engine = await enrolled();
  const me = engine.state().person!.member;
  server.parts.get("me")![0]!.body = { member: me, name: "欧阳建国" };
  offline();
  await engine.record("attendance.check-in", { member: me, method: "self" }, 7);
  await engine.record("needs.claim", { task: "t1" }, 7);
  const look = (): unknown => [
    engine.docs("standing")[0]!.body.signed_in_at !== null,
    engine.docs("task")[0]!.body.mine,
    engine.docs("task")[0]!.body.places_left,
    engine.docs("task")[0]!.pending,
  ];
  expect(look()).toEqual([true, "claimed", 1, true]);
  engine = await reopened(engine);
  await engine.unlock(PIN);
  expect(look()).toEqual([true, "claimed", 1, true]);
  expect(engine.state().recorded.map(({ kind, sent }) => [kind, sent])).toEqual([
    ["attendance.check-in", false],
    ["needs.claim", false],
  ]);
  online();
  await engine.sync();
  // The pull after the push tells what the server makes of it.
  expect(engine.state().recorded).toEqual([]);
  expect(look()).toEqual([false, "", 2, false]);
});

test("a wrong PIN opens nothing, the right one does without a network", async () => {
  const engine = await reopened(await enrolled());
  offline();
  for (const wrong of ["000000", "270530", "123456"]) {
    expect(await engine.unlock(wrong)).toBe("wrong");
    expect(engine.docs("task")).toEqual([]);
  }
  expect(await engine.unlock(PIN)).toBe("open");
  expect(engine.docs("task")).toHaveLength(1);
});

test("after the duty the pack is gone with the right PIN too, recording goes on", async () => {
  let engine = await enrolled();
  offline();
  engine = await reopened(engine);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * 86_400_000);
  expect(await engine.unlock(PIN)).toBe("expired");
  vi.restoreAllMocks();
  expect(shareFiles()).toEqual([]);
  expect(engine.docs("task")).toEqual([]);
  await signIn(engine);
  // A clock set back makes nothing readable again.
  engine = await reopened(engine);
  expect(await engine.unlock(PIN)).toBe("expired");
  online();
  server.share = crypto.getRandomValues(new Uint8Array(32));
  server.until += 5 * 86_400_000;
  await engine.sync();
  expect(server.events.size).toBe(1);
  expect(engine.docs("task")).toHaveLength(1);
});

test("a clock that was a year ahead before the first contact takes no pack away", async () => {
  const real = Date.now;
  const ahead = vi.spyOn(Date, "now").mockImplementation(() => real() + 365 * 86_400_000);
  let engine = await enrolled();
  offline();
  engine = await reopened(engine);
  expect(await engine.unlock(PIN)).toBe("open");
  expect(engine.docs("task")).toHaveLength(1);
  ahead.mockRestore();
});

test("a new share brings a new key, and one file of a share", async () => {
  let engine = await enrolled();
  offline();
  await signIn(engine);
  online();
  server.instead.push((asked) => (asked.path.endsWith("push") ? { status: 500, body: "" } : null));
  server.share = crypto.getRandomValues(new Uint8Array(32));
  await engine.sync();
  await engine.sync();
  expect(shareFiles()).toHaveLength(1);
  engine = await reopened(engine);
  offline();
  expect(await engine.unlock(PIN)).toBe("open");
  expect(engine.docs("task")).toHaveLength(1);
});

test("a record is sent at once, the pack is fetched later", async () => {
  const engine = await enrolled();
  const pulls = (): number => server.asked.filter(({ path }) => path.endsWith("pull")).length;
  const before = pulls();
  await signIn(engine);
  await vi.waitFor(() => expect(engine.state().contact.unsent).toBe(0));
  await vi.waitFor(() => expect(engine.state().contact.sending).toBe(false));
  expect(server.events.size).toBe(1);
  expect(pulls()).toBe(before);
  expect(engine.state().recorded.map(({ sent }) => sent)).toEqual([true]);
  const next = engine.state().contact.next! - engine.now();
  expect(next).toBeGreaterThan(15_000);
  expect(next).toBeLessThan(121_000);
});

test("the pack's documents are the same array until something changes", async () => {
  const engine = await enrolled();
  const tasks = engine.docs("task");
  await engine.sync();
  expect(engine.docs("task")).toBe(tasks);
  await engine.record("needs.claim", { task: "t1" }, 7);
  expect(engine.docs("task")).not.toBe(tasks);
});

test("a revoked phone loses its pack and keeps its outbox", async () => {
  const engine = await enrolled();
  server.outcomes.set("attendance.check-in", { outcome: "retry", code: "x", words: "", after: 60 });
  await signIn(engine);
  await engine.sync();
  server.instead.push((asked) =>
    asked.path.endsWith("pull") ? { status: 403, body: { code: "sync.revoked", words: "已停用" } } : null,
  );
  await engine.sync();
  expect(engine.docs("task")).toEqual([]);
  expect(shareFiles()).toEqual([]);
  expect(engine.state().person?.revoked).toBe(true);
  expect((await stored()).outbox).toBe(1);
});

test("a forgotten PIN costs the pack, not the unsent, and needs a new link", async () => {
  let engine = await enrolled();
  offline();
  await signIn(engine);
  engine = await reopened(engine);
  await engine.forgotten();
  expect(engine.state().phase).toBe("forgotten");
  await expect(engine.setPin("111111")).rejects.toBeInstanceOf(Refused);
  expect(await engine.unlock(PIN)).toBe("wrong");
  online();
  await engine.enrol("token");
  expect(engine.state().people).toHaveLength(1);
  await engine.setPin("111111");
  await engine.sync();
  expect(server.events.size).toBe(1);
});

test("several people on one phone: each one's unsent goes, nobody reads the other's", async () => {
  let engine = await enrolled("one");
  offline();
  await signIn(engine, "a");
  online();
  server.instead.push((asked) => (asked.path.endsWith("push") ? { status: 500, body: "" } : null));
  await engine.enrol("two");
  await engine.setPin("999999");
  await signIn(engine, "b");
  engine = await reopened(engine);
  expect(engine.state().phase).toBe("choosing");
  await engine.sync();
  expect(server.bodies()).toHaveLength(2);
  const [one, two] = engine.state().people;
  await engine.choose(two!.device);
  expect(await engine.unlock(PIN)).toBe("wrong");
  await engine.choose(one!.device);
  expect(await engine.unlock(PIN)).toBe("open");
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

test("a pack whose hash does not fit is asked for anew once, and not for ever", async () => {
  const engine = await enrolled();
  server.lie = "0".repeat(32);
  server.parts.get("me")!.push({ id: "n", kind: "notice", version: 2, body: { title: "t", text: "", at: 0, read: false } });
  const before = server.asked.length;
  await engine.sync();
  const pulls = server.asked.slice(before).filter(({ path }) => path.endsWith("pull"));
  expect(pulls.map(({ body }) => (body.parts as Record<string, { cursor: number }>).me!.cursor)).toEqual([1, 0]);
  expect(engine.docs("notice")).toHaveLength(1);
});

test("a purged part goes from the phone", async () => {
  const engine = await enrolled();
  server.parts.delete("me");
  server.purge = ["me"];
  await engine.sync();
  expect(engine.docs("task")).toEqual([]);
  const database = await Database.open();
  expect(await database.read(["pages"], (work) => work.count("pages"))).toBe(0);
  database.close();
});

test("another phone forwards the file, and cannot change it", async () => {
  const engine = await enrolled("one");
  offline();
  await signIn(engine, "a");
  await signIn(engine, "b");
  const { blob } = await engine.handOver();
  online();
  server.instead.push((asked) => (asked.path.endsWith("push") ? { status: 500, body: "" } : null));
  await engine.enrol("two");
  const altered = new Blob([(await blob.text()).replace('\\"seq\\":2', '\\"seq\\":3')]);
  await expect(engine.forward(altered)).rejects.toMatchObject({ code: "sync.bad-signature", words: "签名不对" });
  expect(server.events.size).toBe(0);
  expect(await engine.forward(blob)).toBe(2);
  expect(server.bodies()).toHaveLength(2);
});

test("what is unsent leaves as a file of signed pushes; only then may the person go", async () => {
  const engine = await enrolled();
  offline();
  await signIn(engine, "a");
  await expect(engine.giveUp()).rejects.toMatchObject({ code: "unsent" });
  const { blob, count } = await engine.handOver();
  expect(count).toBe(1);
  const file = JSON.parse(await blob.text()) as { device: string; pushes: { body: string; stamp: number; signature: string }[] };
  online();
  const [push] = file.pushes;
  const answer = await server.fetch("/sync/v1/push", {
    method: "POST",
    body: new TextEncoder().encode(push!.body),
    headers: { "X-Device": file.device, "X-Stamp": String(push!.stamp), "X-Signature": push!.signature },
  });
  expect(answer.status).toBe(200);
  expect(server.bodies()).toEqual([{ member: "a", method: "list" }]);
  offline();
  await signIn(engine, "b");
  await expect(engine.giveUp()).rejects.toMatchObject({ code: "unsent" });
  await engine.handOver();
  await engine.giveUp();
  expect(engine.state().phase).toBe("nobody");
  expect(await stored()).toEqual({ outbox: 0, receipts: 0, quarantined: 0 });
});
