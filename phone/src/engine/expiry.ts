/** Takes packs off the phone when their time has come, in the page and in the service worker. */

import type { Clock } from "./clock";
import type { Database, PersonRow } from "./database";
import { shares } from "./share";

/** Take a person's pack off this phone; the outbox stays. */
export async function dropPack(
  database: Database,
  device: string,
  change: Partial<PersonRow> = {},
): Promise<void> {
  const former = await database.write(["people", "pages", "parts"], async (work) => {
    const person = await work.get("people", device);
    work.clear("pages", device);
    work.clear("parts", device);
    if (person) work.put("people", { ...person, pack: null, ...change });
    return person?.pack;
  });
  if (former) await shares().drop(former.share);
}

/**
 * Keep the latest clock ever seen and take away what was to be read until then.
 *
 * A clock set back makes nothing readable again. A clock that the server has not set counts for
 * nothing: it may be years off, and would take away each pack to come. One that it has set in this
 * session is right, and mends what a wrong one left. Returns the devices whose packs went.
 */
export async function expire(database: Database, clock: Clock): Promise<string[]> {
  const { people, latest } = await database.write(["meta", "people"], async (work) => {
    const people = await work.all("people");
    for (const person of people) clock.remember(person);
    const former = (await work.get("meta", "latest"))?.value;
    const ever = typeof former === "number" ? former : 0;
    const latest = clock.certain ? clock.now() : clock.known ? Math.max(ever, clock.now()) : ever;
    work.put("meta", { name: "latest", value: latest });
    return { people, latest };
  });
  const over = people.filter((person) => person.pack && person.pack.until <= latest);
  for (const person of over) await dropPack(database, person.device);
  return over.map((person) => person.device);
}

/** Take away shares that no pack names: the app ended while a new one was written. */
export async function tidy(people: readonly PersonRow[]): Promise<void> {
  const named = new Set(people.map((person) => person.pack?.share));
  for (const name of await shares().names()) {
    if (!named.has(name)) await shares().drop(name);
  }
}
