import { expect, test, vi } from "vitest";
import { Database } from "../src/engine/database";
import { RECEIPTS_KEPT_MS } from "../src/engine/outbox";
import { Refused } from "../src/engine/types";
import { PIN, enrolled, offline, online, opened, reopened, server, signIn, stored } from "./phone";
import { shareFiles } from "./surroundings";

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
  await expect(engine.enrol("token")).rejects.toMatchObject({
    code: "sync.token-used",
    words: "已用过",
  });
  const database = await Database.open();
  expect(await database.read(["people"], (work) => work.count("people"))).toBe(0);
  database.close();
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

test("a revoked phone loses its pack and keeps its outbox", async () => {
  const engine = await enrolled();
  server.outcomes.set("attendance.check-in", { outcome: "retry", code: "x", words: "", after: 60 });
  await signIn(engine);
  await engine.sync();
  server.instead.push((asked) =>
    asked.path.endsWith("pull")
      ? { status: 403, body: { code: "sync.revoked", words: "已停用" } }
      : null,
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
  await expect(engine.forward(altered)).rejects.toMatchObject({
    code: "sync.bad-signature",
    words: "签名不对",
  });
  expect(server.events.size).toBe(0);
  expect(await engine.forward(blob)).toBe(2);
  expect(server.bodies()).toHaveLength(2);
});

test.each(["", "[1]", "null", "{\"format\":\"other\"}", "\u00ff\u00d8 a photo"])(
  "what is no handed-over file is not sent anywhere: %j",
  async (content) => {
    const engine = await enrolled();
    const asked = server.asked.length;
    const refused = engine.forward(new Blob([content]));
    await expect(refused).rejects.toMatchObject({ code: "other-file" });
    expect(server.asked).toHaveLength(asked);
  },
);

test("what is unsent leaves as a file of signed pushes; only then may the person go", async () => {
  const engine = await enrolled();
  offline();
  await signIn(engine, "a");
  await expect(engine.giveUp()).rejects.toMatchObject({ code: "unsent" });
  const { blob, count } = await engine.handOver();
  expect(count).toBe(1);
  const file = JSON.parse(await blob.text()) as {
    device: string;
    pushes: { body: string; stamp: number; signature: string }[];
  };
  online();
  const [push] = file.pushes;
  const answer = await server.fetch("/sync/v1/push", {
    method: "POST",
    body: new TextEncoder().encode(push!.body),
    headers: {
      "X-Device": file.device,
      "X-Stamp": String(push!.stamp),
      "X-Signature": push!.signature,
    },
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
