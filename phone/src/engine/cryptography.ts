/** All cryptography of the app: signatures, sealing to the server, the pack at rest. */

import { type Bytes, b64, concat, hex, random, sha256, text, utf8, uuidBytes } from "./bytes";

const NONCE = 12;
const CURVE = "P-256";
/** What guessing one PIN costs. */
export const PIN_ROUNDS = 310_000;
const subtle = (): SubtleCrypto => crypto.subtle;

export interface DeviceKey {
  readonly key: CryptoKey;
  readonly point: string;
}

/** A device's own key; the browser does not give its secret away. */
export async function newDeviceKey(): Promise<DeviceKey> {
  const pair = await subtle().generateKey({ name: "ECDSA", namedCurve: CURVE }, false, [
    "sign",
    "verify",
  ]);
  return { key: pair.privateKey, point: await pointOf(pair.publicKey) };
}

const pointOf = async (key: CryptoKey): Promise<string> =>
  b64(new Uint8Array(await subtle().exportKey("raw", key)));

/** What a device signs of a request. */
export const requestText = async (path: string, stamp: number, body: Bytes): Promise<string> =>
  `xiachen-sync-1\n${path}\n${stamp}\n${hex(await sha256(body))}`;

export async function sign(
  key: CryptoKey,
  path: string,
  stamp: number,
  body: Bytes,
): Promise<string> {
  const signed = utf8(await requestText(path, stamp, body));
  return b64(new Uint8Array(await subtle().sign({ name: "ECDSA", hash: "SHA-256" }, key, signed)));
}

/** Device, item and place in the order: what is moved does not open. */
function place(device: string, item: string, seq: number): Bytes {
  const bytes = concat(uuidBytes(device), uuidBytes(item), new Uint8Array(8));
  new DataView(bytes.buffer).setBigUint64(32, BigInt(seq));
  return bytes;
}

/** Seals to the server's key; one for a person and a session of the app. */
export class Sealer {
  private constructor(
    private readonly key: CryptoKey,
    /** The ephemeral public point that goes with each item. */
    readonly point: string,
  ) {}

  static async to(server: Bytes, pair?: CryptoKeyPair): Promise<Sealer> {
    const ephemeral =
      pair ??
      (await subtle().generateKey({ name: "ECDH", namedCurve: CURVE }, false, ["deriveBits"]));
    const point = new Uint8Array(await subtle().exportKey("raw", ephemeral.publicKey));
    const theirs = await subtle().importKey(
      "raw",
      server,
      { name: "ECDH", namedCurve: CURVE },
      false,
      [],
    );
    const shared = await subtle().deriveBits(
      { name: "ECDH", public: theirs },
      ephemeral.privateKey,
      256,
    );
    const key = await derived(new Uint8Array(shared), point, "xiachen phone 1");
    return new Sealer(key, b64(point));
  }

  seal(plain: Bytes, device: string, item: string, seq: number): Promise<Bytes> {
    return encrypt(this.key, plain, place(device, item, seq));
  }
}

/** The AES key that HKDF-SHA256 makes of a secret. */
async function derived(secret: Bytes, salt: Bytes, info: string): Promise<CryptoKey> {
  const base = await subtle().importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  return subtle().deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

/** Nonce, ciphertext and tag. */
export async function encrypt(key: CryptoKey, plain: Bytes, additionalData: Bytes): Promise<Bytes> {
  const iv = random(NONCE);
  const sealed = await subtle().encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  return concat(iv, new Uint8Array(sealed));
}

/** Throws where the key is another or a byte was changed. */
export async function decrypt(
  key: CryptoKey,
  sealed: Bytes,
  additionalData: Bytes,
): Promise<Bytes> {
  const iv = sealed.slice(0, NONCE);
  return new Uint8Array(
    await subtle().decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed.slice(NONCE)),
  );
}

/** What PBKDF2 makes of a PIN: half of what the pack's key needs, the server's share the other. */
export async function stretched(pin: string, salt: Bytes): Promise<Bytes> {
  const base = await subtle().importKey("raw", utf8(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await subtle().deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: PIN_ROUNDS },
    base,
    256,
  );
  return new Uint8Array(bits);
}

/**
 * Ten bits that tell a wrong PIN from the right one, but not the right one to whoever reads them.
 *
 * A thief who tries all PINs is left with a thousand of them; a colleague's guess is refused.
 */
export async function pinCheck(pinBits: Bytes): Promise<number> {
  const digest = await sha256(concat(utf8("xiachen pin check"), pinBits));
  return (digest[0]! << 2) | (digest[1]! >> 6);
}

/** A pack's key, random, and wrapped by PIN and share together. */
export async function newPackKey(
  pinBits: Bytes,
  share: Bytes,
): Promise<{ key: CryptoKey; wrapped: Bytes }> {
  const raw = random(32);
  const wrapping = await derived(concat(pinBits, share), new Uint8Array(), "xiachen pack 1");
  const wrapped = await encrypt(wrapping, raw, utf8("pack key"));
  const key = await packKey(raw);
  raw.fill(0);
  return { key, wrapped };
}

/** Throws where PIN or share are others. */
export async function openPackKey(
  pinBits: Bytes,
  share: Bytes,
  wrapped: Bytes,
): Promise<CryptoKey> {
  const wrapping = await derived(concat(pinBits, share), new Uint8Array(), "xiachen pack 1");
  const raw = await decrypt(wrapping, wrapped, utf8("pack key"));
  return packKey(raw);
}

const packKey = (raw: Bytes): Promise<CryptoKey> =>
  subtle().importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/** A key for this session only, where there is no pack yet to keep things under. */
export const sessionKey = (): Promise<CryptoKey> =>
  subtle().generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

export const encryptJson = (key: CryptoKey, value: unknown, about: string): Promise<Bytes> =>
  encrypt(key, utf8(JSON.stringify(value)), utf8(about));

export const decryptJson = async <T>(key: CryptoKey, sealed: Bytes, about: string): Promise<T> =>
  JSON.parse(text(await decrypt(key, sealed, utf8(about)))) as T;
