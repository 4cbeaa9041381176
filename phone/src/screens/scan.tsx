import { useEffect, useRef } from "preact/hooks";
import { w } from "../words";
import { tell } from "./house";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type Window = { BarcodeDetector?: new (how: { formats: string[] }) => Detector };

/** Whether this browser reads codes by itself; where it does not, one types. */
export const canScan = () => "BarcodeDetector" in window && !!navigator.mediaDevices;

/** The camera's picture until a code is read; off by itself after a minute, for the battery. */
export function Scan({ read, stop }: { read: (text: string) => unknown; stop: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    const look = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const seen = video.current;
      if (over || !seen) return stream.getTracks().forEach((one) => one.stop());
      seen.srcObject = stream;
      await seen.play();
      const detector = new (window as unknown as Required<Window>).BarcodeDetector({
        formats: ["qr_code"],
      });
      for (const until = Date.now() + 6e4; !over && Date.now() < until; ) {
        const [found] = await detector.detect(seen);
        if (found && !over) return read(found.rawValue);
        await new Promise((again) => setTimeout(again, 250));
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
