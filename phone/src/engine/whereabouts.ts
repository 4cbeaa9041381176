/**
 * Where somebody last had a duty: a record names its community, also when the pack is over.
 *
 * It lies sealed, under a key that the browser does not give away. Not under the PIN: whoever tries
 * all of them would find by it which one is right.
 */

import type { Bytes } from "./bytes";
import { decryptJson, encryptJson, sessionKey } from "./cryptography";
import type { PersonRow } from "./database";
import type { Part } from "./packs";
import type { Docs } from "./types";

export interface Sealed {
  key: CryptoKey;
  sealed: Bytes;
}

const about = (device: string): string => `community ${device}`;

/** The community of today's duty in a pack, else of the next one; null where it names none. */
export function communityIn(parts: ReadonlyMap<string, Part>): number | null {
  const duties = [...(parts.get("me")?.docs.values() ?? [])]
    .filter((doc) => doc.kind === "duty")
    .map((doc) => doc.body as Docs["duty"]);
  return (duties.find((one) => one.today) ?? duties[0])?.community ?? null;
}

export async function sealCommunity(device: string, community: number): Promise<Sealed> {
  const key = await sessionKey();
  return { key, sealed: await encryptJson(key, community, about(device)) };
}

export const communityOf = async ({ device, place }: PersonRow): Promise<number | null> =>
  place ? decryptJson<number>(place.key, place.sealed, about(device)) : null;
