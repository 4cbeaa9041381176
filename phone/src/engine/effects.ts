/** What this phone's own events change of what is shown, until a pull tells it. */

import type { Doc, DocKind, Docs, EventKind, Recorded } from "./types";

type AnyDoc = Doc<Docs[DocKind]>;
type Change<K extends DocKind> = (doc: Doc<Docs[K]>) => Docs[K] | null;

interface Effect {
  kind: DocKind;
  change: (doc: AnyDoc) => Docs[DocKind] | null;
}

const on = <K extends DocKind>(kind: K, change: Change<K>): Effect => ({
  kind,
  change: change as unknown as Effect["change"],
});

type Stay = { signed_in_at: number | null; signed_out_at: number | null };

/** Whoever has not come, or has left before, begins a stay; during one nothing changes. */
const arrived = <B extends Stay>(body: B, at: number): B | null =>
  body.signed_in_at === null || (body.signed_out_at !== null && at > body.signed_out_at)
    ? { ...body, signed_in_at: at, signed_out_at: null }
    : null;

/** The last sign-out of a stay ends it; one of an earlier stay changes nothing. */
const left = <B extends Stay>(body: B, at: number): B | null =>
  at >= Math.max(body.signed_in_at ?? 0, body.signed_out_at ?? 0)
    ? { ...body, signed_out_at: at }
    : null;

/** Effects of an event by its kind; `me` is the member who is unlocked. */
const EFFECTS: { [K in EventKind]?: (event: Recorded<K>, me: string) => Effect[] } = {
  "attendance.check-in": ({ body, at }, me) => [
    on("person", (doc) => (doc.body.member === body.member ? arrived(doc.body, at) : null)),
    on("standing", (doc) => (body.member === me ? arrived(doc.body, at) : null)),
  ],
  "attendance.check-out": ({ body, at }, me) => [
    on("person", (doc) => (doc.body.member === body.member ? left(doc.body, at) : null)),
    on("standing", (doc) => (body.member === me ? left(doc.body, at) : null)),
  ],
  "attendance.health": ({ body }, me) => [
    on("standing", (doc) => (body.member === me ? { ...doc.body, well: body.well } : null)),
    on("person", (doc) =>
      doc.body.member === body.member && !body.well ? { ...doc.body, fit: false } : null,
    ),
  ],
  "attendance.injury": ({ body }) => [
    on("person", (doc) => (doc.body.member === body.member ? { ...doc.body, fit: false } : null)),
  ],
  "needs.claim": ({ body }) => [
    on("task", (doc) =>
      doc.id === body.task
        ? { ...doc.body, mine: "claimed", places_left: Math.max(0, doc.body.places_left - 1) }
        : null,
    ),
  ],
  "needs.release": ({ body }) => [
    on("task", (doc) =>
      doc.id === body.task && doc.body.mine === "claimed"
        ? { ...doc.body, mine: "", places_left: doc.body.places_left + 1 }
        : null,
    ),
  ],
  "needs.finish": ({ body }) => [
    on("task", (doc) => (doc.id === body.task ? { ...doc.body, mine: "finished" } : null)),
  ],
  "notices.read": ({ body }) => [
    on("notice", (doc) => (doc.id === body.notice ? { ...doc.body, read: true } : null)),
  ],
};

/** The documents of one kind with the events' effects over them, in the events' order. */
export function withEffects<K extends DocKind>(
  kind: K,
  docs: readonly Doc<Docs[K]>[],
  events: readonly Recorded[],
  me: string,
): readonly Doc<Docs[K]>[] {
  const effects = events
    .flatMap((event) => effectsOf(event, me))
    .filter((effect) => effect.kind === kind);
  if (effects.length === 0) return docs;
  return docs.map((doc) => {
    let shown: AnyDoc = doc;
    for (const { change } of effects) {
      const body = change(shown);
      if (body) shown = { ...shown, body, pending: true };
    }
    return shown as Doc<Docs[K]>;
  });
}

function effectsOf<K extends EventKind>(event: Recorded<K>, me: string): Effect[] {
  const effects = EFFECTS[event.kind] as ((event: Recorded<K>, me: string) => Effect[]) | undefined;
  return effects?.(event, me) ?? [];
}
