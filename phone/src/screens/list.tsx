import { useMemo, useState } from "preact/hooks";
import type { Docs } from "../engine/types";
import { w } from "../words";
import { useHeld } from "./held";
import { engine, keep, team, tell } from "./house";
import { compare } from "./order";
import { Act, Choice, joined, Note, Screen } from "./parts";
import { dayOf, hour, lasts } from "./times";

type Person = Docs["person"];

/** Whether somebody has signed in on the day of `now`, or the evening before and is still there. */
export const came = (one: Person, now: number) =>
  !!one.signed_in_at &&
  (dayOf(one.signed_in_at) === dayOf(now) || (!gone(one) && lasts(one.signed_in_at, now)));

const gone = (one: Person) => (one.signed_out_at ?? 0) >= one.signed_in_at!;

/** The names of a leader's people, one tap each. */
export function List() {
  const [leaving, setLeaving] = useState<"in" | "out">("in");
  const now = engine.now();
  const docs = engine.docs("person");
  const people = useMemo(
    () => docs.map((one) => one.body).sort((a, b) => compare(a.name, b.name)),
    [docs],
  );
  const here = (one: Person) => came(one, now);
  const left = (one: Person) => here(one) && gone(one);
  const keepAll = async (members: string[]) => {
    for (const member of members)
      if (leaving === "out") await keep("attendance.check-out", { member }, "");
      else await keep("attendance.check-in", { member, method: "list", ...team() }, "");
    tell(leaving === "out" ? w.keptOut(members.length) : w.keptIn(members.length));
  };
  const { held, change, flush } = useHeld(keepAll);
  const there = (one: Person) => here(one) && !left(one);
  const open = people.filter((one) => there(one) === (leaving === "out"));
  // Whoever has left may come back, one by one: they are not the rest.
  const rest = open.filter((one) => !held.has(one.member) && !left(one)).map((one) => one.member);
  const state = (one: Person) =>
    joined(
      left(one)
        ? w.leftAt(hour(one.signed_out_at!))
        : here(one) && w.cameAt(hour(one.signed_in_at!)),
      !one.fit && w.unfit,
    );
  const foot = held.size ? (
    <Act plain words={w.undo(held.size)} run={() => change([...held], false)} />
  ) : (
    rest.length > 0 && (
      <Act
        words={leaving === "out" ? w.restLeaves(rest.length) : w.restCame(rest.length)}
        run={() => change(rest, true)}
      />
    )
  );
  return (
    <Screen title={w.list} foot={foot}>
      {people.length > 0 && (
        <Choice
          name={w.cameOf(people.filter(here).length, people.length)}
          of={[["in", w.signIn] as const, ["out", w.signOut] as const]}
          chosen={leaving}
          choose={(to) => {
            flush();
            setLeaving(to);
          }}
        />
      )}
      {!people.length && <Note>{w.noPeople}</Note>}
      {people.map((one) => {
        const holds = held.has(one.member);
        const done = !open.includes(one);
        return (
          <button
            key={one.member}
            class={done || holds ? "line done" : "line"}
            aria-pressed={done || holds}
            disabled={done}
            onClick={() => change([one.member], !holds)}
          >
            <span>
              {one.name}
              <small>{state(one)}</small>
            </span>
            <b class="mark">{holds ? w.takeBack : done ? "✓" : ""}</b>
          </button>
        );
      })}
    </Screen>
  );
}
