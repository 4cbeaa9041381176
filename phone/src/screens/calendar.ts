/** The duties as a calendar that the phone's own calendar takes. */

import type { Docs } from "../engine/types";
import { w } from "../words";
import { dayOf, shortHour } from "./times";

type Duty = { id: string; body: Docs["duty"] };

/** As far ahead as the server's calendar goes, which says the same in the same words. */
const AHEAD = 28;
const SIGN_IN = 30 * 6e4;

const digits = (text: string) => text.replace(/\D/g, "");
const escaped = (text: string) => text.replace(/[\\;,]/g, "\\$&");
const later = (day: string, days: number) => {
  const [year, month, date] = day.split("-").map(Number);
  return dayOf(new Date(year!, month! - 1, date! + days).getTime());
};

/** 20200301T080000 */
function local(ms: number): string {
  const at = new Date(ms);
  const [hour, minute] = [at.getHours(), at.getMinutes()].map((n) => String(n).padStart(2, "0"));
  return `${digits(dayOf(ms))}T${hour}${minute}00`;
}

function entry({ id, body }: Duty, day: string, stamp: string): string[] {
  const deadline = new Date(`${day}T${body.deadline}`).getTime();
  const title = escaped(w.dutyBy(shortHour(body.deadline), body.community_name));
  return [
    "BEGIN:VEVENT",
    `UID:duty-${id}-${digits(day)}@xiachen`,
    `DTSTAMP:${stamp}`,
    `DTSTART:${local(deadline - SIGN_IN)}`,
    `DTEND:${local(deadline)}`,
    `SUMMARY:${title}`,
    `LOCATION:${escaped(body.community_name)}`,
    "CLASS:PRIVATE",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${title}`,
    "TRIGGER:PT0S",
    "END:VALARM",
    "END:VEVENT",
  ];
}

/** Write an entry for each day of each duty from today on, with a reminder when it begins. */
export function calendar(duties: readonly Duty[], now: number): string {
  const today = dayOf(now);
  const end = later(today, AHEAD);
  const stamp = `${digits(new Date(now).toISOString().slice(0, 10))}T000000Z`;
  const entries = duties.flatMap((duty) => {
    const { from, to } = duty.body;
    const last = to && to < end ? to : end;
    const found: string[] = [];
    for (let day = from > today ? from : today; day <= last; day = later(day, 1))
      found.push(...entry(duty, day, stamp));
    return found;
  });
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//xiachen//phone//", ...entries];
  return `${[...lines, "END:VCALENDAR"].join("\r\n")}\r\n`;
}
