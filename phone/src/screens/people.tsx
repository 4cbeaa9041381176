import type { Person } from "../engine/types";
import { w } from "../words";
import { engine } from "./house";
import { Act, joined, Line, Note, Screen } from "./parts";
import { instant } from "./times";
import { go, here, home } from "./ways";

/** Letters as chosen. */
export function enlarge(): void {
  document.documentElement.classList.toggle("large", engine.setting("large") === "1");
}

/** What somebody was about to do, such as signing in by a code, waits behind the PIN. */
async function choose(device: string): Promise<void> {
  await engine.choose(device);
  if (here().way === "people") home();
}

/**
 * What stands below a name: where two look alike behind their stars, who came when.
 *
 * The rest of a name, a unit or a number would tell whoever finds the phone whose it is.
 */
export function about(one: Person, people: readonly Person[], now: number): string {
  const alike = people.some((other) => other !== one && other.name === one.name);
  return joined(
    alike && w.enrolledAs(people.indexOf(one) + 1, instant(one.enrolled, now)),
    one.revoked ? w.revoked : one.unsent > 0 && w.unsentOf(one.unsent),
  );
}

/** Who uses this phone; the unsent of each stays, whoever is chosen. */
export function People() {
  const { people } = engine.state();
  const now = engine.now();
  return (
    <Screen title={w.whoAreYou} foot={<Act plain words={w.addPerson} run={() => go("enrol")} />}>
      {people.map((one) => (
        <Line
          key={one.device}
          words={one.name}
          more={about(one, people, now)}
          run={() => choose(one.device)}
        />
      ))}
      <Note>{w.eachOwn}</Note>
    </Screen>
  );
}
