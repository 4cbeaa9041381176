/** Takes a newer app when the user says so, never under somebody who types. */

export class Updates {
  private registration: ServiceWorkerRegistration | null = null;
  private wantedUpdate = false;

  constructor(private readonly show: (update: "ready" | "required") => void) {}

  async register(): Promise<void> {
    if (!("serviceWorker" in navigator)) return;
    let controlled = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      // The first worker takes over a page of the same version.
      if (controlled) location.reload();
      controlled = true;
    });
    try {
      this.registration = await navigator.serviceWorker.register("/phone/sw.js", {
        scope: "/phone/",
      });
    } catch {
      return;
    }
    const { periodicSync } = this.registration as ServiceWorkerRegistration & Later;
    periodicSync?.register("expire", { minInterval: 12 * 3_600_000 }).catch(() => undefined);
    this.registration.addEventListener("updatefound", () => this.follow());
    this.follow();
  }

  private follow(): void {
    const { installing, waiting } = this.registration!;
    if (waiting && navigator.serviceWorker.controller) this.show("ready");
    installing?.addEventListener("statechange", () => this.follow());
  }

  /** The server names the version it would like: look for it once. */
  wanted(app: string | null): void {
    if (app === null || app === __APP__ || this.wantedUpdate) return;
    this.wantedUpdate = true;
    this.registration?.update().catch(() => undefined);
  }

  take(): void {
    const waiting = this.registration?.waiting;
    if (waiting) waiting.postMessage("take over");
    else location.reload();
  }

  /** Have the worker send what is left when the network is back, page or no page. */
  async sendLater(): Promise<void> {
    const registration = this.registration as (ServiceWorkerRegistration & Later) | null;
    await registration?.sync?.register("flush").catch(() => undefined);
  }
}

/** Not in every browser, and not in the compiler's list. */
interface Later {
  sync?: { register(tag: string): Promise<void> };
  periodicSync?: { register(tag: string, options: { minInterval: number }): Promise<void> };
}
