import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { w } from "../words";
import { Note, Screen } from "./parts";

type Opened = FunctionComponent<{ about: string }>;

/**
 * A screen that is fetched when it is first opened, so that the first load stays small.
 *
 * The worker keeps its file with the others: it opens without a network as well.
 */
export function later(fetched: () => Promise<Opened>): Opened {
  let screen: Opened | undefined;
  return ({ about }) => {
    const [failed, fail] = useState(false);
    const [, draw] = useState(screen);
    useEffect(() => {
      if (!screen)
        fetched().then(
          (one) => draw(() => (screen = one)),
          () => fail(true),
        );
    }, []);
    const Fetched = screen;
    if (Fetched) return <Fetched about={about} />;
    return <Screen title={w.app}>{failed && <Note>{w.needsNetwork}</Note>}</Screen>;
  };
}
