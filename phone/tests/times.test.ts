/** Who may still be there: through a night, but not a whole day. */

import { expect, test } from "vitest";
import { came } from "../src/screens/list";
import { lasts } from "../src/screens/times";

const at = (time: string) => new Date(`2020-03-${time}`).getTime();

test.each([
  ["02T08:30", "02T23:59", true],
  ["01T20:00", "02T08:00", true],
  ["01T08:30", "02T08:05", false],
  ["01T08:30", "02T00:20", true],
])("who came at %s may at %s still be there: %s", (since, now, there) => {
  expect(lasts(at(since), at(now))).toBe(there);
});

test.each([
  ["01T20:00", null, "02T02:00", true],
  ["01T20:00", "01T23:00", "02T02:00", false],
  ["01T08:30", null, "02T08:05", false],
  ["02T08:10", "02T09:00", "02T10:00", true],
  [null, null, "02T10:00", false],
])("of the list: in %s, out %s, at %s: %s", (inside, out, now, there) => {
  const one = {
    signed_in_at: inside ? at(inside) : null,
    signed_out_at: out ? at(out) : null,
  };
  expect(came(one as Parameters<typeof came>[0], at(now))).toBe(there);
});
