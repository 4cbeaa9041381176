import { useEffect, useState } from "preact/hooks";
import { w } from "../words";
import { engine } from "./house";
import { Choice, Code, Note, Screen } from "./parts";
import { codeAt } from "./rotating";
import { dayOf } from "./times";

/** The code by which others sign in, changing each minute, made on the phone. */
export function Rotating() {
  const today = dayOf(engine.now());
  const codes = engine.docs("code").filter((one) => one.body.day === today);
  const [chosen, choose] = useState(codes[0]?.id);
  const [code, setCode] = useState("");
  const [left, setLeft] = useState(0);
  const made = codes.find((one) => one.id === chosen)?.body;
  useEffect(() => {
    if (!made) return;
    let lit: WakeLockSentinel | undefined;
    navigator.wakeLock?.request("screen").then((lock) => (lit = lock), () => {});
    const draw = async () => {
      const now = engine.now();
      setLeft(made.step - (Math.floor(now / 1000) % made.step));
      setCode(await codeAt(made.secret, now, made.step, made.digits));
    };
    void draw();
    const timer = setInterval(draw, 1000);
    return () => {
      clearInterval(timer);
      void lit?.release();
    };
  }, [made]);
  const name = (place: string) =>
    engine.docs("place").find((one) => one.id === place)?.body.name ?? w.where;
  return (
    <Screen title={w.showCode}>
      {!made && <Note>{w.noCode}</Note>}
      {codes.length > 1 && (
        <Choice
          name={w.where}
          of={codes.map((one) => [one.id, name(one.body.place)] as const)}
          chosen={chosen}
          choose={choose}
        />
      )}
      {made && code && (
        <div class="shown">
          <h2>{name(made.place)}</h2>
          <Code text={`${location.origin}/phone/#at=${made.place}.${code}`} />
          <p class="big">{`${code.slice(0, 4)} ${code.slice(4)}`}</p>
          <p>
            <progress value={left} max={made.step} aria-label={w.changesIn(left)} />
            {w.changesIn(left)}
          </p>
        </div>
      )}
    </Screen>
  );
}
