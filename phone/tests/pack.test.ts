import { expect, test, vi } from "vitest";
import { Database } from "../src/engine/database";
import { PIN, enrolled, offline, online, reopened, server, signIn } from "./phone";
import { shareFiles } from "./surroundings";

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

test("whoever comes back begins another stay", async () => {
  const engine = await enrolled();
  const me = engine.state().person!.member;
  server.parts.get("me")![0]!.body = { member: me, name: "欧阳建国" };
  offline();
  const look = (): boolean[] => {
    const { signed_in_at: since, signed_out_at: until } = engine.docs("standing")[0]!.body;
    return [since !== null, until !== null];
  };
  const seen = [look()];
  const turns = ["check-in", "check-in", "check-out", "check-in", "check-out"] as const;
  for (const turn of turns) {
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
    await engine.record(`attendance.${turn}`, { member: me, method: "self" }, 7);
    seen.push(look());
  }
  vi.restoreAllMocks();
  const [away, there, gone] = [
    [false, false],
    [true, false],
    [true, true],
  ];
  expect(seen).toEqual([away, there, there, gone, there, gone]);
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

test("a pack whose hash does not fit is asked for anew once, and not for ever", async () => {
  const engine = await enrolled();
  server.lie = "0".repeat(32);
  server.parts.get("me")!.push({
    id: "n",
    kind: "notice",
    version: 2,
    body: { title: "t", text: "", at: 0, read: false },
  });
  const before = server.asked.length;
  await engine.sync();
  const pulls = server.asked.slice(before).filter(({ path }) => path.endsWith("pull"));
  expect(
    pulls.map(({ body }) => (body.parts as Record<string, { cursor: number }>).me!.cursor),
  ).toEqual([1, 0]);
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
