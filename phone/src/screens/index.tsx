/** The screens: one is shown, by what the engine says and where one stands. */

import { render, type FunctionComponent } from "preact";
import type { Engine } from "../engine/types";
import "../style.css";
import { speak, w } from "../words";
import { Arrive } from "./arrive";
import { Enrol, Forgotten, Locked, NewPin, NotEnrolled } from "./entering";
import { Health, Injury } from "./health";
import { bind, engine, heed, hush } from "./house";
import { later } from "./later";
import { List } from "./list";
import { Pass } from "./pass";
import { Notices, Tasks } from "./tasks";
import { enlarge, People } from "./people";
import { Today } from "./today";
import { UnsentScreen } from "./unsent";
import { go, here, home, onWay, type Way } from "./ways";
import { inWechat, Wechat } from "./wechat";
import { Work } from "./work";

const SCREENS: Record<Way, FunctionComponent<{ about: string }>> = {
  arrive: Arrive,
  building: later(() => import("./grid").then((one) => one.Building)),
  code: later(() => import("./code").then((one) => one.Rotating)),
  enrol: Enrol,
  grid: later(() => import("./grid").then((one) => one.GridScreen)),
  health: Health,
  hours: later(() => import("./hours").then((one) => one.Hours)),
  injury: Injury,
  list: List,
  notices: Notices,
  pass: Pass,
  people: People,
  settings: later(() => import("./settings").then((one) => one.Settings)),
  tasks: Tasks,
  today: Today,
  unsent: UnsentScreen,
  work: Work,
};

const Starting = () => (
  <header>
    <h1>{w.app}</h1>
  </header>
);

function App() {
  const { phase } = engine.state();
  const { way, about } = here();
  const Chosen = SCREENS[way];
  if (inWechat()) return <Wechat />;
  if (phase === "starting") return <Starting />;
  if (phase === "nobody" && way === "arrive") return <NotEnrolled about={about} />;
  if (way === "enrol" || phase === "nobody") return <Enrol key={about} about={about} />;
  if (way === "people" || phase === "choosing") return <People />;
  if (phase === "pin-new") return <NewPin />;
  if (phase === "locked") return <Locked />;
  if (phase === "forgotten") return <Forgotten />;
  return <Chosen key={way + about} about={about} />;
}

/** What a scanned link opened: enrolling, or signing in by a code. Taken out of the address at once. */
function follow(): void {
  const { hash } = location;
  if (hash) home();
  const token = /^#enrol=(.+)/.exec(hash)?.[1];
  if (token) go("enrol", token);
  else if (hash.startsWith("#at=")) go("arrive", hash);
}

/** Show the app in `root`. */
export async function mount(root: HTMLElement, behind: Engine): Promise<void> {
  const draw = () => {
    document.documentElement.lang = w.tag;
    document.title = w.app;
    render(<App />, root);
  };
  bind(behind, draw);
  onWay(draw, hush);
  enlarge();
  const language = behind.setting("language") ?? (/^zh/i.test(navigator.language) ? "zh" : "en");
  if (!inWechat()) follow();
  addEventListener("hashchange", follow);
  if (language === "en") await speak("en");
  behind.subscribe(() => {
    heed();
    draw();
  });
  draw();
}
