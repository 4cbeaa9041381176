import { useEffect, useState } from "preact/hooks";
import type { Refused } from "../engine/types";
import { w } from "../words";
import { engine, tell, wordsFor } from "./house";
import { Act, Line, Note, Screen, Unsent } from "./parts";
import { canScan, Scan } from "./scan";
import { go, home } from "./ways";

/** The token of an enrolment link, or what was typed instead. */
export const tokenOf = (text: string) => /#enrol=([^&\s]+)/.exec(text)?.[1] ?? text.trim();

/** Make this phone somebody's: by the link that was opened, scanned or typed. */
export function Enrol({ about }: { about: string }) {
  const [linked, setLinked] = useState(about);
  const [typed, setTyped] = useState(about);
  const [scanning, setScanning] = useState(false);
  const [trouble, setTrouble] = useState("");
  const enrol = async (text: string) => {
    setScanning(false);
    setTrouble("");
    try {
      await engine.enrol(tokenOf(text));
      home();
    } catch (refused) {
      setTrouble(wordsFor(refused));
      if ((refused as Refused).code === "offline") return;
      // The link is no good: another one is wanted.
      setLinked("");
      setTyped("");
    }
  };
  return (
    <Screen
      title={w.enrol}
      foot={
        typed.trim() ? (
          <Act words={w.enrolNow} run={() => enrol(typed)} />
        ) : (
          canScan() && <Act words={w.scan} run={() => setScanning(!scanning)} />
        )
      }
    >
      <h2>{w.welcome}</h2>
      <p>{linked ? w.enrolByLink : w.enrolHow}</p>
      {scanning && <Scan read={enrol} stop={() => setScanning(false)} />}
      {!linked && (
        <>
          <label for="token">{w.enrolCode}</label>
          <input
            id="token"
            autocomplete="off"
            autocapitalize="none"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </>
      )}
      {trouble && (
        <p role="alert" class="note now">
          {trouble}
        </p>
      )}
      <Note>{w.keptHere}</Note>
    </Screen>
  );
}

/** A code for signing in was opened on a phone that is nobody's yet. */
export function NotEnrolled({ about }: { about: string }) {
  return (
    <Screen
      title={w.signIn}
      foot={
        <>
          <Act plain words={w.enrol} run={() => go("enrol")} />
          <a class="act" href={`/attendance/at/${about}`}>
            {w.signInOnline}
          </a>
        </>
      }
    >
      <h2>{w.codeNotEnrolled}</h2>
      <Note>{w.codeNotEnrolledHow}</Note>
    </Screen>
  );
}

/** Longer than checking takes by itself on a slow phone. Milliseconds. */
const SLOW = 3000;

/** Six digits; calls back when the sixth is there. */
function Digits({ name, given }: { name: string; given: (pin: string) => unknown }) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    const timer = busy ? setTimeout(() => setSlow(true), SLOW) : 0;
    return () => clearTimeout(timer);
  }, [busy]);
  // The field stays as it is while it is checked, or the keyboard would go.
  const take = async (text: string) => {
    if (busy) return;
    const pin = text.replace(/\D/g, "").slice(0, 6);
    setTyped(pin);
    if (pin.length < 6) return;
    setBusy(true);
    await given(pin);
    setBusy(false);
    setTyped("");
  };
  return (
    <>
      <label for="pin">{name}</label>
      <input
        id="pin"
        class="digits"
        type="password"
        inputMode="numeric"
        autocomplete="off"
        autofocus
        maxLength={6}
        value={typed}
        onInput={(event) => take(event.currentTarget.value)}
      />
      <p role="status" class="quiet">
        {slow ? w.pinSlow : busy ? w.checking : ""}
      </p>
    </>
  );
}

/** Six times the same, or a row: the first that a thief tries. */
const easy = (pin: string) => /^(\d)\1+$/.test(pin) || "0123456789 9876543210".includes(pin);

/** Choose a PIN, twice. */
export function NewPin() {
  const [first, setFirst] = useState("");
  const given = async (pin: string) => {
    if (easy(pin)) return tell(w.pinEasy);
    tell("");
    if (!first) return setFirst(pin);
    setFirst("");
    if (pin !== first) return tell(w.pinDiffers);
    try {
      await engine.setPin(pin);
    } catch (refused) {
      tell(wordsFor(refused));
    }
  };
  return (
    <Screen title={w.pinNew}>
      <h2>{engine.state().person?.name}</h2>
      <Digits name={first ? w.pinAgain : w.pinSix} given={given} />
      <Note>{w.pinWhy}</Note>
    </Screen>
  );
}

/** After a forgotten PIN: what is recorded goes on being sent, the rest needs a new link. */
export function Forgotten() {
  return (
    <Screen title={w.enrolAgain} foot={<Act words={w.enrol} run={() => go("enrol")} />}>
      <h2>{engine.state().person?.name}</h2>
      <Note>{w.enrolAgainHow}</Note>
      <Unsent />
      <Line to="people" words={w.switchPerson} />
    </Screen>
  );
}

/** Ask for the PIN; says what to do when it is forgotten. */
export function Locked() {
  const [forgotten, setForgotten] = useState(false);
  const { people, person } = engine.state();
  const given = async (pin: string) => {
    try {
      tell((await engine.unlock(pin)) === "wrong" ? w.pinWrong : "");
    } catch (refused) {
      tell(wordsFor(refused));
    }
  };
  return (
    <Screen title={w.pin}>
      <h2>{person?.name}</h2>
      <Digits name={w.pinSix} given={given} />
      {forgotten ? (
        <div class="card soon">
          <p>{w.forgottenMeans}</p>
          <div class="pair">
            <Act plain words={w.forget} run={() => engine.forgotten()} />
            <Act words={w.tryAgain} run={() => setForgotten(false)} />
          </div>
        </div>
      ) : (
        <Line words={w.pinForgotten} run={() => setForgotten(true)} />
      )}
      {people.length > 1 && <Line to="people" words={w.switchPerson} />}
    </Screen>
  );
}
