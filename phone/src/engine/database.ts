/** What the phone keeps in IndexedDB, and how it is read and written. */

import type { Bytes } from "./bytes";
import type { Sealed } from "./whereabouts";

/** One person's enrolment here. Keys are CryptoKey objects that the browser does not give away. */
export interface PersonRow {
  device: string;
  /** True while the answer to the enrolment is not known: the same token is asked again. */
  pending: boolean;
  /** The invitation's; a server that came back from a backup may need to hear it once more. */
  token: string;
  /** The server came back from before the enrolment and its invitation: the next link may lead here. */
  unknown?: boolean;
  member: string;
  incident: string;
  /** First character of the name and stars: the whole name is personal. */
  label: string;
  key: CryptoKey;
  point: string;
  sealKey: string;
  epoch: string;
  /** The last sequence number given. */
  seq: number;
  enrolled: number;
  pin: { salt: Bytes; check: number } | null;
  /** Wrong PINs in a row. */
  wrong: number;
  forgotten: boolean;
  /** The pack's key under PIN and share; `share` names the file that holds the share. */
  pack: { wrapped: Bytes; share: string; until: number } | null;
  /** The community of the last duty that a pack named. */
  place?: Sealed | null;
  /** How many pulls were applied: what was acknowledged since the last one is shown over the pack. */
  pulls: number;
  /** Server minus phone at the last contact, and that contact by the server's clock. */
  offset: number | null;
  contact: number | null;
  /** The server asked to be left alone: between these two times of the phone's clock. */
  wait: { from: number; until: number } | null;
  durable: number;
  revoked: boolean;
  /** The last sequence number that a handed-over file holds. */
  handed: number;
}

/** An event, sealed to the server; only `own` can be read here, under the pack's key. */
export interface EventRow {
  device: string;
  seq: number;
  id: string;
  point: string;
  sealed: Bytes;
  /** The phone's clock when it was recorded. */
  at: number;
  own: Bytes | null;
  /** Not before this time of the phone's clock, and since when that holds. */
  wait: { from: number; until: number } | null;
}

/** An acknowledged event, kept until a backup holds it, at least three days. */
export interface ReceiptRow extends EventRow {
  acknowledged: number;
  /** The person's `pulls` then. */
  pulls: number;
}

export interface QuarantinedRow extends EventRow {
  code: string;
  words: string;
}

export interface PageRow {
  device: string;
  part: string;
  page: number;
  sealed: Bytes;
}

export interface PartRow {
  device: string;
  part: string;
  cursor: number;
  hash: string;
}

export interface PhotoRow {
  id: string;
  device: string;
  /** Sealed to the server like an event. */
  point: string;
  sealed: Bytes;
  sha256: string;
}

/** A photo that the server has whole; it stays here until a backup has it too. */
export interface UploadRow {
  id: string;
  device: string;
  /** By the server's clock. */
  at: number;
  /** The last number given then: once a backup holds a later one, it holds the photo. */
  after: number;
}

interface Stores {
  people: PersonRow;
  outbox: EventRow;
  receipts: ReceiptRow;
  quarantined: QuarantinedRow;
  pages: PageRow;
  parts: PartRow;
  photos: PhotoRow;
  uploads: UploadRow;
  meta: { name: string; value: unknown };
}
export type StoreName = keyof Stores;

const KEYS: Record<StoreName, string | string[]> = {
  people: "device",
  outbox: ["device", "seq"],
  receipts: ["device", "seq"],
  quarantined: "id",
  pages: ["device", "part", "page"],
  parts: ["device", "part"],
  photos: "id",
  uploads: "id",
  meta: "name",
};

export const NAME = "xiachen-phone";
const VERSION = 2;

const promised = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** One transaction: requests on its stores; nothing but such requests may be awaited within. */
export class Work {
  constructor(private readonly transaction: IDBTransaction) {}

  get<S extends StoreName>(store: S, key: IDBValidKey): Promise<Stores[S] | undefined> {
    return promised(this.transaction.objectStore(store).get(key));
  }
  /** Rows in the order of their keys; with a device only that device's. */
  all<S extends StoreName>(store: S, device?: string, limit?: number): Promise<Stores[S][]> {
    return promised(this.transaction.objectStore(store).getAll(rangeOf(store, device), limit));
  }
  /** The keys alone, where rows are large. */
  keys(store: StoreName): Promise<IDBValidKey[]> {
    return promised(this.transaction.objectStore(store).getAllKeys());
  }
  count(store: StoreName, device?: string): Promise<number> {
    return promised(this.transaction.objectStore(store).count(rangeOf(store, device)));
  }
  put<S extends StoreName>(store: S, row: Stores[S]): void {
    this.transaction.objectStore(store).put(row);
  }
  delete(store: StoreName, key: IDBValidKey): void {
    this.transaction.objectStore(store).delete(key);
  }
  /** Everything of one device in a store whose key begins with the device. */
  clear(store: StoreName, device: string, part?: string): void {
    const from = part === undefined ? [device] : [device, part];
    this.transaction.objectStore(store).delete(IDBKeyRange.bound(from, [...from, []]));
  }
}

function rangeOf(store: StoreName, device?: string): IDBKeyRange | undefined {
  return device === undefined || !Array.isArray(KEYS[store])
    ? undefined
    : IDBKeyRange.bound([device], [device, []]);
}

export class Database {
  private closed = false;

  private constructor(
    private opened: IDBDatabase,
    private readonly superseded: () => void,
  ) {
    this.follow();
  }

  /** `superseded` is called when a newer app wants to change the stores: this one lets go of them. */
  static async open(superseded: () => void = () => undefined): Promise<Database> {
    return new Database(await Database.connect(), superseded);
  }

  private static connect(): Promise<IDBDatabase> {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(KEYS)) {
        if (!request.result.objectStoreNames.contains(store)) {
          request.result.createObjectStore(store, { keyPath });
        }
      }
    };
    return promised(request);
  }

  private follow(): void {
    this.opened.onversionchange = () => {
      this.close();
      this.superseded();
    };
  }

  close(): void {
    this.closed = true;
    this.opened.close();
  }

  /** Some phones cut the connection of a page that slept: it is made anew. */
  private async begin(
    stores: StoreName[],
    mode: IDBTransactionMode,
    options?: IDBTransactionOptions,
  ): Promise<IDBTransaction> {
    try {
      return this.opened.transaction(stores, mode, options);
    } catch (error) {
      if (this.closed || !(error instanceof DOMException && error.name === "InvalidStateError"))
        throw error;
      this.opened = await Database.connect();
      this.follow();
      return this.opened.transaction(stores, mode, options);
    }
  }

  async read<T>(stores: StoreName[], work: (work: Work) => Promise<T>): Promise<T> {
    return work(new Work(await this.begin(stores, "readonly")));
  }

  /** Resolved once the disk holds it; on any error nothing of it is kept. */
  async write<T>(stores: StoreName[], work: (work: Work) => Promise<T> | T): Promise<T> {
    const transaction = await this.begin(stores, "readwrite", { durability: "strict" });
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () =>
        reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
    let result: T;
    try {
      result = await work(new Work(transaction));
    } catch (error) {
      ended.catch(() => undefined);
      try {
        transaction.abort();
      } catch {
        // It has ended by itself.
      }
      // The reason that the transaction gives says more than that of the request within it.
      throw transaction.error ?? error;
    }
    await ended;
    return result;
  }
}
