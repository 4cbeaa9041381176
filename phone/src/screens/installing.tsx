import { w } from "../words";
import { Line } from "./parts";

/** The browser's offer to install the app, kept until somebody takes it up. */
let offer: (Event & { prompt(): Promise<unknown> }) | undefined;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event as typeof offer;
});
addEventListener("appinstalled", () => (offer = undefined));

/** A line that installs the app, where the browser offers it. */
export const Install = () =>
  offer ? <Line words={w.install} more={w.installWhy} run={() => offer?.prompt()} /> : null;
