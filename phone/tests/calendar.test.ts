/** The duties in the phone's calendar say what the server's calendar says (tests/needs/test_calendar.py). */

import { expect, test } from "vitest";
import type { Docs } from "../src/engine/types";
import { calendar } from "../src/screens/calendar";

const NOW = new Date("2020-03-01T09:00").getTime();

const duty = (told: Partial<Docs["duty"]> = {}) => ({
  id: "stay",
  body: {
    community: 1,
    community_name: "枫林上城社区居民委员会",
    team: "",
    team_name: "",
    leader_name: "",
    leader_phone: "",
    from: "2020-02-20",
    to: null,
    deadline: "08:30",
    today: true,
    ...told,
  },
});

const days = (text: string) => [...text.matchAll(/^DTSTART:(\d{8})/gm)].map((one) => one[1]);

test("a day on duty begins half an hour before the deadline, with a reminder", () => {
  const lines = calendar([duty({ to: "2020-03-01" })], NOW).split("\r\n");
  expect(lines.slice(lines.indexOf("BEGIN:VEVENT"), lines.indexOf("END:VEVENT"))).toEqual([
    "BEGIN:VEVENT",
    "UID:duty-stay-20200301@xiachen",
    expect.stringMatching(/^DTSTAMP:\d{8}T000000Z$/),
    "DTSTART:20200301T080000",
    "DTEND:20200301T083000",
    "SUMMARY:上岗：8:30前签到，枫林上城社区居民委员会",
    "LOCATION:枫林上城社区居民委员会",
    "CLASS:PRIVATE",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:上岗：8:30前签到，枫林上城社区居民委员会",
    "TRIGGER:PT0S",
    "END:VALARM",
  ]);
});

test.each([
  [{}, 29, "20200301", "20200329"],
  [{ from: "2020-03-28", to: "2020-04-30" }, 2, "20200328", "20200329"],
  [{ from: "2020-03-02", to: "2020-03-04" }, 3, "20200302", "20200304"],
])("a duty %o has %i days from %s to %s", (told, count, first, last) => {
  const found = days(calendar([duty(told)], NOW));
  expect([found.length, found[0], found.at(-1)]).toEqual([count, first, last]);
});

test("what is over stands in no calendar", () => {
  expect(days(calendar([duty({ to: "2020-02-29" })], NOW))).toEqual([]);
});
