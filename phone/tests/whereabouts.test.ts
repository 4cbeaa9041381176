/** Which community a record names when the pack is over, and what of that can be read on the disk. */

import { expect, test, vi } from "vitest";
import { Database } from "../src/engine/database";
import { PIN, enrolled, offline, online, opened, reopened, server } from "./phone";

const COMMUNITY = 420111002044;
const duty = (community: number, today: boolean) => ({
  id: `duty-${community}`,
  kind: "duty",
  version: 1,
  body: { community, today },
});

const rows = async () => {
  const database = await Database.open();
  const people = await database.read(["people"], (work) => work.all("people"));
  database.close();
  return people;
};

test("the community of today's duty is known when the pack is over", async () => {
  server.parts.get("me")!.push(duty(110_000_000_001, false), duty(COMMUNITY, true));
  let engine = await enrolled();
  expect(engine.community()).toBe(COMMUNITY);
  offline();
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * 86_400_000);
  engine = await reopened(engine);
  expect(engine.community()).toBeNull();
  expect(await engine.unlock(PIN)).toBe("expired");
  expect(engine.docs("duty")).toEqual([]);
  expect(engine.community()).toBe(COMMUNITY);
  vi.restoreAllMocks();
});

test("it follows the next pack, and is another's for another person", async () => {
  server.parts.get("me")!.push(duty(COMMUNITY, true));
  const engine = await enrolled("one");
  server.parts.get("me")!.splice(-1, 1, duty(COMMUNITY + 1, true));
  await engine.sync();
  expect(engine.community()).toBe(COMMUNITY + 1);
  server.parts.get("me")!.pop();
  await engine.enrol("two");
  await engine.setPin("940817");
  await engine.sync();
  expect(engine.community()).toBeNull();
});

test("it lies sealed, under a key that the browser does not give away", async () => {
  server.parts.get("me")!.push(duty(COMMUNITY, true));
  await enrolled();
  const [person] = await rows();
  expect(person!.place!.key.extractable).toBe(false);
  expect(JSON.stringify({ ...person, key: null })).not.toContain(String(COMMUNITY));
  expect(new TextDecoder("latin1").decode(person!.place!.sealed)).not.toContain(String(COMMUNITY));
});

test.each([
  ["a forgotten PIN", (engine: Awaited<ReturnType<typeof enrolled>>) => engine.forgotten()],
  [
    "a phone struck off",
    async (engine: Awaited<ReturnType<typeof enrolled>>) => {
      server.instead.push((asked) =>
        asked.path.endsWith("pull")
          ? { status: 403, body: { code: "sync.revoked", words: "…" } }
          : null,
      );
      await engine.sync();
    },
  ],
])("%s takes it away", async (_name, happens) => {
  server.parts.get("me")!.push(duty(COMMUNITY, true));
  const engine = await enrolled();
  expect((await rows())[0]!.place).toBeTruthy();
  await happens(engine);
  expect((await rows())[0]!.place).toBeNull();
  online();
});

test("what earlier apps left in clear is taken away", async () => {
  const kept = new Map([
    ["community:device", String(COMMUNITY)],
    ["language", "en"],
  ]);
  const storage = { removeItem: (name: string) => kept.delete(name), getItem: () => null };
  vi.stubGlobal("localStorage", Object.assign(storage, Object.fromEntries(kept)));
  const engine = opened();
  await vi.waitFor(() => expect(engine.state().phase).toBe("nobody"));
  expect([...kept.keys()]).toEqual(["language"]);
  vi.unstubAllGlobals();
});
