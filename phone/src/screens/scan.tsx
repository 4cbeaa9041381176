import { useEffect, useRef } from "preact/hooks";
import { w } from "../words";
import { tell } from "./house";

/** Reads a code in what the camera shows; empty where there is none. */
type Read = (seen: HTMLVideoElement) => Promise<string>;
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type Detecting = {
  BarcodeDetector?: {
    new (how: { formats: string[] }): Detector;
    getSupportedFormats(): Promise<string[]>;
  };
};

/** Whether there may be a camera; where there is none, one types. */
export const canScan = () => !!navigator.mediaDevices;

/** The browser's own reader, where it has one; else ours, which is fetched now. */
async function reader(): Promise<Read> {
  const { BarcodeDetector: Own } = window as Detecting;
  if (Own && (await Own.getSupportedFormats()).includes("qr_code")) {
    const detector = new Own({ formats: ["qr_code"] });
    return async (seen) => (await detector.detect(seen))[0]?.rawValue ?? "";
  }
  const { readCode } = await import("./reading");
  return async (seen) => readCode(seen);
}

/** How long to wait between two looks: a slow phone stays cool. Milliseconds. */
const REST = 200;

/** The camera's picture until a code is read; off by itself after a minute, for the battery. */
export function Scan({ read, stop }: { read: (text: string) => unknown; stop: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    const look = async () => {
      const reading = reader();
      // Waited for below; without a camera nobody does.
      reading.catch(() => {});
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const seen = video.current;
      if (over || !seen) return stream.getTracks().forEach((one) => one.stop());
      seen.srcObject = stream;
      await seen.play();
      const readFrom = await reading;
      for (const until = Date.now() + 6e4; !over && Date.now() < until; ) {
        const found = await readFrom(seen);
        if (found && !over) return read(found);
        await new Promise((again) => setTimeout(again, REST));
      }
      if (!over) stop();
    };
    look().catch(() => {
      tell(w.noCamera);
      stop();
    });
    return () => {
      over = true;
      stream?.getTracks().forEach((one) => one.stop());
    };
  }, []);
  return <video ref={video} muted playsInline aria-label={w.scan} />;
}
