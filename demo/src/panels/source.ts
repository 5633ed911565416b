import { byId } from "../dom.ts";
import type { TracePanel } from "./trace.ts";

/** Switches the map between the running guest and a recording. */
export class SourcePanel {
  live = true;
  readonly #liveControls = byId("live-controls", HTMLElement);
  readonly #traceControls = byId("trace-controls", HTMLElement);
  readonly #status = byId("status", HTMLElement);

  constructor(trace: TracePanel, showLive: () => void) {
    byId("source", HTMLElement).addEventListener("change", (event) => {
      this.live = (event.target as HTMLInputElement).value === "live";
      this.#liveControls.hidden = this.#status.hidden = !this.live;
      this.#traceControls.hidden = this.live;
      if (this.live) trace.close();
      else void trace.open();
      if (this.live) showLive();
    });
  }
}
