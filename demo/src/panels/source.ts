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
    byId("source", HTMLElement).addEventListener("change", (event) => {
      this.live = (event.target as HTMLInputElement).value === "live";
      // The style sheet hides the cards of the guest.
      this.#main.dataset.source = this.live ? "live" : "recording";
      this.#liveControls.hidden = this.#status.hidden = !this.live;
      this.#traceControls.hidden = this.live;
      if (this.live) trace.close();
      else void trace.open();
      if (this.live) showLive();
    });
  }
}
