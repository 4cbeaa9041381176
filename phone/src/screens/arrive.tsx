import { useEffect, useState } from "preact/hooks";
import type { Docs, Near } from "../engine/types";
import { w } from "../words";
import { duty, engine, keep, me, member, offDuty, team, tell } from "./house";
import { nearTo } from "./near";
import { Act, Choice, Note, Room, Screen } from "./parts";
import { readLink } from "./rotating";
import { canScan, Scan } from "./scan";
import { home } from "./ways";

type Kind = "code" | "poster";

/** Sign oneself in: by the leader's code or a poster, scanned or typed, or by one's own word. */
export function Arrive({ about }: { about: string }) {
  if (about === "leave") return <Leave />;
  const at = duty();
  const all = engine.docs("place");
  const places = all.filter((one) => one.body.community === at?.community);
  const opened = readLink(about);
  const [kind, setKind] = useState<Kind>("code");
  const [typed, setTyped] = useState("");
  const [place, setPlace] = useState(opened?.place ?? places[0]?.id);
  const [near, setNear] = useState<Near>("unknown");
  const [scanning, setScanning] = useState(false);
  const spot: Docs["place"] | undefined = all.find((one) => one.id === place)?.body;
  useEffect(() => void (spot && nearTo(spot).then(setNear)), [place]);

  const arrive = async (method: "code" | "poster" | "self", from?: string, code?: string) => {
    const body = {
      member: member(),
      method,
      near,
      ...team(),
      ...(from && { place: from }),
      ...(code && { code }),
    };
    const community = all.find((one) => one.id === from)?.body.community;
    if (await keep("attendance.check-in", body, w.youAreIn, community)) home();
  };
  const read = (text: string) => {
    const link = readLink(text);
    setScanning(false);
    if (!link) return tell(w.otherCode);
    return arrive(link.poster ? "poster" : "code", link.place, link.code);
  };
  const ready = kind === "code" ? /^\d{8}$/.test(typed) : typed.length > 9;

  if (opened)
    return (
      <Screen title={w.signIn} foot={<Act words={w.signInNow} run={() => read(about)} />}>
        <Room>
          {offDuty() && <Note>{w.offDuty}</Note>}
          <h2>{spot?.name ?? w.codeRead}</h2>
          <p class="state">{me()?.name ?? engine.state().person?.name}</p>
          <Note>{w.placeStays}</Note>
        </Room>
      </Screen>
    );
  return (
    <Screen
      title={w.signIn}
      foot={
        ready ? (
          <Act words={w.signIn} run={() => arrive(kind, place, typed)} />
        ) : (
          <>
            <Act plain words={w.ownWord} run={() => arrive("self", place)} />
            {canScan() && <Act words={w.scan} run={() => setScanning(!scanning)} />}
          </>
        )
      }
    >
      <Room>
        {offDuty() && <Note>{w.offDuty}</Note>}
        {scanning && <Scan read={read} stop={() => setScanning(false)} />}
        {!places.length && <Note>{w.noPlaces}</Note>}
        {places.length > 1 && (
          <Choice
            name={w.where}
            of={places.map((one) => [one.id, one.body.name] as const)}
            chosen={place}
            choose={setPlace}
          />
        )}
        {places.length > 0 && (
          <>
            <Choice
              name={w.whichCode}
              of={[["code", w.leadersCode] as const, ["poster", w.postersCode] as const]}
              chosen={kind}
              choose={setKind}
            />
            <label for="code">{w.typeCode}</label>
            <input
              id="code"
              class="digits"
              inputMode={kind === "code" ? "numeric" : "text"}
              autocomplete="off"
              autocapitalize="none"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value.normalize("NFKC").replace(/\s/g, ""))}
            />
          </>
        )}
        <p class="quiet">{w.placeStays}</p>
      </Room>
    </Screen>
  );
}

function Leave() {
  const leave = async () => {
    if (await keep("attendance.check-out", { member: member() }, w.youAreOut)) home();
  };
  return (
    <Screen title={w.signOut} foot={<Act words={w.signOutNow} run={leave} />}>
      <Note>{w.signOutMeans}</Note>
    </Screen>
  );
}
