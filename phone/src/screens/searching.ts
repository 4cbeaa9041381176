/** Doors and residents in walking order, and found by a few letters; for one grid, in memory. */

import type { Doc, Docs } from "../engine/types";
import { compare } from "./order";

type All<K extends keyof Docs> = readonly Doc<Docs[K]>[];

export interface Door {
  id: string;
  building: string;
  /** Building, unit and door as people say them: 3-1-402. */
  address: string;
  unit: string;
  door: string;
  vacant: boolean;
  residents: { name: string; phone: string }[];
  sought: string;
}

export interface Grid {
  buildings: Doc<Docs["building"]>[];
  doors: Door[];
  /** The doors of each building, by its id. */
  within: ReadonlyMap<string, Door[]>;
  /** Its buildings by compound, each in the order of the numbers on the walls. */
  compounds: { name: string; buildings: Doc<Docs["building"]>[] }[];
}

/** Unit and door as people say them inside a building: 1-402. */
export const doorWithin = ({ unit, door }: Pick<Door, "unit" | "door">) =>
  [unit, door].filter(Boolean).join("-");

/** Put the pack's documents together: buildings in order, each door with who lives behind it. */
export function lay(
  buildings: All<"building">,
  households: All<"household">,
  residents: All<"resident">,
): Grid {
  const ordered = [...buildings].sort(
    (a, b) => compare(a.body.compound, b.body.compound) || compare(a.body.number, b.body.number),
  );
  const place = new Map(ordered.map((one, i) => [one.id, i]));
  const number = (building: string) => ordered[place.get(building) ?? -1]?.body.number ?? "";
  const doors = new Map<string, Door>();
  for (const { id, body } of households) {
    const { building, unit, door, vacant } = body;
    const address = [number(building), doorWithin(body)].filter(Boolean).join("-");
    doors.set(id, { id, building, unit, door, vacant, address, residents: [], sought: address });
  }
  for (const { body } of residents) {
    const door = doors.get(body.household);
    if (!door) continue;
    door.residents.push(body);
    door.sought += ` ${body.name} ${body.phone}`;
  }
  const at = (door: Door) => place.get(door.building) ?? -1;
  const all = [...doors.values()].sort(
    (a, b) => at(a) - at(b) || compare(a.unit, b.unit) || compare(a.door, b.door),
  );
  const within = new Map<string, Door[]>(ordered.map((one) => [one.id, []]));
  for (const one of all) {
    one.sought = one.sought.toLowerCase();
    within.get(one.building)?.push(one);
  }
  return { buildings: ordered, doors: all, within, compounds: byCompound(ordered) };
}

function byCompound(ordered: Doc<Docs["building"]>[]): Grid["compounds"] {
  const all: Grid["compounds"] = [];
  for (const one of ordered) {
    if (all.at(-1)?.name !== one.body.compound) all.push({ name: one.body.compound, buildings: [] });
    all.at(-1)!.buildings.push(one);
  }
  return all;
}

/** Laid out once for a pack: its documents are the same arrays until it changes, and go with it. */
const laid = new WeakMap<All<"building">, { households: object; residents: object; grid: Grid }>();

/** Return the grid of a pack, laid out when it is first asked for. */
export function gridOf(
  buildings: All<"building">,
  households: All<"household">,
  residents: All<"resident">,
): Grid {
  const known = laid.get(buildings);
  if (known?.households === households && known.residents === residents) return known.grid;
  const grid = lay(buildings, households, residents);
  laid.set(buildings, { households, residents, grid });
  return grid;
}

/** As many doors as two screens hold; whoever sees so many types on. */
export const MOST = 12;

/** Doors of which each of the words says something, at most `most` of them. */
export function find({ doors }: Grid, words: string, most = MOST): Door[] {
  const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Door[] = [];
  for (const one of doors) {
    if (sought.every((word) => one.sought.includes(word))) found.push(one);
    if (found.length === most) break;
  }
  return found;
}
