import { byId } from "../dom.ts";
import type { TracePanel } from "./trace.ts";

/** Switches the map between the running guest and a recording. */
export class SourcePanel {
  live = true;
  readonly #main = document.querySelector("main")!;
  readonly #liveControls = byId("live-controls", HTMLElement);
  readonly #traceControls = byId("trace-controls", HTMLElement);
  readonly #status = byId("status", HTMLElement);

  constructor(trace: TracePanel, showLive: () => void) {
    const live = byId("source-live", HTMLInputElement);
    const follow = (): void => {
      this.live = live.checked;
      // The style sheet hides the cards of the guest.
      this.#main.dataset.source = this.live ? "live" : "recording";
      this.#liveControls.hidden = this.#status.hidden = !this.live;
      this.#traceControls.hidden = this.live;
      if (this.live) trace.close();
      else void trace.open();
      if (this.live) showLive();
    };
    byId("source", HTMLElement).addEventListener("change", follow);
    // Chosen while this was still being loaded.
    if (!live.checked) follow();
  }
}
