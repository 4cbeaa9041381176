import { expect, test } from "vitest";
import { sessionKey } from "../src/engine/cryptography";
import { Database } from "../src/engine/database";
import {
  type Delta,
  hashOf,
  type PackDoc,
  Part,
  readPack,
  sealedPages,
  writePages,
} from "../src/engine/packs";

const DEVICE = "0190aaaa-0000-7000-8000-000000000001";
const doc = (id: string, version = 1): PackDoc => ({
  id,
  kind: "resident",
  version,
  body: { name: `名${id}` },
});
const delta = (change: Partial<Delta>): Delta => ({
  part: "grid",
  cursor: 1,
  hash: "",
  rebuild: false,
  docs: [],
  gone: [],
  ...change,
});

/** A part, and the rows that a phone keeps of it. */
class Kept {
  part = Part.empty("grid");
  constructor(
    readonly database: Database,
    readonly key: CryptoKey,
  ) {}
  async apply(change: Partial<Delta>): Promise<number> {
    const { part, pages } = await this.part.after(delta(change));
    const rows = await sealedPages(this.key, DEVICE, part, pages);
    await this.database.write(["pages", "parts"], (work) => writePages(work, DEVICE, part, rows));
    this.part = part;
    return pages.size;
  }
  /** What a new opening of the app reads. */
  async read(): Promise<string[]> {
    const part = (await readPack(this.database, this.key, DEVICE)).get("grid")!;
    expect(part.hash).toBe(this.part.hash);
    return [...part.docs.values()].map(({ id, version }) => `${id} ${version}`).sort();
  }
}

const kept = async (): Promise<Kept> => new Kept(await Database.open(), await sessionKey());

test("the hash is that of the protocol: ids and versions, sorted by id", async () => {
  // printf 'a 2\nb 1\n' | sha256sum
  expect(await hashOf([doc("b", 1), doc("a", 2)])).toBe("f83064ffb35a8fbfa48ddefc2868eade");
  expect(await hashOf([])).toBe("e3b0c44298fc1c149afbf4c8996fb924");
});

test("whatever comes and goes, what is read again is what was told", async () => {
  const phone = await kept();
  const told = new Map<string, number>();
  let seed = 7;
  const chance = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 1; round <= 30; round++) {
    const rebuild = chance(10) === 0;
    if (rebuild) told.clear();
    const gone = rebuild ? [] : [...told.keys()].filter(() => chance(12) === 0);
    for (const id of gone) told.delete(id);
    const docs = Array.from({ length: chance(90) }, () => doc(`d${chance(400)}`, round));
    for (const { id, version } of docs) told.set(id, version);
    await phone.apply({ cursor: round, rebuild, docs, gone: gone.filter((id) => !told.has(id)) });
    expect(await phone.read()).toEqual([...told].map(([id, version]) => `${id} ${version}`).sort());
  }
  phone.database.close();
});

test("a small change writes one page of many", async () => {
  const phone = await kept();
  expect(await phone.apply({ docs: Array.from({ length: 1_000 }, (_, n) => doc(`d${n}`)) })).toBe(
    10,
  );
  expect(await phone.apply({ cursor: 2, docs: [doc("d77", 2)] })).toBe(1);
  phone.database.close();
});

test("a page that was moved or spoilt is left out, and the hash tells", async () => {
  const phone = await kept();
  await phone.apply({ docs: Array.from({ length: 150 }, (_, n) => doc(`d${n}`)) });
  await phone.database.write(["pages"], async (work) => {
    const [first, second] = await work.all("pages", DEVICE);
    work.put("pages", { ...first!, sealed: second!.sealed });
  });
  const part = (await readPack(phone.database, phone.key, DEVICE)).get("grid")!;
  expect(part.docs.size).toBe(50);
  expect(part.hash).not.toBe(phone.part.hash);
  phone.database.close();
});

test("nothing of a document lies in a page in clear", async () => {
  const phone = await kept();
  await phone.apply({ docs: [doc("canary")] });
  const [page] = await phone.database.read(["pages"], (work) => work.all("pages", DEVICE));
  expect(String.fromCharCode(...page!.sealed)).not.toContain("canary");
  phone.database.close();
});

test("a grid of 500 households and 1,500 people is read in less than a second", async () => {
  const phone = await kept();
  const docs = Array.from({ length: 2_000 }, (_, n) => ({
    ...doc(`0190aaaa-0000-7000-8000-${String(n).padStart(12, "0")}`),
    body: { household: `h${n % 500}`, name: "欧阳建国", phone: "13800000000" },
  }));
  await phone.apply({ docs });
  const begin = performance.now();
  await readPack(phone.database, phone.key, DEVICE);
  expect(performance.now() - begin).toBeLessThan(1_000);
  phone.database.close();
});
