import { w } from "../words";
import { engine, offDuty } from "./house";
import { Code, Note, Screen } from "./parts";
import { day, dayOf } from "./times";

/** What a resident may see and verify: who this is, of which team, valid today. */
export function Pass() {
  const now = engine.now();
  const pass = engine.docs("pass").find((one) => one.body.day === dayOf(now))?.body;
  return (
    <Screen title={w.pass}>
      {!pass || offDuty() ? (
        <Note>{offDuty() ? w.noPassOffDuty : w.noPass}</Note>
      ) : (
        <div class="shown">
          <p class="big">{pass.name}</p>
          <h2>{pass.team}</h2>
          <Code text={location.origin + pass.link} />
          <p class="state done">{w.validOn(day(pass.day, now), pass.day)}</p>
          <p class="quiet">{w.verify}</p>
        </div>
      )}
    </Screen>
  );
}
