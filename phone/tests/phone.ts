/** A phone with its server before each test, and what somebody does with it. */

import { afterEach, beforeEach, expect, vi } from "vitest";
import { Database } from "../src/engine/database";
import { PhoneEngine } from "../src/engine/engine";
import { Server } from "./server";

export const PIN = "270531";
export let server: Server;
let engines: PhoneEngine[];

beforeEach(async () => {
  server = await Server.start();
  engines = [];
  vi.stubGlobal("fetch", (path: string, request: RequestInit) => server.fetch(path, request));
  server.parts.set("me", [
    {
      id: "me",
      kind: "me",
      version: 1,
      body: { member: "m", name: "欧阳建国", unit: "u", roles: [], language: "zh" },
    },
    {
      id: "standing",
      kind: "standing",
      version: 1,
      body: { day: "d", signed_in_at: null, signed_out_at: null, well: null, fit_until: null },
    },
    {
      id: "t1",
      kind: "task",
      version: 1,
      body: {
        community: 7,
        kind: "k",
        title: "送菜",
        state: "open",
        people_wanted: 2,
        places_left: 2,
        mine: "",
      },
    },
  ]);
});
afterEach(async () => {
  for (const engine of engines) await engine.end();
});

export function opened(): PhoneEngine {
  const engine = new PhoneEngine();
  engines.push(engine);
  return engine;
}

export async function enrolled(token = "token"): Promise<PhoneEngine> {
  const engine = opened();
  await engine.enrol(token);
  await engine.setPin(PIN);
  await engine.sync();
  return engine;
}

/** The tab is closed and opened again. */
export async function reopened(former: PhoneEngine): Promise<PhoneEngine> {
  await former.end();
  const engine = opened();
  await vi.waitFor(() => expect(engine.state().phase).not.toBe("starting"));
  return engine;
}

export const offline = (): number =>
  server.instead.push(...Array.from({ length: 200 }, () => () => "cut before" as const));
export const online = (): void => void (server.instead.length = 0);
export const signIn = (engine: PhoneEngine, member = "m"): Promise<string> =>
  engine.record("attendance.check-in", { member, method: "list" }, 7);

export async function stored(): Promise<{ outbox: number; receipts: number; quarantined: number }> {
  const database = await Database.open();
  const counts = await database.read(["outbox", "receipts", "quarantined"], async (work) => ({
    outbox: await work.count("outbox"),
    receipts: await work.count("receipts"),
    quarantined: await work.count("quarantined"),
  }));
  database.close();
  return counts;
}
