import { expect, test } from "vitest";
import vectors from "../../docs/sync-vectors.json";
import { b64, concat, text, unb64, utf8, uuidBytes } from "../src/engine/bytes";
import { decrypt, requestText, Sealer } from "../src/engine/cryptography";
import { hashOf } from "../src/engine/packs";
import { codeAt } from "../src/screens/rotating";

/** A key pair from its secret number and its point. */
async function pair(secret: string, point: string): Promise<CryptoKeyPair> {
  const bytes = unb64(point);
  const jwk = { kty: "EC", crv: "P-256", x: b64(bytes.slice(1, 33)), y: b64(bytes.slice(33)) };
  const kind = { name: "ECDH", namedCurve: "P-256" };
  return {
    privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d: secret }, kind, false, [
      "deriveBits",
    ]),
    publicKey: await crypto.subtle.importKey("jwk", jwk, kind, true, []),
  };
}

test("a request is signed over the text of the protocol", async () => {
  const { path, stamp, body, text: signed, point, signature } = vectors.request;
  expect(await requestText(path, stamp, utf8(body))).toBe(signed);
  const key = await crypto.subtle.importKey(
    "raw",
    unb64(point),
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["verify"],
  );
  const how = { name: "ECDSA", hash: "SHA-256" };
  expect(await crypto.subtle.verify(how, key, unb64(signature), utf8(signed))).toBe(true);
});

test("an event is sealed with the key that the server derives", async () => {
  const told = vectors.seal;
  const ephemeral = await pair(told.ephemeral_private, told.ephemeral_point);
  const sealer = await Sealer.to(unb64(told.server_point), ephemeral);
  expect(sealer.point).toBe(told.ephemeral_point);
  const place = concat(
    uuidBytes(told.device),
    uuidBytes(told.id),
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, told.seq),
  );
  const key = (sealer as unknown as { key: CryptoKey }).key;
  expect(text(await decrypt(key, unb64(told.sealed), place))).toBe(told.plain);
  const sealed = await sealer.seal(utf8(told.plain), told.device, told.id, told.seq);
  expect(text(await decrypt(key, sealed, place))).toBe(told.plain);
});

test("a part has the hash of the protocol", async () => {
  const docs = vectors.hash.docs.map(([id, version]) => ({
    id: id as string,
    version: version as number,
  }));
  expect(await hashOf(docs)).toBe(vectors.hash.hash);
});

test("a place shows the code that the server expects", async () => {
  const { secret, at, step, digits, code } = vectors.code;
  expect(await codeAt(secret, at, step, digits)).toBe(code);
});
