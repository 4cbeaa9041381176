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
let left = () => {};

/** The address tells nothing of it. */
export const here = (): Place => (history.state as Place | null) ?? FIRST;

/** Open a screen. */
export function go(way: Way, about = ""): void {
  history.pushState({ way, about }, "", location.pathname);
  scrollTo(0, 0);
  left();
  changed();
}

/** Stand on the first screen, whichever came before; what was said there can still be read. */
export function home(): void {
  history.replaceState(FIRST, "", location.pathname);
  scrollTo(0, 0);
  changed();
}

/** Call `listener` when the place changes, and `leave` before it where somebody went elsewhere. */
export function onWay(listener: () => void, leave: () => void): void {
  changed = listener;
  left = leave;
  addEventListener("popstate", () => {
    leave();
    listener();
  });
}
