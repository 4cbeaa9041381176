/** Makes this phone a device of somebody: the key first, kept before the server is asked. */

import { uuid7 } from "./bytes";
import type { Clock } from "./clock";
import { newDeviceKey } from "./cryptography";
import type { Database, PersonRow } from "./database";
import { type Door, refusedWith, Trouble } from "./door";

interface Enrolled {
  device: string;
  member: string;
  incident: string;
  name: string;
  seal_key: string;
  epoch: string;
  time: number;
}

/** Refusals after which the same token never will do. */
const FINAL = new Set([404, 409, 410]);

/**
 * Enrol by a token; the same token again, after an answer that was lost, leads to the same device.
 *
 * Throws Trouble; what was kept for another try stays unless the refusal is final.
 */
export async function enrol(
  database: Database,
  door: Door,
  clock: Clock,
  token: string,
  app: string,
): Promise<{ device: string; name: string }> {
  const known = await enrolUnknown(database, door, clock, token, app);
  if (known) return known;
  const row = await begun(database, clock, token);
  let answer: Enrolled;
  try {
    answer = await asked(door, row, app);
  } catch (error) {
    if (refusedWith(error, FINAL)) {
      await database.write(["people"], (work) => work.delete("people", row.device));
    }
    throw error;
  }
  await database.write(["people"], (work) => work.put("people", enrolled(row, answer, clock)));
  return { device: row.device, name: answer.name };
}

const asked = (door: Door, row: PersonRow, app: string, former?: object): Promise<Enrolled> =>
  door.post<Enrolled>(row, "/sync/v1/enrol", {
    token: row.token,
    key: row.point,
    name: phoneName(navigator.userAgent),
    app,
    ...former,
  });

/**
 * Let somebody in again whom a restored server does not know any more, with all that is held here.
 *
 * Returns null where the link is for nobody of these: then it makes a new device. Throws Trouble.
 */
async function enrolUnknown(
  database: Database,
  door: Door,
  clock: Clock,
  token: string,
  app: string,
): Promise<{ device: string; name: string } | null> {
  const people = await database.read(["people"], (work) => work.all("people"));
  for (const person of people.filter(({ unknown, pending }) => unknown && !pending)) {
    try {
      const { member, incident } = person;
      const answer = await asked(door, { ...person, token }, app, { member, incident });
      await keepAgain(database, clock, { ...person, token }, answer);
      return { device: person.device, name: answer.name };
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== "sync.anothers-link") throw error;
    }
  }
  return null;
}

/** Its epoch is left as it was: the answer to the next push has all receipts offered again. */
async function keepAgain(
  database: Database,
  clock: Clock,
  { device, token }: PersonRow,
  answer: Enrolled,
): Promise<void> {
  clock.met(answer.time);
  await database.write(["people"], async (work) => {
    const row = await work.get("people", device);
    if (row) {
      work.put("people", { ...row, token, unknown: false, sealKey: answer.seal_key, wait: null });
    }
  });
}

/** Tell a server that has forgotten this device who it is; what is kept here stays. Throws Trouble. */
export async function enrolAgain(
  database: Database,
  door: Door,
  clock: Clock,
  person: PersonRow,
  app: string,
): Promise<void> {
  try {
    await keepAgain(database, clock, person, await asked(door, person, app));
  } catch (error) {
    if (refusedWith(error, FINAL)) {
      await database.write(["people"], async (work) => {
        const row = await work.get("people", person.device);
        if (row) work.put("people", { ...row, unknown: true });
      });
    }
    throw error;
  }
}

const enrolled = (row: PersonRow, answer: Enrolled, clock: Clock): PersonRow => ({
  ...row,
  ...clock.met(answer.time),
  pending: false,
  member: answer.member,
  incident: answer.incident,
  label: masked(answer.name),
  sealKey: answer.seal_key,
  epoch: answer.epoch,
  enrolled: answer.time,
});

async function begun(database: Database, clock: Clock, token: string): Promise<PersonRow> {
  const people = await database.read(["people"], (work) => work.all("people"));
  const former = people.find((person) => person.pending && person.token === token);
  if (former) return former;
  const row: PersonRow = {
    device: uuid7(clock.now()),
    pending: true,
    token,
    member: "",
    incident: "",
    label: "",
    ...(await newDeviceKey()),
    sealKey: "",
    epoch: "",
    seq: 0,
    enrolled: 0,
    pin: null,
    wrong: 0,
    forgotten: false,
    pack: null,
    pulls: 0,
    offset: null,
    contact: null,
    wait: null,
    durable: 0,
    revoked: false,
    handed: 0,
  };
  await database.write(["people"], (work) => work.put("people", row));
  return row;
}

/** The first character and a star for each other: nobody's whole name lies here in clear. */
export function masked(name: string): string {
  const characters = [...name];
  return (characters[0] ?? "") + "*".repeat(Math.min(3, Math.max(1, characters.length - 1)));
}

/** What the coordinator's list of devices calls this phone. */
export function phoneName(agent: string): string {
  const model = /Android [\d.]+; (?:[a-z]{2}[-_][a-z]{2}; )?([^;)]+?)(?: Build\/[^;)]*)?[;)]/i.exec(
    agent,
  )?.[1];
  const kind = model ?? /iPhone|iPad|Android|Windows|Mac OS X|Linux/.exec(agent)?.[0] ?? "";
  const browser = /MicroMessenger|HuaweiBrowser|MiuiBrowser|EdgA?|Firefox|CriOS|Chrome|Safari/.exec(
    agent,
  )?.[0];
  return [kind, browser].filter(Boolean).join(" · ").slice(0, 80);
}
