/** Photos: shrunk and without EXIF before they are kept, sealed at once, sent piece by piece. */

import { type Bytes, hex, sha256, utf8, uuid7 } from "./bytes";
import type { Clock } from "./clock";
import type { Database, PersonRow, PhotoRow } from "./database";
import { type Door, refusedWith, Trouble } from "./door";
import type { Session } from "./sessions";

const LONGEST_EDGE = 1_280;
const QUALITY = 0.7;
/** A piece that a bad network brings through. */
const PIECE_BYTES = 128 * 1024;
/** Refusals that a later try does not mend: the photo is not wanted, the record stands without it. */
const FINAL = new Set([410, 415, 422]);

/** Draw the picture anew: what a camera wrote beside it, place and time, does not come along. */
export async function shrunk(photo: Blob): Promise<Bytes> {
  const picture = await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(() =>
    // Older browsers turn it by themselves and know no such wish.
    createImageBitmap(photo),
  );
  const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const jpeg = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", QUALITY),
  );
  if (!jpeg) throw new Error("this picture cannot be drawn");
  return new Uint8Array(await jpeg.arrayBuffer());
}

/** Keep a photo for its record; returns the id to put in the record's body. */
export async function keep(
  database: Database,
  clock: Clock,
  session: Session,
  photo: Blob,
): Promise<string> {
  const id = uuid7(clock.now());
  const sealed = await session.sealer.seal(await shrunk(photo), session.device, id, 0);
  const row: PhotoRow = {
    id,
    device: session.device,
    point: session.sealer.point,
    sealed,
    sha256: hex(await sha256(sealed)),
  };
  await database.write(["photos"], (work) => work.put("photos", row));
  return id;
}

/** Send a person's photos, each from where the server has it; throws Trouble. */
export async function upload(
  database: Database,
  door: Door,
  clock: Clock,
  person: PersonRow,
): Promise<void> {
  if (person.revoked) return;
  for (const id of await unsent(database)) {
    const photo = await database.read(["photos"], (work) => work.get("photos", id));
    if (photo?.device !== person.device) continue;
    try {
      await send(door, person, photo);
    } catch (error) {
      if (!refusedWith(error, FINAL)) throw error;
      await database.write(["photos"], (work) => work.delete("photos", id));
      continue;
    }
    await database.write(["people", "uploads"], async (work) => {
      const after = (await work.get("people", person.device))?.seq ?? 0;
      work.put("uploads", { id, device: person.device, at: clock.now(), after });
    });
  }
}

/** Ids of photos that the server does not have whole. */
export const unsent = (database: Database): Promise<string[]> =>
  database.read(["photos", "uploads"], async (work) => {
    const sent = new Set(await work.keys("uploads"));
    return (await work.keys("photos")).filter((id) => !sent.has(id)) as string[];
  });

async function send(door: Door, person: PersonRow, photo: PhotoRow): Promise<void> {
  const path = `/sync/v1/photos/${photo.id}`;
  let offset = await begun(door, person, photo, path);
  while (offset < photo.sealed.length) {
    const piece = photo.sealed.slice(offset, offset + PIECE_BYTES);
    try {
      await door.send(person, "PATCH", path, piece, {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": String(offset),
      });
      offset += piece.length;
    } catch (error) {
      if (!(error instanceof Trouble) || error.status !== 409) throw error;
      // Another answer was lost: the server has more, or less, than this side thought.
      const known = await begun(door, person, photo, path);
      if (known === offset) throw error;
      offset = known;
    }
  }
}

/** Announce the photo, or learn how much of it the server has. */
async function begun(
  door: Door,
  person: PersonRow,
  photo: PhotoRow,
  path: string,
): Promise<number> {
  try {
    const { headers } = await door.send(person, "HEAD", path, new Uint8Array());
    return Number(headers.get("Upload-Offset") ?? 0);
  } catch (error) {
    if (!(error instanceof Trouble) || error.status !== 404) throw error;
  }
  const { sealed, sha256, point } = photo;
  const announced = utf8(JSON.stringify({ length: sealed.length, sha256, key: point }));
  await door.send(person, "POST", path, announced, { "Content-Type": "application/json" });
  return 0;
}
