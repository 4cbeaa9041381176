/** A server that speaks the protocol in memory: it checks every signature and opens every seal. */

import {
  b64,
  concat,
  hex,
  random,
  sha256,
  text,
  unb64,
  utf8,
  uuidBytes,
  type Bytes,
} from "../src/engine/bytes";
import { decrypt } from "../src/engine/cryptography";
import { hashOf, type Delta, type PackDoc } from "../src/engine/packs";

interface Asked {
  path: string;
  device: string;
  body: Record<string, unknown>;
  raw: string;
}
interface Stored {
  plain: string;
  seq: number;
  device: string;
}
type Answer = { status?: number; body: unknown; headers?: Record<string, string> };

export class Server {
  /** The server's clock in milliseconds. */
  time = 1_800_000_000_000;
  epoch = "epoch-1";
  durable = 0;
  readonly points = new Map<string, string>();
  readonly events = new Map<string, Stored>();
  readonly settled: string[] = [];
  readonly asked: Asked[] = [];
  /** Answers given in place of the server's own, once each. */
  readonly instead: ((asked: Asked) => Answer | "cut before" | "cut after" | null)[] = [];
  /** Outcomes other than acceptance, by the event's kind. */
  readonly outcomes = new Map<string, object>();
  share: Bytes | null = random(32);
  until = this.time + 86_400_000;
  parts = new Map<string, PackDoc[]>();
  purge: string[] = [];
  mostEvents = 200;
  knowsNoInvitation = false;
  /** What the hash of each part is said to be, in place of the true one. */
  lie: string | null = null;
  private backup = new Map<string, Stored>();
  private pair!: CryptoKeyPair;
  private point!: Bytes;

  static async start(): Promise<Server> {
    const server = new Server();
    server.pair = (await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, [
      "deriveBits",
    ])) as CryptoKeyPair;
    server.point = new Uint8Array(await crypto.subtle.exportKey("raw", server.pair.publicKey));
    return server;
  }

  readonly fetch = async (path: string, request: RequestInit): Promise<Response> => {
    const raw = request.body ? text(request.body as Bytes) : "";
    const headers = new Headers(request.headers);
    const asked: Asked = {
      path,
      device: headers.get("X-Device")!,
      body: path.includes("photos") ? {} : (JSON.parse(raw) as Record<string, unknown>),
      raw,
    };
    this.asked.push(asked);
    const turn = this.instead[0]?.(asked);
    if (turn !== undefined && turn !== null) this.instead.shift();
    if (turn === "cut before") throw new TypeError("network");
    if (turn && turn !== "cut after") return respond(turn);
    const answer = await this.answer(asked, headers, utf8(raw));
    if (turn === "cut after") throw new TypeError("network");
    return respond(answer);
  };

  private async answer(asked: Asked, headers: Headers, raw: Bytes): Promise<Answer> {
    if (asked.path.endsWith("/enrol")) {
      if (this.knowsNoInvitation)
        return { status: 404, body: { code: "sync.token-unknown", words: "…" } };
      this.points.set(asked.device, asked.body.key as string);
    }
    const stamp = Number(headers.get("X-Stamp"));
    if (!this.points.has(asked.device)) {
      return { status: 401, body: { code: "sync.unknown-device", words: "…" } };
    }
    if (!(await this.isSigned(asked, headers.get("X-Signature")!, stamp, raw))) {
      return { status: 401, body: { code: "sync.bad-signature", words: "…" } };
    }
    if (Math.abs(stamp - this.time) > 300_000) {
      return { status: 401, body: { code: "sync.stamp", words: "…", time: this.time } };
    }
    if (asked.path.endsWith("/handover")) return { body: { pushes: await this.handedOver(asked) } };
    if (asked.path.endsWith("/enrol")) return { body: this.enrolled(asked) };
    if (asked.path.endsWith("/push")) return this.push(asked);
    return { body: await this.pull(asked) };
  }

  private enrolled(asked: Asked): object {
    return {
      device: asked.device,
      member: `member of ${String(asked.body.token)}`,
      incident: "incident",
      name: "欧阳建国",
      seal_key: b64(this.point),
      epoch: this.epoch,
      time: this.time,
    };
  }

  private async isSigned(
    asked: Asked,
    signature: string,
    stamp: number,
    raw: Bytes,
  ): Promise<boolean> {
    const point = this.points.get(asked.device);
    if (!point) return false;
    const key = await crypto.subtle.importKey(
      "raw",
      unb64(point),
      { name: "ECDSA", namedCurve: "P-256" },
      false,
      ["verify"],
    );
    const signed = utf8(`xiachen-sync-1\n${asked.path}\n${stamp}\n${hex(await sha256(raw))}`);
    return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, unb64(signature), signed);
  }

  private async handedOver(asked: Asked): Promise<unknown[]> {
    const { device, pushes } = asked.body as {
      device: string;
      pushes: { stamp: number; signature: string; body: string }[];
    };
    return Promise.all(
      pushes.map(async ({ stamp, signature, body }) => {
        const push: Asked = {
          path: "/sync/v1/push",
          device,
          body: JSON.parse(body) as Asked["body"],
          raw: body,
        };
        const signed = await this.isSigned(push, signature, stamp, utf8(body));
        return signed
          ? (await this.push(push)).body
          : { code: "sync.bad-signature", words: "签名不对" };
      }),
    );
  }

  private async push(asked: Asked): Promise<Answer> {
    const { keys, events } = asked.body as {
      keys: string[];
      events: { id: string; seq: number; key: number; sealed: string }[];
    };
    if (events.length > this.mostEvents)
      return { status: 413, body: { code: "sync.too-large", words: "…" } };
    const outcomes: object[] = [];
    const { epoch } = this;
    for (const event of events) {
      const plain = text(await this.opened(asked.device, unb64(keys[event.key]!), event));
      // A server that was lost meanwhile answers nothing and has kept nothing.
      if (epoch !== this.epoch) throw new TypeError("network");
      const { kind } = JSON.parse(plain) as { kind: string };
      const other = this.outcomes.get(kind);
      if (other) outcomes.push({ id: event.id, ...other });
      else {
        const former = this.events.get(event.id);
        if (former && (former.plain !== plain || former.seq !== event.seq))
          throw new Error("other content");
        const outcome = former ? "already" : "accepted";
        this.events.set(event.id, { plain, seq: event.seq, device: asked.device });
        outcomes.push({ id: event.id, outcome, code: "", words: "" });
      }
    }
    if (epoch !== this.epoch) throw new TypeError("network");
    return { body: { ...this.heading(asked.device), outcomes } };
  }

  async opened(
    device: string,
    point: Bytes,
    event: { id: string; seq: number; sealed: string },
  ): Promise<Bytes> {
    const ephemeral = await crypto.subtle.importKey(
      "raw",
      point,
      { name: "ECDH", namedCurve: "P-256" },
      false,
      [],
    );
    const shared = await crypto.subtle.deriveBits(
      { name: "ECDH", public: ephemeral },
      this.pair.privateKey,
      256,
    );
    const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: point, info: utf8("xiachen phone 1") },
      base,
      { name: "AES-GCM", length: 256 },
      false,
      ["decrypt"],
    );
    const place = concat(uuidBytes(device), uuidBytes(event.id), new Uint8Array(8));
    new DataView(place.buffer).setBigUint64(32, BigInt(event.seq));
    return decrypt(key, unb64(event.sealed), place);
  }

  /** A copy of what is held now; phones are told of it. */
  backUp(): void {
    this.backup = new Map(this.events);
  }

  /** The server is lost and comes back from the last copy. */
  restore(): void {
    this.events.clear();
    for (const [id, event] of this.backup) this.events.set(id, event);
    this.epoch = `${this.epoch}+`;
  }

  /** Up to where a backup holds a device's events without a gap. */
  private durableOf(device: string): number {
    const held = new Set(
      [...this.backup.values()].filter((event) => event.device === device).map(({ seq }) => seq),
    );
    let upto = 0;
    while (held.has(upto + 1)) upto++;
    return Math.max(this.durable, upto);
  }

  private heading(device: string): object {
    return {
      epoch: this.epoch,
      time: this.time,
      durable_upto: this.durableOf(device),
      whole_upto: 0,
      settled: this.settled,
      wanted_app: "1.0.0",
    };
  }

  private async pull(asked: Asked): Promise<object> {
    const held = asked.body.parts as Record<string, { cursor: number; hash: string }>;
    const parts: Delta[] = [];
    for (const [part, docs] of this.parts) {
      const hash = await hashOf(docs);
      const theirs = held[part];
      if (theirs?.hash === hash && theirs.cursor > 0) continue;
      // This server knows no deltas but whole parts; deltas have their own test.
      parts.push({
        part,
        cursor: docs.reduce((most, doc) => Math.max(most, doc.version), 1),
        hash: this.lie ?? hash,
        rebuild: true,
        docs,
        gone: [],
      });
    }
    return {
      ...this.heading(asked.device),
      share: this.share && b64(this.share),
      until: this.until,
      parts,
      purge: this.purge,
      more: false,
    };
  }

  bodies(): unknown[] {
    return [...this.events.values()]
      .sort((a, b) => a.seq - b.seq)
      .map(({ plain }) => (JSON.parse(plain) as { body: unknown }).body);
  }

  pushes(): Asked[] {
    return this.asked.filter(({ path }) => path.endsWith("/push"));
  }
}

function respond({ status = 200, body, headers = {} }: Answer): Response {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
}
