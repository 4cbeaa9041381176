import { useMemo, useState } from "preact/hooks";
import { w } from "../words";
import { engine } from "./house";
import { Call, Line, Note, Screen } from "./parts";
import { find, lay, MOST, type Door } from "./searching";

const joined = (...words: (string | undefined)[]) => words.filter(Boolean).join(" · ");

/** A role's code in words; one that this app does not know stands as it is. */
const roleOf = (role: string) => (w.roles as Record<string, string>)[role] ?? role;

function useGrid() {
  const buildings = engine.docs("building");
  const households = engine.docs("household");
  const residents = engine.docs("resident");
  const parts = [buildings, households, residents];
  return useMemo(() => lay(buildings, households, residents), parts);
}

function Behind({ door }: { door: Door }) {
  return (
    <li>
      <h2>
        {door.address} {door.vacant && <small>{w.vacant}</small>}
      </h2>
      {door.residents.map((one) =>
        one.phone ? <Call key={one.name} {...one} /> : <p key={one.name}>{one.name}</p>,
      )}
    </li>
  );
}

/** Buildings in walking order, whom to call, and a search over doors and residents. */
export function GridScreen() {
  const grid = useGrid();
  const [sought, seek] = useState("");
  const found = sought.trim() ? find(grid, sought) : [];
  const heads = engine.docs("head");
  const calls = [...heads.filter((one) => !one.body.building), ...engine.docs("call")];
  const count = (building: string) => grid.doors.filter((one) => one.building === building).length;
  const headOf = (building: string) => heads.find((one) => one.body.building === building)?.body;
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
          {!grid.buildings.length && <Note>{w.noGrid}</Note>}
          {grid.buildings.map(({ id, body }) => (
            <Line
              key={id}
              to="building"
              about={id}
              words={w.building(body.number)}
              more={joined(body.compound, w.doors(count(id)), headOf(id)?.name)}
            />
          ))}
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
  const grid = useGrid();
  const body = grid.buildings.find((one) => one.id === about)?.body;
  const heads = engine.docs("head").filter((one) => one.body.building === about);
  const doors = grid.doors.filter((one) => one.building === about);
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
          <Behind key={one.id} door={one} />
        ))}
      </ul>
      {!doors.length && <Note>{w.noDoors}</Note>}
    </Screen>
  );
}
