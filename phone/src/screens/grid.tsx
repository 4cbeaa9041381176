import { useState } from "preact/hooks";
import { w } from "../words";
import { engine } from "./house";
import { compare } from "./order";
import { Call, joined, Note, roleOf, Screen } from "./parts";
import { doorWithin, find, gridOf, MOST, type Door, type Grid } from "./searching";
import { go } from "./ways";

const grid = () =>
  gridOf(engine.docs("building"), engine.docs("household"), engine.docs("resident"));

/** A door with who lives behind it; in its own building it needs no building's name. */
function Behind({ door, inside = false }: { door: Door; inside?: boolean }) {
  return (
    <li>
      <h2>
        {inside ? doorWithin(door) : door.address} {door.vacant && <small>{w.vacant}</small>}
      </h2>
      {door.residents.map((one) => (
        <Call key={one.name} {...one} />
      ))}
    </li>
  );
}

/** The ways in and out of a compound. */
function Gates({ of }: { of: string }) {
  const gates = engine
    .docs("gate")
    .map((one) => one.body)
    .filter((one) => one.compound === of)
    .sort((a, b) => compare(a.name, b.name));
  if (!gates.length) return null;
  return <p class="quiet">{gates.map((one) => w.gate(one.name, one.open)).join(w.comma)}</p>;
}

/** Wider than one place in the plan. */
const WIDE = 4;

/**
 * The buildings of each compound in the order of their numbers, as one walks past them.
 *
 * Nobody has registered where they stand: it is no map, and says so.
 */
function Plan({ compounds, within }: Grid) {
  const heads = engine.docs("head");
  return (
    <>
      {compounds.map(({ name, buildings }) => (
        <div key={name}>
          <h2>{name}</h2>
          <Gates of={name} />
          <div class="plan">
            {buildings.map(({ id, body }) => (
              <button
                key={id}
                class={body.number.length > WIDE ? "wide" : ""}
                onClick={() => go("building", id)}
              >
                {w.buildingShort(body.number)}
                <small>{w.doors(within.get(id)!.length)}</small>
                <small>{heads.find((one) => one.body.building === id)?.body.name}</small>
              </button>
            ))}
          </div>
        </div>
      ))}
      {compounds.length > 0 && <p class="quiet">{w.noMap}</p>}
    </>
  );
}

/** The compound's buildings, whom to call, and a search over doors and residents. */
export function GridScreen() {
  const all = grid();
  const [sought, seek] = useState("");
  const found = sought.trim() ? find(all, sought) : [];
  const heads = engine.docs("head").filter((one) => !one.body.building);
  const calls = [...heads, ...engine.docs("call")];
  return (
    <Screen title={w.grid}>
      <input
        type="search"
        autocomplete="off"
        aria-label={w.search}
        placeholder={w.search}
        value={sought}
        onInput={(event) => seek(event.currentTarget.value)}
      />
      {sought.trim() ? (
        <>
          <p class="quiet" role="status">
            {found.length ? (found.length < MOST ? w.found : w.foundMany)(found.length) : w.nothingFound}
          </p>
          <ul>
            {found.map((one) => (
              <Behind key={one.id} door={one} />
            ))}
          </ul>
        </>
      ) : (
        <>
          {!all.buildings.length && <Note>{w.noGrid}</Note>}
          <Plan {...all} />
          {calls.length > 0 && <h2>{w.whomToCall}</h2>}
          {calls.map(({ id, body }) => (
            <Call key={id} name={body.name} phone={body.phone} more={roleOf(body.role)} />
          ))}
        </>
      )}
    </Screen>
  );
}

/** One building: who looks after it, and its doors from the first to the last. */
export function Building({ about }: { about: string }) {
  const { buildings, within } = grid();
  const body = buildings.find((one) => one.id === about)?.body;
  const heads = engine.docs("head").filter((one) => one.body.building === about);
  const doors = within.get(about) ?? [];
  return (
    <Screen title={body ? w.building(body.number) : w.grid}>
      {body && (
        <p class="quiet">
          {joined(body.compound, body.floors ? w.floors(body.floors) : "", w.doors(doors.length))}
        </p>
      )}
      {heads.map(({ id, body: head }) => (
        <Call key={id} name={head.name} phone={head.phone} more={roleOf(head.role)} />
      ))}
      <ul>
        {doors.map((one) => (
          <Behind key={one.id} door={one} inside />
        ))}
      </ul>
      {!doors.length && <Note>{w.noDoors}</Note>}
    </Screen>
  );
}
