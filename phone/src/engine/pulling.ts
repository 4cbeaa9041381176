/** Fetches the work pack: deltas by part, the hash checked, rebuilt where it does not fit. */

import { unb64 } from "./bytes";
import type { Clock } from "./clock";
import type { Database } from "./database";
import type { Door } from "./door";
import { type Delta, Part, sealedPages, writePages } from "./packs";
import type { Session } from "./sessions";
import { communityIn, sealCommunity } from "./whereabouts";

/** More rounds than any pack needs: an answer that never ends is left for the next time. */
const ROUNDS = 40;

interface Pulled {
  epoch: string;
  time: number;
  durable_upto: number;
  settled: string[];
  wanted_app?: string;
  share: string | null;
  until: number | null;
  parts: Delta[];
  purge: string[];
  more: boolean;
}

/** Bring the pack up to date; returns the app's version that the server wants. Throws Trouble. */
export async function pull(
  database: Database,
  door: Door,
  clock: Clock,
  session: Session,
  app: string,
): Promise<string | null> {
  const doubted = new Set<string>();
  const rebuilt = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const person = await database.read(["people"], (work) => work.get("people", session.device));
    if (!person) return null;
    const answer = await door.post<Pulled>(person, "/sync/v1/pull", {
      app,
      clock: clock.wall(),
      last: person.seq,
      epoch: person.epoch,
      parts: held(session, doubted),
    });
    const met = clock.met(answer.time);
    for (const part of doubted) rebuilt.add(part);
    doubted.clear();
    if (answer.share && answer.until !== null && !session.holds(answer.share)) {
      await session.rekey(database, unb64(answer.share), answer.until);
    }
    await apply(database, session, answer, met);
    for (const { part, hash } of answer.parts) {
      const now = session.parts.get(part);
      // A part that has more to come tells no hash yet.
      if (now && hash && now.hash !== hash && !rebuilt.has(part)) doubted.add(part);
    }
    if (!answer.more && doubted.size === 0) return answer.wanted_app ?? null;
  }
  return null;
}

function held(session: Session, doubted: ReadonlySet<string>): Record<string, object> {
  return Object.fromEntries(
    [...session.parts.values()].map(({ name, cursor, hash }) => [
      name,
      doubted.has(name) ? { cursor: 0, hash: "" } : { cursor, hash },
    ]),
  );
}

/** Write what came in one transaction, then show it. */
async function apply(
  database: Database,
  session: Session,
  answer: Pulled,
  met: { offset: number; contact: number },
): Promise<void> {
  const parts = new Map(session.parts);
  const written = await Promise.all(
    answer.parts.map(async (delta) => {
      const { part, pages } = await (parts.get(delta.part) ?? Part.empty(delta.part)).after(delta);
      return [part, await sealedPages(session.key, session.device, part, pages)] as const;
    }),
  );
  for (const [part] of written) parts.set(part.name, part);
  for (const name of answer.purge) parts.delete(name);
  const community = communityIn(parts) ?? session.community;
  const place =
    community !== null && community !== session.community
      ? { place: await sealCommunity(session.device, community) }
      : {};
  await database.write(["people", "pages", "parts"], async (work) => {
    const person = await work.get("people", session.device);
    if (!person) return;
    if (session.packed) {
      for (const [part, pages] of written) writePages(work, session.device, part, pages);
    }
    for (const name of answer.purge) {
      work.clear("pages", session.device, name);
      work.delete("parts", [session.device, name]);
    }
    const pulls = person.pulls + (answer.more ? 0 : 1);
    const pack =
      person.pack && answer.until !== null ? { ...person.pack, until: answer.until } : person.pack;
    work.put("people", {
      ...person,
      ...place,
      pulls,
      pack,
      offset: met.offset,
      contact: met.contact,
      revoked: false,
    });
    session.pulls = pulls;
  });
  session.community = community;
  if (written.length > 0 || answer.purge.length > 0) session.parts = parts;
}
