/** The pack's documents as screens ask for them: by kind, with this phone's own events over them. */

import { withEffects } from "./effects";
import type { Session } from "./sessions";
import type { Doc, DocKind, Docs, Recorded } from "./types";

export class View {
  private session: Session | null = null;
  private parts: Session["parts"] | null = null;
  private recorded: readonly Recorded[] = [];
  private readonly shown = new Map<DocKind, readonly Doc<Docs[DocKind]>[]>();

  /**
   * Take what was read anew; returns the records, the former array where they are the same.
   *
   * Screens lay out hundreds of doors by the arrays of `docs`: these stay while nothing changed.
   */
  renew(session: Session | null, recorded: readonly Recorded[]): readonly Recorded[] {
    const parts = session?.parts ?? null;
    const kept = isSame(recorded, this.recorded) ? this.recorded : recorded;
    if (parts !== this.parts || kept !== this.recorded) this.shown.clear();
    Object.assign(this, { session, parts, recorded: kept });
    return kept;
  }

  docs<K extends DocKind>(kind: K): readonly Doc<Docs[K]>[] {
    const known = this.shown.get(kind) as readonly Doc<Docs[K]>[] | undefined;
    if (known) return known;
    const docs = withEffects(kind, this.plain(kind), this.recorded, this.session?.member ?? "");
    this.shown.set(kind, docs);
    return docs;
  }

  private plain<K extends DocKind>(kind: K): Doc<Docs[K]>[] {
    return [...(this.parts?.values() ?? [])].flatMap((part) =>
      [...part.docs.values()]
        .filter((doc) => doc.kind === kind)
        .map(({ id, version, body }) => ({
          id,
          part: part.name,
          version,
          body: body as Docs[K],
          pending: false,
        })),
    );
  }
}

const isSame = (ones: readonly Recorded[], others: readonly Recorded[]): boolean =>
  ones.length === others.length &&
  ones.every(({ id, sent }, at) => others[at]!.id === id && others[at]!.sent === sent);
