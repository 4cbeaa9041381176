import { expect, test } from "vitest";
import { b64, hex, unb64, utf8, uuid7, uuidBytes } from "../src/engine/bytes";

test("bytes survive base64url without padding, of every length", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) % 256);
    expect(b64(bytes)).not.toMatch(/[+/=]/);
    expect(unb64(b64(bytes))).toEqual(bytes);
  }
});

test("a UUID of version 7 begins with its time", () => {
  const uuid = uuid7(0x0123456789ab);
  expect(uuid).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(hex(uuidBytes(uuid))).toBe(uuid.replaceAll("-", ""));
  expect(uuid7(5)).not.toBe(uuid7(5));
});

test("words become UTF-8", () => {
  expect(hex(utf8("下沉"))).toBe("e4b88be6b289");
});
