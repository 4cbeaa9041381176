import { useEffect, useRef, useState } from "preact/hooks";

/** A tap is held as long as one may take it back; then it is kept. Milliseconds. */
const HELD = 5000;

/**
 * Names that were tapped and can still be taken back; whoever leaves the screen or the app means
 * them.
 */
export function useHeld(kept: (members: string[]) => unknown) {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set());
  const waiting = useRef<{ timer: number; all: Set<string> }>({ timer: 0, all: new Set() });
  const flush = () => {
    clearTimeout(waiting.current.timer);
    const all = [...waiting.current.all];
    waiting.current.all = new Set();
    setHeld(new Set());
    if (all.length) kept(all);
  };
  const latest = useRef(flush);
  latest.current = flush;
  const change = (members: string[], hold: boolean) => {
    const { all } = waiting.current;
    for (const one of members) hold ? all.add(one) : all.delete(one);
    clearTimeout(waiting.current.timer);
    waiting.current.timer = window.setTimeout(() => latest.current(), HELD);
    setHeld(new Set(all));
  };
  useEffect(() => {
    const leave = () => latest.current();
    addEventListener("visibilitychange", leave);
    return () => {
      removeEventListener("visibilitychange", leave);
      leave();
    };
  }, []);
  return { held, change, flush };
}
