/** Where one stands in the app, kept in the browser's history so that its back button works. */

export type Way =
  | "arrive"
  | "building"
  | "code"
  | "enrol"
  | "grid"
  | "health"
  | "hours"
  | "injury"
  | "list"
  | "notices"
  | "pass"
  | "people"
  | "settings"
  | "tasks"
  | "today"
  | "unsent"
  | "work";

export interface Place {
  way: Way;
  /** What the screen is about: a building, a task. */
  about: string;
}

const FIRST: Place = { way: "today", about: "" };

let changed = () => {};

/** The address tells nothing of it. */
export const here = (): Place => (history.state as Place | null) ?? FIRST;

/** Open a screen. */
export function go(way: Way, about = ""): void {
  history.pushState({ way, about }, "", location.pathname);
  scrollTo(0, 0);
  changed();
}

/** Stand on the first screen, whichever came before. */
export function home(): void {
  history.replaceState(FIRST, "", location.pathname);
  scrollTo(0, 0);
  changed();
}

/** Call when the place changes. */
export function onWay(listener: () => void): void {
  changed = listener;
  addEventListener("popstate", listener);
}
