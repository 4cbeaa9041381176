import type { Happened } from "../engine/types";
import { useState } from "preact/hooks";
import { w } from "../words";
import { duty, engine, keep, member, offDuty, standing } from "./house";
import { Act, Call, Choice, joined, Note, roleOf, Room, Screen } from "./parts";
import { home } from "./ways";

/**
 * Whom to tell by voice, because a message may wait for a network: the leader, or where the leader
 * has no number the community.
 */
function Leader() {
  const at = duty();
  if (!at) return null;
  const lines = engine.docs("line").filter((one) => one.body.community === at.community);
  const anybody = at.leader_phone || lines.length;
  return (
    <>
      <Note>{anybody ? w.callThem : w.nobodyToCall}</Note>
      {at.leader_name && (
        <Call
          name={at.leader_name}
          phone={at.leader_phone}
          more={joined(w.leader, !at.leader_phone && w.noNumber)}
        />
      )}
      {!at.leader_phone &&
        lines.map(({ id, body }) => (
          <Call key={id} name={body.name} phone={body.phone} more={roleOf(body.role)} />
        ))}
    </>
  );
}

/** The worker's own statement of the day. */
export function Health() {
  const well = standing()?.well;
  const off = offDuty();
  const state = async (well: boolean) => {
    const kept = await keep(
      "attendance.health",
      { member: member(), well },
      !well ? w.unwellKept : off ? w.wellKeptOff : w.wellKept,
    );
    if (kept && well) home();
  };
  return (
    <Screen
      title={w.health}
      foot={
        <div class="pair">
          <Act plain words={w.unwell} run={() => state(false)} />
          <Act plain={off} words={w.well} run={() => state(true)} />
        </div>
      }
    >
      <Room>
        <h2>{w.howAreYou}</h2>
        {well != null && <p class="state">{well ? w.saidWell : w.saidUnwell}</p>}
        <Note>{off ? w.offDuty : w.unwellMeans}</Note>
        {well === false && <Leader />}
      </Room>
    </Screen>
  );
}

/** Hurt at work: what happened, and whether somebody has to step in. The third tap keeps it. */
export function Injury() {
  const [happened, choose] = useState<Happened>();
  const [kept, setKept] = useState(false);
  const record = async (stand_in: boolean) => {
    const body = { member: member(), happened: happened!, stand_in };
    setKept(await keep("attendance.injury", body, w.injuryKept));
  };
  if (kept)
    return (
      <Screen title={w.injury} foot={<Act words={w.done} run={home} />}>
        <h2>{w.standDown}</h2>
        <Note>{w.papers}</Note>
        <Leader />
        <Call name={w.ambulance} phone="120" />
      </Screen>
    );
  return (
    <Screen
      title={w.injury}
      foot={
        happened && (
          <div class="pair">
            <Act plain words={w.noStandIn} run={() => record(false)} />
            <Act words={w.standIn} run={() => record(true)} />
          </div>
        )
      }
    >
      <Room>
        <Choice
          name={w.whatHappened}
          of={[
            ["fall", w.fall] as const,
            ["cut", w.cut] as const,
            ["traffic", w.traffic] as const,
            ["heat", w.heat] as const,
            ["other", w.other] as const,
          ]}
          chosen={happened}
          choose={choose}
        />
        <Leader />
        <Call name={w.ambulance} phone="120" />
      </Room>
    </Screen>
  );
}
