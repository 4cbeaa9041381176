/** The service worker: the app's files without a network, and sending while no page is open. */
/// <reference lib="webworker" />

import { Clock } from "../engine/clock";
import { Database } from "../engine/database";
import { Door } from "../engine/door";
import { expire } from "../engine/expiry";
import { alone, flush } from "../engine/flushing";

declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: Record<string, string>;

const SCOPE = "/phone/";
const PREFIX = "xiachen-app-";
/** One cache per set of files: an old page goes on with its own files beside a new one. */
const CACHE =
  PREFIX +
  Object.entries(__FILES__)
    .map(([, digest]) => digest.slice(0, 4))
    .join("");

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});
// Not in every browser, and not in the compiler's list.
for (const name of ["sync", "periodicsync"]) {
  self.addEventListener(name, (event) => (event as ExtendableEvent).waitUntil(send()));
}
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const address = new URL(url);
  if (
    method === "GET" &&
    address.origin === self.location.origin &&
    address.pathname.startsWith(SCOPE)
  ) {
    event.respondWith(answer(event.request, address.pathname.slice(SCOPE.length)));
  }
});

async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    Object.entries(__FILES__).map(async ([name, digest]) => {
      const response = await fetch(SCOPE + name, { cache: "reload", credentials: "omit" });
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      const bytes = await response.clone().arrayBuffer();
      const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      // A server between two versions gives files of both: rather keep the former app whole.
      if (!hex(found).startsWith(digest)) throw new Error(`${name}: another version`);
      await cache.put(SCOPE + name, response);
    }),
  );
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function takeOver(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request: Request, name: string): Promise<Response> {
  const page = request.mode === "navigate" || name === "index.html";
  const kept = await (await caches.open(CACHE)).match(page ? SCOPE : SCOPE + name);
  return kept ?? fetch(request);
}

/** Send everybody's events while no page is open; an error has the browser try again later. */
async function send(): Promise<void> {
  const database = await Database.open();
  try {
    const clock = new Clock();
    await expire(database, clock);
    const door = new Door(clock, () => navigator.language);
    const people = await database.read(["people"], (work) => work.all("people"));
    await alone(async () => {
      let trouble: unknown = null;
      for (const { device } of people) {
        try {
          await flush(database, door, clock, device, { app: __APP__, contact: false });
        } catch (error) {
          // One person's trouble is not that of the others on this phone.
          trouble ??= error;
        }
      }
      if (trouble) throw trouble;
    });
  } finally {
    database.close();
    new BroadcastChannel("xiachen-phone").postMessage("changed");
  }
}
