/** The work pack: documents by part, checked against the server's hash, at rest in sealed pages. */

import { hex, sha256, utf8 } from "./bytes";
import { decryptJson, encryptJson } from "./cryptography";
import type { Database, PageRow, PartRow, Work } from "./database";

const PAGE = 100;

export interface PackDoc {
  id: string;
  kind: string;
  version: number;
  body: object;
}

interface Placed extends PackDoc {
  page: number;
}

/** What the server says of one part. */
export interface Delta {
  part: string;
  cursor: number;
  hash: string;
  rebuild: boolean;
  docs: PackDoc[];
  gone: string[];
}

/** One part as it stands; a delta makes a new one. */
export class Part {
  constructor(
    readonly name: string,
    readonly cursor: number,
    readonly hash: string,
    readonly docs: ReadonlyMap<string, Placed>,
  ) {}

  static empty = (name: string): Part => new Part(name, 0, "", new Map());

  /** The part after a delta, and the pages that have to be written again. */
  async after(delta: Delta): Promise<{ part: Part; pages: Set<number> }> {
    const docs = new Map(delta.rebuild ? [] : this.docs);
    const pages = new Set<number>(delta.rebuild ? this.pages() : []);
    const filled = countsOf(docs);
    for (const id of delta.gone) {
      const former = docs.get(id);
      if (!former) continue;
      docs.delete(id);
      pages.add(former.page);
      filled.set(former.page, filled.get(former.page)! - 1);
    }
    for (const doc of delta.docs) {
      const page = docs.get(doc.id)?.page ?? roomIn(filled);
      if (!docs.has(doc.id)) filled.set(page, (filled.get(page) ?? 0) + 1);
      docs.set(doc.id, { ...doc, page });
      pages.add(page);
    }
    return { part: new Part(this.name, delta.cursor, await hashOf(docs.values()), docs), pages };
  }

  pages(): number[] {
    return [...countsOf(this.docs).keys()];
  }

  onPage(page: number): PackDoc[] {
    return [...this.docs.values()]
      .filter((doc) => doc.page === page)
      .map(({ id, kind, version, body }) => ({ id, kind, version, body }));
  }
}

function countsOf(docs: ReadonlyMap<string, Placed>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { page } of docs.values()) counts.set(page, (counts.get(page) ?? 0) + 1);
  return counts;
}

function roomIn(filled: Map<number, number>): number {
  let page = 0;
  while ((filled.get(page) ?? 0) >= PAGE) page++;
  return page;
}

/** What both sides compare: the first half of SHA-256 over ids and versions. */
export async function hashOf(docs: Iterable<{ id: string; version: number }>): Promise<string> {
  const lines = [...docs]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, version }) => `${id} ${version}\n`);
  return hex(await sha256(utf8(lines.join("")))).slice(0, 32);
}

const about = (device: string, part: string, page: number): string =>
  `page ${device} ${part} ${page}`;

/** Sealed pages of a part; a page that holds nothing any more is null. */
export async function sealedPages(
  key: CryptoKey,
  device: string,
  part: Part,
  pages: Iterable<number>,
): Promise<[number, PageRow | null][]> {
  return Promise.all(
    [...pages].map(async (page): Promise<[number, PageRow | null]> => {
      const docs = part.onPage(page);
      if (docs.length === 0) return [page, null];
      const sealed = await encryptJson(key, docs, about(device, part.name, page));
      return [page, { device, part: part.name, page, sealed }];
    }),
  );
}

export function writePages(
  work: Work,
  device: string,
  part: Part,
  pages: readonly [number, PageRow | null][],
): void {
  for (const [page, row] of pages) {
    if (row) work.put("pages", row);
    else work.delete("pages", [device, part.name, page]);
  }
  work.put("parts", { device, part: part.name, cursor: part.cursor, hash: part.hash });
}

/** Read a pack; a page that does not open is left out, the hash then tells the server. */
export async function readPack(
  database: Database,
  key: CryptoKey,
  device: string,
): Promise<Map<string, Part>> {
  const [rows, pages] = await database.read(["parts", "pages"], async (work) =>
    Promise.all([work.all("parts", device), work.all("pages", device)]),
  );
  const opened = await Promise.all(pages.map((row) => openPage(key, row)));
  const docs = new Map<string, Map<string, Placed>>();
  for (const [at, row] of pages.entries()) {
    const part = docs.get(row.part) ?? new Map<string, Placed>();
    for (const doc of opened[at]!) part.set(doc.id, { ...doc, page: row.page });
    docs.set(row.part, part);
  }
  const parts = await Promise.all(rows.map((row) => partOf(row, docs.get(row.part) ?? new Map())));
  return new Map(parts.map((part) => [part.name, part]));
}

const partOf = async (row: PartRow, docs: Map<string, Placed>): Promise<Part> =>
  new Part(row.part, row.cursor, await hashOf(docs.values()), docs);

async function openPage(key: CryptoKey, row: PageRow): Promise<PackDoc[]> {
  try {
    return await decryptJson<PackDoc[]>(key, row.sealed, about(row.device, row.part, row.page));
  } catch {
    return [];
  }
}
