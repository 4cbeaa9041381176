import { describe, expect, it } from "vitest";
import type { Doc } from "../src/engine/types";
import { find, gridOf, lay } from "../src/screens/searching";

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

  it("has its buildings by compound, and the doors of each", () => {
    const other = doc("c1", { compound: "紫松", number: "1", floors: null, units: 1 });
    const two = lay([other, building("b10", "10"), building("b2", "2")], [household("h1", "b2", "101")], []);
    expect(two.compounds.map((one) => [one.name, one.buildings.map(({ id }) => id)])).toEqual([
      ["枫林上城", ["b2", "b10"]],
      ["紫松", ["c1"]],
    ]);
    expect(two.within.get("b2")!.map((one) => one.id)).toEqual(["h1"]);
    expect(two.within.get("c1")).toEqual([]);
  });

  it("is laid out once for a pack, and anew when anything of it changes", () => {
    const buildings = [building("b2", "2")];
    const households = [household("h1", "b2", "101")];
    const residents = [resident("r1", "h1", "解语棠", "1")];
    const first = gridOf(buildings, households, residents);
    expect(gridOf(buildings, households, residents)).toBe(first);
    const moved = gridOf(buildings, households, [resident("r2", "h1", "盖若汐", "2")]);
    expect(find(moved, "盖")).toHaveLength(1);
    expect(find(gridOf([...buildings], households, []), "盖")).toEqual([]);
  });

  it("lists no more than asked for", () => {
    expect(find(grid, "1", 2)).toHaveLength(2);
  });
});
