/** What a browser has and Node has not, in memory; each test begins with an empty phone. */

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, vi } from "vitest";

class File {
  bytes = new Uint8Array();
  async createWritable() {
    return {
      write: async (bytes: Uint8Array<ArrayBuffer>) => void (this.bytes = bytes.slice()),
      close: async () => undefined,
    };
  }
  async getFile() {
    return new Blob([this.bytes]);
  }
}

class Folder {
  readonly inside = new Map<string, File | Folder>();
  async getDirectoryHandle(name: string) {
    if (!this.inside.has(name)) this.inside.set(name, new Folder());
    return this.inside.get(name);
  }
  async getFileHandle(name: string, options?: { create?: boolean }) {
    if (!this.inside.has(name) && !options?.create) throw new DOMException("none", "NotFoundError");
    if (!this.inside.has(name)) this.inside.set(name, new File());
    return this.inside.get(name);
  }
  async removeEntry(name: string) {
    if (!this.inside.delete(name)) throw new DOMException("none", "NotFoundError");
  }
  async *keys() {
    yield* [...this.inside.keys()];
  }
}

/** The phone's disk besides IndexedDB, and how much of it is free. */
export const disk = { root: new Folder(), quota: 1e9, usage: 0 };

export const shareFiles = (): string[] => {
  const folder = disk.root.inside.get("shares");
  return folder instanceof Folder ? [...folder.inside.keys()] : [];
};

/** Locks as browsers have them, without their finer points. */
class Locks {
  private readonly held = new Map<string, Promise<unknown>>();
  async request(name: string, _options: object, work: (lock: object) => Promise<unknown>) {
    while (this.held.has(name)) await this.held.get(name)!.catch(() => undefined);
    const running = work({ name });
    this.held.set(name, running);
    try {
      return await running;
    } finally {
      this.held.delete(name);
    }
  }
}

beforeEach(() => {
  Object.assign(disk, { root: new Folder(), quota: 1e9, usage: 0 });
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal(
    "FileSystemFileHandle",
    class {
      createWritable() {}
    },
  );
  vi.stubGlobal("navigator", {
    onLine: true,
    language: "zh-CN",
    userAgent: "Mozilla/5.0 (Linux; Android 10; Redmi 9) AppleWebKit/537.36 Chrome/120.0 Mobile",
    locks: new Locks(),
    storage: {
      estimate: async () => ({ quota: disk.quota, usage: disk.usage }),
      persisted: async () => false,
      persist: async () => true,
      getDirectory: async () => disk.root,
    },
  });
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { addEventListener: () => undefined, hidden: false });
});
