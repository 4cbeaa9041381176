/** Bytes, and how the protocol writes them. */

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;
export const text = (bytes: BufferSource): string => decoder.decode(bytes);

export function concat(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** base64url without padding. */
export function b64(bytes: Bytes): string {
  let binary = "";
  // In slices, since a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function unb64(written: string): Bytes {
  const binary = atob(written.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export const hex = (bytes: Bytes): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** The sixteen bytes of a UUID. */
export const uuidBytes = (uuid: string): Bytes =>
  Uint8Array.from(uuid.replace(/-/g, "").match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** A UUID of version 7: the time in milliseconds, then chance. */
export function uuid7(ms: number): string {
  const bytes = random(16);
  let rest = Math.max(0, Math.floor(ms));
  for (let at = 5; at >= 0; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
