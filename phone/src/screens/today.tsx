import type { EventKind } from "../engine/types";
import { w } from "../words";
import { useHeld } from "./held";
import { duty, engine, hush, keep, me, member, offDuty, standing, team, wordsFor } from "./house";
import { Install } from "./installing";
import { came } from "./list";
import { Act, Line, Note, Screen, Unsent } from "./parts";
import { day, dayOf, instant, isPast, lasts, shortHour } from "./times";
import { go } from "./ways";

const A_DAY = 864e5;

interface Signed {
  since: number | null;
  until: number | null;
  /** When one came the day before without having signed out since. */
  forgot: number | null;
  unsent: boolean;
}

/** When one signed in and out, as far as it concerns today's work. */
export function signed(): Signed {
  const now = engine.now();
  const mine = engine
    .state()
    .recorded.filter(({ body }) => "member" in body && body.member === member());
  const last = (kind: EventKind, told: number | null | undefined) =>
    Math.max(told ?? 0, ...mine.filter((one) => one.kind === kind).map((one) => one.at)) || null;
  // What was recorded counts before any pack has come, and again after a sign-out.
  const since = last("attendance.check-in", standing()?.signed_in_at);
  const out = last("attendance.check-out", standing()?.signed_out_at);
  const until = out && since && out >= since ? out : null;
  const over = until ? dayOf(until) !== dayOf(now) : !since || !lasts(since, now);
  const shown = until ?? since;
  const unsent = mine.some((one) => !one.sent && one.at === shown);
  const forgot = over && !until && since && now - since <= A_DAY ? since : null;
  return over ? { since: null, until: null, forgot, unsent } : { since, until, forgot, unsent };
}

/** Signing oneself in where no code is asked for: at once, and with a way back. */
function useSigning() {
  const me = member();
  const { held, change } = useHeld(() =>
    keep("attendance.check-in", { member: me, method: "self", ...team() }, w.youAreIn),
  );
  const begin = () => {
    // What the foot said of an earlier sign-out is over.
    hush();
    change([me], true);
  };
  return { is: held.size > 0, begin, undo: () => change([me], false) };
}

type Signing = ReturnType<typeof useSigning>;

/** Whether one is there, has left or is awaited, in words. */
function attendance(deadline: string, now: number): string {
  const { since, until, unsent } = signed();
  if (until) return (unsent ? w.signOutKept : w.signedOutAt)(instant(until, now));
  if (since) return (unsent ? w.signInKept : w.signedInAt)(instant(since, now));
  return (isPast(deadline, now) ? w.late : w.notSignedIn)(shortHour(deadline));
}

function Where({ signing }: { signing: Signing }) {
  const at = duty();
  const now = engine.now();
  const { since } = signed();
  if (!at) return <Note>{engine.state().packed ? w.noDuty : w.noPack}</Note>;
  return (
    <div class="where">
      <p class="quiet">
        {at.today || offDuty() ? w.onDay(day(dayOf(now), 0), at.team_name) : w.from(day(at.from, now))}
      </p>
      <h2>{at.community_name}</h2>
      {offDuty() && <p class="state">{w.offDuty}</p>}
      {(since || (at.today && !offDuty())) && (
        <p class={since && !signing.is ? "state done" : "state"}>
          {signing.is ? w.signingIn : attendance(at.deadline, now)}
        </p>
      )}
    </div>
  );
}

/** Yesterday's sign-out that is missing: to be told to the leader, or made up for just now. */
function Forgotten() {
  const { forgot } = signed();
  if (!forgot) return null;
  return (
    <>
      <Note>{w.forgotSignOut(instant(forgot, engine.now()))}</Note>
      <Line to="arrive" about="leave" words={w.leaveJustNow} />
    </>
  );
}

function Next() {
  const tasks = engine.docs("task").map((one) => one.body);
  const mine = tasks.filter((one) => one.mine === "claimed");
  const open = tasks.filter((one) => !one.mine && one.places_left > 0);
  const unread = engine.docs("notice").filter((one) => !one.body.read).length;
  return (
    <>
      {mine[0] && <Line to="tasks" words={w.next(mine[0].title)} more={w.yourTask} />}
      {standing()?.well == null && !offDuty() && <Line to="health" words={w.health} mark={w.notStated} />}
      <Line to="tasks" words={w.tasks} mark={open.length ? w.open(open.length) : undefined} />
      <Line to="notices" words={w.notices} mark={unread ? w.unread(unread) : undefined} />
    </>
  );
}

/** Signing oneself in, by a code where one is asked for. */
function SignIn(to: { words: string; plain: boolean; signing: Signing }) {
  const at = duty()?.community;
  const asked = engine.docs("place").some((one) => one.body.community === at);
  return to.signing.is ? (
    <Act plain words={w.undoSignIn} run={to.signing.undo} />
  ) : (
    <Act plain={to.plain} words={to.words} run={() => (asked ? go("arrive") : to.signing.begin())} />
  );
}

function Foot({ signing }: { signing: Signing }) {
  const { since, until } = signed();
  const at = duty();
  if (!at?.today && !offDuty() && engine.state().packed) return null;
  const there = since && !until;
  const leave = <Act plain words={w.signOut} run={() => go("arrive", "leave")} />;
  const missing = engine.docs("person").some((one) => !came(one.body, engine.now()));
  if (missing)
    return (
      <div class="pair">
        {there ? leave : !offDuty() && <SignIn plain words={w.onlyMe} signing={signing} />}
        <Act words={w.signTeamIn} run={() => go("list")} />
      </div>
    );
  if (offDuty()) return there ? leave : null;
  if (there)
    return (
      <div class="pair">
        {leave}
        <Act words={w.recordWork} run={() => go("work")} />
      </div>
    );
  return <SignIn plain={!!until} words={until ? w.signInAgain : w.signIn} signing={signing} />;
}

/** Where to be, since when one is there, what is next and what is unsent. */
export function Today() {
  const { contact, person, update } = engine.state();
  const signing = useSigning();
  const now = engine.now();
  const grid = engine.docs("building").length > 0;
  const people = engine.docs("person");
  return (
    <Screen title={me()?.name ?? w.app} foot={<Foot signing={signing} />}>
      <Where signing={signing} />
      {update !== "none" && <Line words={w.newApp} run={() => engine.update()} />}
      {person?.revoked ? (
        <Note>{contact.unsent ? w.adviceRevoked : w.withdrawn}</Note>
      ) : (
        contact.trouble &&
        contact.trouble.code !== "offline" && <Note>{wordsFor(contact.trouble)}</Note>
      )}
      <Unsent />
      <Forgotten />
      <Next />
      {people.length > 0 && (
        <Line
          to="list"
          words={w.list}
          mark={w.cameOf(people.filter((one) => came(one.body, now)).length, people.length)}
        />
      )}
      {engine.docs("code").length > 0 && <Line to="code" words={w.showCode} />}
      <Line to="work" words={w.recordWork} />
      {grid && <Line to="grid" words={w.grid} />}
      <Line to="pass" words={w.pass} />
      <Line to="hours" words={w.hours} />
      {(standing()?.well != null || offDuty()) && <Line to="health" words={w.health} />}
      <Line to="injury" words={w.injury} />
      <Install />
      <Line to="settings" words={w.settings} />
    </Screen>
  );
}
