import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Engine } from "../engine/types";

/** Show the app in `root` and follow the engine. */
export function mount(root: HTMLElement, engine: Engine): void {
  render(<Unsent engine={engine} />, root);
}

function Unsent({ engine }: { engine: Engine }) {
  const [state, show] = useState(engine.state());
  useEffect(() => engine.subscribe(() => show(engine.state())), [engine]);
  return <p>未上传 {state.contact.unsent}</p>;
}
