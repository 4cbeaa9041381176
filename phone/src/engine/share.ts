/**
 * The server's share of a pack's key: in a file of its own, since a deleted file is gone, while
 * IndexedDB's log keeps what was deleted.
 */

import { type Bytes, b64, unb64 } from "./bytes";

const FOLDER = "shares";

interface Shares {
  save(name: string, share: Bytes): Promise<void>;
  read(name: string): Promise<Bytes | null>;
  drop(name: string): Promise<void>;
  names(): Promise<string[]>;
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

const inFiles: Shares = {
  async save(name, share) {
    const file = await (await folder()).getFileHandle(name, { create: true });
    const writable = await file.createWritable();
    await writable.write(share);
    await writable.close();
  },
  async read(name) {
    try {
      const file = await (await (await folder()).getFileHandle(name)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch {
      return null;
    }
  },
  async drop(name) {
    try {
      await (await folder()).removeEntry(name);
    } catch {
      // It is gone already.
    }
  },
  async names() {
    const names: string[] = [];
    for await (const name of (await folder()).keys()) names.push(name);
    return names;
  },
};

/** Browsers that cannot write such files from a page keep each cache in files of its own. */
const inCaches: Shares = {
  async save(name, share) {
    const cache = await caches.open(`${FOLDER}-${name}`);
    await cache.put("/phone/share", new Response(b64(share)));
  },
  async read(name) {
    if (!(await caches.has(`${FOLDER}-${name}`))) return null;
    const found = await (await caches.open(`${FOLDER}-${name}`)).match("/phone/share");
    return found ? unb64(await found.text()) : null;
  },
  async drop(name) {
    await caches.delete(`${FOLDER}-${name}`);
  },
  async names() {
    const begin = `${FOLDER}-`;
    return (await caches.keys())
      .filter((name) => name.startsWith(begin))
      .map((name) => name.slice(begin.length));
  },
};

const canWriteFiles = (): boolean =>
  typeof navigator.storage?.getDirectory === "function" &&
  typeof FileSystemFileHandle !== "undefined" &&
  "createWritable" in FileSystemFileHandle.prototype;

export const shares = (): Shares => (canWriteFiles() ? inFiles : inCaches);
