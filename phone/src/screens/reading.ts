/** Reads QR codes where the browser does not, by a decoder that is fetched when it is wanted. */

import decodeQR, { type Image } from "qr/decode.js";

/** As much of the picture as is read, in pixels a side: more finds nothing more, and takes longer. */
const SIDE = 480;

let canvas: HTMLCanvasElement | undefined;

/** What a picture's code says; empty where none is found. */
export function decoded(picture: Image): string {
  try {
    return decodeQR(picture);
  } catch {
    // The next picture may be sharper.
    return "";
  }
}

/** What the code says that the camera sees, looked for in the middle of its picture. */
export function readCode(seen: HTMLVideoElement): string {
  const side = Math.min(seen.videoWidth, seen.videoHeight);
  if (!side) return "";
  canvas ??= document.createElement("canvas");
  canvas.width = canvas.height = Math.min(side, SIDE);
  const drawn = canvas.getContext("2d", { willReadFrequently: true })!;
  const [left, top] = [(seen.videoWidth - side) / 2, (seen.videoHeight - side) / 2];
  drawn.drawImage(seen, left, top, side, side, 0, 0, canvas.width, canvas.height);
  return decoded(drawn.getImageData(0, 0, canvas.width, canvas.height));
}
