import { beforeEach, expect, test, vi } from "vitest";
import { type Bytes, hex, sha256 } from "../src/engine/bytes";
import { Clock } from "../src/engine/clock";
import { newDeviceKey } from "../src/engine/cryptography";
import { Database, type PersonRow, type PhotoRow } from "../src/engine/database";
import { Door, Trouble } from "../src/engine/door";
import { type Answered, settle } from "../src/engine/outbox";
import { shrunk, unsent, upload } from "../src/engine/photos";

const PATH = "/sync/v1/photos/photo";
let person: PersonRow;
let database: Database;
let photo: PhotoRow;

/** Takes pieces as the protocol says, and loses what a test tells it to. */
class Receiver {
  announced: { length: number; sha256: string; key: string } | null = null;
  kept = new Uint8Array();
  /** One entry an answer: "before" loses the request, "after" its answer. */
  lost: ("before" | "after" | null)[] = [];
  readonly asked: string[] = [];

  fetch = async (path: string, request: RequestInit): Promise<Response> => {
    expect(path).toBe(PATH);
    this.asked.push(request.method!);
    const lost = this.lost.shift();
    if (lost === "before") throw new TypeError("network");
    const answer = this.answer(request);
    if (lost === "after") throw new TypeError("network");
    return answer;
  };

  private answer({ method, body, headers }: RequestInit): Response {
    const offset = { "Upload-Offset": String(this.kept.length) };
    if (method === "POST") {
      this.announced = JSON.parse(new TextDecoder().decode(body as Bytes)) as Receiver["announced"];
      return new Response("", { status: 201, headers: offset });
    }
    if (!this.announced) return new Response("{}", { status: 404 });
    if (method === "HEAD") return new Response("", { status: 200, headers: offset });
    if (new Headers(headers).get("Upload-Offset") !== String(this.kept.length))
      return new Response("{}", { status: 409 });
    this.kept = Uint8Array.from([...this.kept, ...(body as Bytes)]);
    return new Response(null, { status: 204 });
  }
}

beforeEach(async () => {
  database = await Database.open();
  person = { device: "d", ...(await newDeviceKey()) } as PersonRow;
  const sealed = crypto.getRandomValues(new Uint8Array(60_000));
  const whole = new Uint8Array(300_000);
  for (let at = 0; at < whole.length; at += sealed.length) whole.set(sealed, at);
  photo = { id: "photo", device: "d", point: "p", sealed: whole, sha256: hex(await sha256(whole)) };
  await database.write(["photos"], (work) => work.put("photos", photo));
});

const left = async (): Promise<number> => (await unsent(database)).length;
const door = (receiver: Receiver): Door =>
  new Door(new Clock(), () => "zh", receiver.fetch as unknown as typeof fetch);

test("a photo goes piece by piece, announced with its length and digest", async () => {
  const receiver = new Receiver();
  await upload(database, door(receiver), new Clock(), person);
  expect(receiver.asked).toEqual(["HEAD", "POST", "PATCH", "PATCH", "PATCH"]);
  expect(receiver.announced).toEqual({ length: 300_000, sha256: photo.sha256, key: "p" });
  expect(hex(await sha256(receiver.kept))).toBe(photo.sha256);
  expect(await left()).toBe(0);
});

test("whatever is lost on the way, the rest goes on from where the server has it", async () => {
  const receiver = new Receiver();
  receiver.lost = [null, "after", "before", null, null, "after", null, "after", "after", "before"];
  for (let attempt = 0; attempt < 12 && (await left()) > 0; attempt++) {
    await upload(database, door(receiver), new Clock(), person).catch((error: unknown) => {
      expect(error).toBeInstanceOf(Trouble);
    });
  }
  expect(await left()).toBe(0);
  expect(hex(await sha256(receiver.kept))).toBe(photo.sha256);
});

/** A server that refuses every photo with 422 and a text; an answer to HEAD has none. */
const refusing = (asked: string[], text: string) =>
  (async (path: string, { method }: RequestInit) => {
    if (method === "HEAD") return new Response("", { status: 404 });
    asked.push(path);
    return new Response(text, { status: 422 });
  }) as typeof fetch;

test("a photo that the server will never take does not hold up the others", async () => {
  await database.write(["photos"], (work) => work.put("photos", { ...photo, id: "another" }));
  const asked: string[] = [];
  const server = refusing(asked, JSON.stringify({ code: "sync.photo-too-large", words: "…" }));
  await upload(database, new Door(new Clock(), () => "zh", server), new Clock(), person);
  expect(asked).toHaveLength(2);
  expect(await left()).toBe(0);
});

test("somebody else's page with the same status takes no photo away", async () => {
  const server = refusing([], "<html>422 Unprocessable Entity</html>");
  const door = new Door(new Clock(), () => "zh", server);
  await expect(upload(database, door, new Clock(), person)).rejects.toThrow("http.422");
  expect(await left()).toBe(1);
});

test("a picture is drawn anew, at most 1,280 along its longer edge", async () => {
  const drawn: number[] = [];
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: (_: unknown, ...place: number[]) => drawn.push(...place) }),
    toBlob: (done: (blob: Blob) => void, kind: string) => done(new Blob([kind])),
  };
  vi.stubGlobal("document", { createElement: () => canvas });
  vi.stubGlobal("createImageBitmap", async () => ({
    width: 4_000,
    height: 3_000,
    close: () => undefined,
  }));
  expect(new TextDecoder().decode(await shrunk(new Blob()))).toBe("image/jpeg");
  expect([canvas.width, canvas.height]).toEqual([1_280, 960]);
  expect(drawn).toEqual([0, 0, 1_280, 960]);
});

test("a photo stays until a backup holds a later record and three days have passed, and goes again to a restored server", async () => {
  await database.write(["people"], (work) => work.put("people", { ...person, seq: 4, epoch: "e" }));
  await upload(database, door(new Receiver()), new Clock(), person);
  const answer = (durable_upto: number, days: number, epoch = "e"): Answered => ({
    epoch,
    time: Date.now() + days * 86_400_000,
    durable_upto,
    settled: [],
    outcomes: [],
  });
  const met = { offset: 0, contact: 0 };
  const hear = (told: Answered): Promise<void> =>
    settle(database, "d", [], told, Date.now(), met);
  const kept = (): Promise<number> => database.read(["photos"], (work) => work.count("photos"));
  await hear(answer(4, 4));
  expect(await kept()).toBe(1);
  await hear(answer(5, 1));
  expect(await kept()).toBe(1);
  await hear(answer(0, 1, "after a restore"));
  expect(await left()).toBe(1);
  await upload(database, door(new Receiver()), new Clock(), person);
  expect(await left()).toBe(0);
  await hear(answer(5, 4, "after a restore"));
  expect(await kept()).toBe(0);
});
