/** The rotating code of a place, as RFC 6238 makes it: HMAC-SHA-256 over the step. */

const bytesOf = (text: string) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

/** Return the code of the step in which the instant `at` (ms) lies. */
export async function codeAt(
  secret: string, at: number, step: number, digits: number,
): Promise<string> {
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), how, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setUint32(4, Math.floor(at / 1000 / step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const number = mac.getUint32(mac.getUint8(31) & 15) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}
