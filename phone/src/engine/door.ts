/** Asks the server's door: signed, without cookies, and with the phone's idea of time mended once. */

import { type Bytes, utf8 } from "./bytes";
import type { Clock } from "./clock";
import { sign } from "./cryptography";

/** Longer than the slowest network that is still of use. */
const PATIENCE_MS = 30_000;

export interface Signer {
  device: string;
  key: CryptoKey;
}

/** The door's answer where it is not the wanted one. */
export class Trouble extends Error {
  constructor(
    /** The HTTP status; 0 where there was no answer. */
    readonly status: number,
    readonly code: string,
    readonly words: string,
    /** Seconds that the server asked to wait for. */
    readonly after: number | null = null,
  ) {
    super(code);
  }
}

/**
 * Whether the server itself refused with one of some statuses.
 *
 * A proxy's page with the same status says nothing.
 */
export const refusedWith = (error: unknown, statuses: ReadonlySet<number>): boolean =>
  error instanceof Trouble && statuses.has(error.status) && !error.code.startsWith("http.");

export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

interface Refusal {
  code?: unknown;
  words?: unknown;
  time?: unknown;
}

export class Door {
  constructor(
    private readonly clock: Clock,
    private readonly language: () => string,
    private readonly fetched: typeof fetch = (...asked) => fetch(...asked),
  ) {}

  async post<T>(signer: Signer, path: string, question: unknown): Promise<T> {
    const answer = await this.send(signer, "POST", path, utf8(JSON.stringify(question)), {
      "Content-Type": "application/json",
    });
    const said = read(answer);
    // Cut off on the way, or somebody else's page: a hotel's sign-in, a proxy's error.
    if (said === null) throw new Trouble(0, "offline", "");
    return said as T;
  }

  /** Sign and send; a stamp that the server refuses is mended by its time, once. */
  async send(
    signer: Signer,
    method: string,
    path: string,
    body: Bytes,
    headers: Record<string, string> = {},
    mended = false,
  ): Promise<Answer> {
    const stamp = Math.floor(this.clock.now());
    const answer = await this.ask(path, {
      method,
      ...(method === "HEAD" ? {} : { body }),
      headers: {
        ...headers,
        "Accept-Language": this.language(),
        "X-Device": signer.device,
        "X-Stamp": String(stamp),
        "X-Signature": await sign(signer.key, path, stamp, body),
      },
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    const refusal: Refusal = read(answer) ?? {};
    const code = typeof refusal.code === "string" ? refusal.code : `http.${answer.status}`;
    if (code === "sync.stamp" && typeof refusal.time === "number" && !mended) {
      this.clock.met(refusal.time);
      return this.send(signer, method, path, body, headers, true);
    }
    const after = Number(answer.headers.get("Retry-After") ?? NaN);
    throw new Trouble(
      answer.status,
      code,
      typeof refusal.words === "string" ? refusal.words : "",
      Number.isFinite(after) ? after : null,
    );
  }

  private async ask(path: string, request: RequestInit): Promise<Answer> {
    const patience = new AbortController();
    const bell = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      const response = await this.fetched(path, {
        ...request,
        signal: patience.signal,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
      });
      return { status: response.status, headers: response.headers, body: await response.text() };
    } catch {
      throw new Trouble(0, "offline", "");
    } finally {
      clearTimeout(bell);
    }
  }
}

function read(answer: Answer): object | null {
  try {
    const value: unknown = JSON.parse(answer.body);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
