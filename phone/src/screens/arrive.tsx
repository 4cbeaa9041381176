import { useEffect, useState } from "preact/hooks";
import type { Docs, Method, Near } from "../engine/types";
import { w } from "../words";
import { duty, engine, keep, me, member, offDuty, team, tell } from "./house";
import { readLink } from "./links";
import { nearTo } from "./near";
import { Act, Choice, Note, Room, Screen } from "./parts";
import { canScan, Scan } from "./scan";
import { signed } from "./today";
import { home } from "./ways";

type Kind = "code" | "poster";

/** Whether the phone is at a place to sign in at; unknown until it has found out. */
function useNear(place: string | undefined): Near {
  const [near, setNear] = useState<Near>("unknown");
  const spot = engine.docs("place").find((one) => one.id === place)?.body;
  useEffect(() => void (spot && nearTo(spot).then(setNear)), [place]);
  return near;
}

/** Sign in or out, with what proves it. */
async function record(leaving: boolean, near: Near, method: Method, from?: string, code?: string) {
  const body = {
    member: member(),
    method,
    near,
    ...(from && { place: from }),
    ...(code && { code }),
  };
  const there = engine.docs("place").find((one) => one.id === from)?.body.community;
  const kept = leaving
    ? await keep("attendance.check-out", body, w.youAreOut, there)
    : await keep("attendance.check-in", { ...body, ...team() }, w.youAreIn, there);
  if (kept) home();
}

const byLink = (link: NonNullable<ReturnType<typeof readLink>>, leaving: boolean, near: Near) =>
  record(leaving, near, link.poster ? "poster" : "code", link.place, link.code);

/** Sign oneself in or out: by the leader's code or a poster, scanned or typed, or by one's own word. */
export function Arrive({ about }: { about: string }) {
  const opened = readLink(about);
  if (opened) return <ByLink link={opened} />;
  return <Here leaving={about === "leave"} />;
}

/**
 * A code that was scanned outside the app: whoever is there leaves by it, whoever is not arrives.
 *
 * In another community than that of the day, or at a place that the phone has not heard of, nobody
 * is there yet.
 */
function ByLink({ link }: { link: NonNullable<ReturnType<typeof readLink>> }) {
  const near = useNear(link.place);
  const spot = engine.docs("place").find((one) => one.id === link.place)?.body;
  const [leaving, leave] = useState(() => {
    const { since, until } = signed();
    return !!since && !until && !!spot && spot.community === duty()?.community;
  });
  return (
    <Screen
      title={leaving ? w.signOut : w.signIn}
      foot={
        <>
          <Act
            plain
            words={leaving ? w.ratherIn : w.ratherOut}
            run={() => leave(!leaving)}
          />
          <Act
            words={leaving ? w.confirmOut : w.signInNow}
            run={() => byLink(link, leaving, near)}
          />
        </>
      }
    >
      <Room>
        {offDuty() && !leaving && <Note>{w.offDuty}</Note>}
        <h2>{spot?.name ?? w.codeRead}</h2>
        <p class="state">{me()?.name ?? engine.state().person?.name}</p>
        {leaving && <Note>{w.signOutMeans}</Note>}
        <p class="quiet">{w.placeStays}</p>
      </Room>
    </Screen>
  );
}

function Here({ leaving }: { leaving: boolean }) {
  const at = duty()?.community;
  const places = engine.docs("place").filter((one) => one.body.community === at);
  const [kind, setKind] = useState<Kind>("code");
  const [typed, setTyped] = useState("");
  const [place, setPlace] = useState(places[0]?.id);
  const [scanning, setScanning] = useState(false);
  const near = useNear(place);
  const read = (text: string) => {
    const link = readLink(text);
    setScanning(false);
    return link ? byLink(link, leaving, near) : tell(w.otherCode);
  };
  const ready = kind === "code" ? /^\d{8}$/.test(typed) : typed.length > 9;
  // Without a pack nothing is known of places, and a code names its own.
  const scans = canScan() && (places.length > 0 || !engine.state().packed);
  const ownWord = leaving ? (scans ? w.ownWordOut : w.signOutNow) : w.ownWord;
  return (
    <Screen
      title={leaving ? w.signOut : w.signIn}
      foot={
        ready ? (
          <Act
            words={leaving ? w.signOut : w.signIn}
            run={() => record(leaving, near, kind, place, typed)}
          />
        ) : (
          <>
            <Act plain={scans} words={ownWord} run={() => record(leaving, near, "self", place)} />
            {scans && <Act words={w.scan} run={() => setScanning(!scanning)} />}
          </>
        )
      }
    >
      <Room>
        {leaving ? <Note>{w.signOutMeans}</Note> : offDuty() && <Note>{w.offDuty}</Note>}
        {scanning && <Scan read={read} stop={() => setScanning(false)} />}
        {places.length ? (
          <>
            <Typed {...{ places, place, setPlace, kind, setKind, typed, setTyped }} />
            <p class="quiet">{w.placeStays}</p>
          </>
        ) : (
          !leaving && !scans && <Note>{w.noPlaces}</Note>
        )}
      </Room>
    </Screen>
  );
}

/** Which place, whose code, and the code itself. */
function Typed(to: {
  places: readonly { id: string; body: Docs["place"] }[];
  place: string | undefined;
  setPlace: (place: string) => void;
  kind: Kind;
  setKind: (kind: Kind) => void;
  typed: string;
  setTyped: (typed: string) => void;
}) {
  return (
    <>
      {to.places.length > 1 && (
        <Choice
          name={w.where}
          of={to.places.map((one) => [one.id, one.body.name] as const)}
          chosen={to.place}
          choose={to.setPlace}
        />
      )}
      <Choice
        name={w.whichCode}
        of={[["code", w.leadersCode] as const, ["poster", w.postersCode] as const]}
        chosen={to.kind}
        choose={to.setKind}
      />
      <label for="code">{w.typeCode}</label>
      <input
        id="code"
        class="digits"
        inputMode={to.kind === "code" ? "numeric" : "text"}
        autocomplete="off"
        autocapitalize="none"
        value={to.typed}
        onInput={(event) =>
          to.setTyped(event.currentTarget.value.normalize("NFKC").replace(/\s/g, ""))
        }
      />
    </>
  );
}
