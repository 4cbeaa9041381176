import { expect, test, vi } from "vitest";
import type { Person } from "../src/engine/types";
import { zh } from "../src/words/zh";

const NOW = new Date(2026, 2, 1, 10, 0).getTime();
const person = (device: string, name: string, more: Partial<Person> = {}): Person => ({
  device,
  member: device,
  incident: "i",
  name,
  unsent: 0,
  quarantined: 0,
  pinSet: true,
  revoked: false,
  enrolled: NOW - 3_600_000,
  ...more,
});

test("two who look alike behind their stars are told apart by who came when", async () => {
  vi.stubGlobal("addEventListener", () => undefined);
  const { about } = await import("../src/screens/people");
  const one = person("a", "王**");
  const other = person("b", "王**", { enrolled: NOW - 60_000, unsent: 2 });
  const third = person("c", "赵*", { revoked: true });
  const all = [one, other, third];
  expect(about(one, all, NOW)).toBe("第1个登记 · 9:00");
  expect(about(other, all, NOW)).toBe("第2个登记 · 9:59 · 2条未发送");
  expect(about(third, all, NOW)).toBe(zh.revoked);
  expect(about(one, [one, third], NOW)).toBe("");
});
