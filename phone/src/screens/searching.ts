/** Doors and residents in walking order, and found by a few letters; for one grid, in memory. */

import type { Doc, Docs } from "../engine/types";

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
}

/** The order of names and numbers as people expect it: 2 before 10. */
export const { compare } = new Intl.Collator("zh", { numeric: true });

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
    const address = [number(building), unit, door].filter(Boolean).join("-");
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
  for (const one of all) one.sought = one.sought.toLowerCase();
  return { buildings: ordered, doors: all };
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
