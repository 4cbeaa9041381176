import { useEffect, useState } from "preact/hooks";
import type { Docs } from "../engine/types";
import { w } from "../words";
import { calendar } from "./calendar";
import { engine, offDuty, tell } from "./house";
import { Line, Note, Screen } from "./parts";
import { day, hour, hours, lasts } from "./times";

function useAddress(duties: readonly { id: string; body: Docs["duty"] }[]): string {
  const [address, setAddress] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(
      new Blob([calendar(duties, engine.now())], { type: "text/calendar" }),
    );
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [duties]);
  return address;
}

/** The calendar that follows one's duties by itself, for the phone's own or another device's. */
function Feed({ path }: { path: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(location.origin + path);
    tell(w.copied);
  };
  return (
    <>
      <h2>{w.feed}</h2>
      <a class="line" href={`webcal://${location.host}${path}`}>
        <span>
          {w.followFeed}
          <small>{w.followFeedMeans}</small>
        </span>
      </a>
      <Line words={w.copyFeed} more={w.copyFeedMeans} run={copy} />
    </>
  );
}

/** What of a day's hours its first and last time do not tell. */
const partly = ({ stays, open, corrected }: Docs["hours"]) =>
  [
    stays > 1 && w.stays(stays),
    stays > 1 && open && w.oneOpen,
    !!corrected && w.corrected(`${corrected > 0 ? "+" : "−"}${hours(Math.abs(corrected))}`),
  ].filter(Boolean);

function Day({ body, now }: { body: Docs["hours"]; now: number }) {
  return (
    <tr>
      <th scope="row">{day(body.day, now)}</th>
      <td>
        {body.in ? hour(body.in) : "…"} – <span>{body.out ? hour(body.out) : w.noSignOut}</span>
        {partly(body).map((one) => (
          <small>{one}</small>
        ))}
      </td>
      <td>{body.minutes || !body.open ? w.hoursShort(hours(body.minutes)) : "—"}</td>
    </tr>
  );
}

/** Why the total and the days below it may not agree. */
function Apart({ total, days }: { total: Docs["hours-total"]; days: readonly Docs["hours"][] }) {
  const now = engine.now();
  // Who is still there has forgotten nothing.
  const forgotten = days.filter((one) => one.open && !(one.in && lasts(one.in, now))).length;
  return (
    <>
      {forgotten > 0 && <p class="quiet">{w.forgotten(forgotten)}</p>}
      {total.days > days.length && <p class="quiet">{w.daysShown(days.length)}</p>}
    </>
  );
}

/** My days and hours, and the duties for the phone's calendar. */
export function Hours() {
  const duties = engine.docs("duty");
  const address = useAddress(duties);
  // Who looks has often just signed out.
  useEffect(() => void engine.sync(), []);
  const now = engine.now();
  const total = engine.docs("hours-total")[0]?.body;
  const days = [...engine.docs("hours")].sort((a, b) => (a.body.day < b.body.day ? 1 : -1));
  return (
    <Screen
      title={w.hours}
      foot={
        duties.length > 0 && !offDuty() && (
          <a class="act plain" href={address} download="xiachen.ics">
            {w.toCalendar}
          </a>
        )
      }
    >
      {total && <p class="big">{w.total(total.days, hours(total.minutes))}</p>}
      {total && <Apart total={total} days={days.map((one) => one.body)} />}
      {!days.length && !total?.days && <Note>{w.noHours}</Note>}
      <table>
        <tbody>
          {days.map(({ id, body }) => (
            <Day key={id} body={body} now={now} />
          ))}
        </tbody>
      </table>
      {total?.calendar && <Feed path={total.calendar} />}
    </Screen>
  );
}
