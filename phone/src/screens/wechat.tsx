import { useState } from "preact/hooks";
import { w } from "../words";

/** Inside WeChat nothing is kept for sure: how to open the app elsewhere, and what works here. */
export const inWechat = () => /MicroMessenger/i.test(navigator.userAgent);

export function Wechat() {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(location.href).then(() => setCopied(true));
  const arrives = location.hash.startsWith("#at=");
  return (
    <>
      <header>
        <h1>{w.app}</h1>
      </header>
      <section>
        <h2>{w.wechat}</h2>
        <ol>
          {w.wechatSteps.slice(0, arrives ? 2 : 3).map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ol>
        <p class="quiet">{arrives ? w.wechatCodeWhy : w.wechatWhy}</p>
        <button class="plain" onClick={copy}>
          {copied ? w.copied : w.copyLink}
        </button>
      </section>
      <footer>
        <a class="act plain" href={arrives ? `/attendance/at/${location.hash}` : "/needs/mine"}>
          {arrives ? w.onlineSignIn : w.online}
        </a>
      </footer>
    </>
  );
}
