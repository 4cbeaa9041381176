import { describe, expect, it } from "vitest";
import type { Doc } from "../src/engine/types";
import { find, lay } from "../src/screens/searching";

const doc = <B>(id: string, body: B): Doc<B> => ({
  id,
  part: "grid",
  version: 1,
  body,
  pending: false,
});
const building = (id: string, number: string) =>
  doc(id, { compound: "枫林上城", number, floors: 18, units: 2 });
const household = (id: string, at: string, door: string, vacant = false) =>
  doc(id, { building: at, unit: "1", door, kind: "home", vacant });
const resident = (id: string, household: string, name: string, phone: string) =>
  doc(id, { household, name, phone });

const grid = lay(
  [building("b10", "10"), building("b2", "2")],
  [household("h3", "b10", "301"), household("h1", "b2", "1001"), household("h2", "b2", "201", true)],
  [
    resident("r1", "h1", "解语棠", "19970001234"),
    resident("r2", "h3", "Gai Ruoxi", "19970005678"),
    resident("r3", "gone", "无户", "19970009999"),
  ],
);

describe("a grid", () => {
  it("is in walking order: 2 before 10, 201 before 1001", () => {
    expect(grid.buildings.map((one) => one.id)).toEqual(["b2", "b10"]);
    expect(grid.doors.map((one) => one.address)).toEqual(["2-1-201", "2-1-1001", "10-1-301"]);
  });

  it("is searched by name, door and telephone, in any order and case", () => {
    expect(find(grid, "语棠").map((one) => one.id)).toEqual(["h1"]);
    expect(find(grid, "5678").map((one) => one.id)).toEqual(["h3"]);
    expect(find(grid, "gai 10-1").map((one) => one.id)).toEqual(["h3"]);
    expect(find(grid, "2-1-201").map((one) => one.id)).toEqual(["h2"]);
    expect(find(grid, "没有")).toEqual([]);
  });

  it("lists no more than asked for", () => {
    expect(find(grid, "1", 2)).toHaveLength(2);
  });
});
