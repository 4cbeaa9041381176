/** Times as a person says them, in the zone the phone is set to. */

import { w } from "../words";

const two = (n: number) => String(n).padStart(2, "0");

/** 8:31 */
export const hour = (ms: number) => {
  const at = new Date(ms);
  return `${at.getHours()}:${two(at.getMinutes())}`;
};

/** 8:30 of 08:30 */
export const shortHour = (time: string) => time.replace(/^0/, "");

/** Whether a time of the day, 08:30, has gone by. */
export const isPast = (time: string, now: number) => hour(now).padStart(5, "0") > time;

/** The day of an instant, 2020-03-01. */
export const dayOf = (ms: number) => {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
};

/** No duty is longer, by day or by night; whoever came before has gone and forgot to say so. */
const A_NIGHT = 16 * 36e5;

/** Whether somebody who came then, and has not signed out, may still be there. */
export const lasts = (since: number, now: number) =>
  dayOf(since) === dayOf(now) || now - since <= A_NIGHT;

/** A day in words: today, yesterday, 3月1日. */
export function day(iso: string, now: number): string {
  if (iso === dayOf(now)) return w.today;
  if (iso === dayOf(now - 864e5)) return w.yesterday;
  const [, month, date] = iso.split("-").map(Number);
  return w.date(month!, date!);
}

/** An instant in words: today 8:31. */
export const instant = (ms: number, now: number) =>
  dayOf(ms) === dayOf(now) ? hour(ms) : `${day(dayOf(ms), now)} ${hour(ms)}`;

/** Minutes as hours: 7.5 */
export const hours = (minutes: number) => String(Math.round(minutes / 6) / 10);
