/** What screens are made of. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { w } from "../words";
import { engine, refused, told } from "./house";
import { instant } from "./times";
import { go, here, type Way } from "./ways";

type Children = { children?: ComponentChildren };

/** A screen: its head with the way back, the middle, and what to do at the foot. */
export function Screen({
  title,
  foot,
  children,
}: Children & { title: string; foot?: ComponentChildren }) {
  const first = here().way === "today";
  return (
    <>
      <header>
        {!first && (
          <button class="back" aria-label={w.back} onClick={() => history.back()}>
            ‹
          </button>
        )}
        <h1>{title}</h1>
        {!engine.state().contact.online && <span class="quiet">{w.offline}</span>}
      </header>
      <section>{children}</section>
      <footer>
        <p role="status">{told()}</p>
        {foot}
      </footer>
    </>
  );
}

/** The main thing to do. */
export function Act({
  words,
  run,
  plain = false,
  off = false,
}: {
  words: string;
  run: () => unknown;
  plain?: boolean;
  off?: boolean;
}) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try {
      await run();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button class={plain ? "act plain" : "act"} disabled={off || busy} onClick={press}>
      {words}
    </button>
  );
}

/** A line that opens a screen; `more` stands below or beside it. */
export function Line({
  words,
  more,
  mark,
  to,
  about,
  run,
}: {
  words: ComponentChildren;
  more?: ComponentChildren;
  mark?: ComponentChildren;
  to?: Way;
  about?: string;
  run?: () => unknown;
}) {
  return (
    <button class="line" onClick={() => (to ? go(to, about) : run?.())}>
      <span>
        {words}
        {more && <small>{more}</small>}
      </span>
      {mark ? <b class="mark">{mark}</b> : to && <i aria-hidden="true">›</i>}
    </button>
  );
}

/** Words beside each other, without those that are missing. */
export const joined = (...words: (string | false | undefined)[]) =>
  words.filter(Boolean).join(" · ");

/** A role's code in words; one that this app does not know stands as it is. */
export const roleOf = (role: string) => (w.roles as Record<string, string>)[role] ?? role;

/** Somebody, called by one tap where there is a number. */
export function Call({ name, phone, more }: { name: string; phone: string; more?: string }) {
  if (!phone)
    return (
      <p class="plainly">
        {name}
        {more && <small>{more}</small>}
      </p>
    );
  return (
    <a class="line" href={`tel:${phone}`}>
      <span>
        {name}
        {more && <small>{more}</small>}
      </span>
      <b class="mark">{w.call}</b>
    </a>
  );
}

/** Explains what is empty, forbidden or over. */
export const Note = ({ children }: Children) => <p class="note">{children}</p>;

/** One of a few answers, each a large button. */
export function Choice<T extends string>({
  name,
  of,
  chosen,
  choose,
}: {
  name: string;
  of: readonly (readonly [T, string])[];
  chosen: T | undefined;
  choose: (one: T) => void;
}) {
  return (
    <fieldset>
      <legend>{name}</legend>
      {of.map(([value, words]) => (
        <button
          key={value}
          class="pick"
          aria-pressed={value === chosen}
          onClick={() => choose(value)}
        >
          {words}
        </button>
      ))}
    </fieldset>
  );
}

/** A number of people or times: buttons beside a numeric keyboard. */
export function Stepper({
  name,
  value,
  least = 0,
  set,
}: {
  name: string;
  value: number;
  least?: number;
  set: (value: number) => void;
}) {
  const to = (next: number) => set(Math.min(9999, Math.max(least, Math.round(next) || 0)));
  return (
    <div class="stepper" role="group" aria-label={name}>
      <label for={name}>{name}</label>
      <button aria-label={w.less} onClick={() => to(value - 1)}>
        −
      </button>
      <input
        id={name}
        inputMode="numeric"
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => to(Number(event.currentTarget.value))}
      />
      <button aria-label={w.more} onClick={() => to(value + 1)}>
        +
      </button>
    </div>
  );
}

/** Says before anything is typed that there is no room left to keep it. */
export function Room({ children }: Children) {
  const [room, setRoom] = useState(true);
  useEffect(() => void engine.room().then(setRoom), []);
  const full = !room || engine.state().storage === "full";
  return full ? (
    <div role="alert" class="note now">
      <b>{w.full}</b>
      <p>{w.fullHow}</p>
    </div>
  ) : (
    <>
      {engine.state().storage === "short" && <Note>{w.short}</Note>}
      {children}
    </>
  );
}

/** What is unsent, since when, and when the server last answered. */
export function Unsent() {
  const { contact } = engine.state();
  const quarantined = refused();
  const now = engine.now();
  const { unsent, since, last, sending } = contact;
  return (
    <Line
      to="unsent"
      words={unsent ? w.unsentSince(unsent, since ? instant(since, now) : "") : w.allSent}
      more={sending ? w.sending : last ? w.lastContact(instant(last, now)) : w.noContact}
      mark={quarantined.length ? w.notAccepted(quarantined.length) : undefined}
    />
  );
}

/** A QR code; the encoder comes when it is first wanted. */
export function Code({ text }: { text: string }) {
  const [rows, setRows] = useState<boolean[][]>();
  useEffect(() => {
    void import("./qr").then(({ modules }) => setRows(modules(text)));
  }, [text]);
  const size = (rows?.length ?? 33) + 8;
  const dark = rows
    ?.map((row, y) => row.map((one, x) => (one ? `M${x + 4} ${y + 4}h1v1h-1z` : "")).join(""))
    .join("");
  return (
    <svg class="code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={w.qr}>
      <path d={dark} shape-rendering="crispEdges" />
    </svg>
  );
}
