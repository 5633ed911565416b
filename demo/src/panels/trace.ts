import { replayTracker } from "../../../src/trace/index.ts";
import type { Trace } from "../../../src/trace/index.ts";
import { byId, setText } from "../dom.ts";
import { count, messageOf, mib } from "../format.ts";
import { RECORDINGS } from "../trace/recordings.ts";
import { TracePlayer } from "../trace/player.ts";

/** Chooses a recording and plays it. */
export class TracePanel {
  /** While it is busy, its style sheet hides the cards that are to follow the recording. */
  readonly #page = document.querySelector("main")!;
  readonly #choice = byId("trace", HTMLSelectElement);
  readonly #speed = byId("speed", HTMLSelectElement);
  readonly #play = byId("play", HTMLButtonElement);
  readonly #position = byId("position", HTMLInputElement);
  readonly #figures = byId("trace-figures", HTMLElement);
  readonly #note = byId("trace-note", HTMLElement);
  readonly #changed: (player: TracePlayer) => void;
  #player: TracePlayer | undefined;
  #playing = false;
  #openings = 0;

  /** @param changed called when the player has another map */
  constructor(changed: (player: TracePlayer) => void) {
    this.#changed = changed;
    this.#choice.append(...RECORDINGS.map(({ title }, i) => new Option(title, String(i))));
    this.#choice.addEventListener("change", () => {
      void this.open();
    });
    this.#play.addEventListener("click", () => {
      if (this.#playing) this.pause();
      else this.#start();
    });
    this.#position.addEventListener("input", () => {
      this.#player?.seek(this.#position.valueAsNumber);
      this.pause();
      this.#show();
    });
  }

  /** Loads the chosen recording and plays it. */
  async open(): Promise<void> {
    this.close();
    const opening = this.#openings;
    this.#page.ariaBusy = "true";
    setText(this.#figures, "Loading the recording …");
    try {
      const trace = await RECORDINGS[Number(this.#choice.value)]!.load();
      // Another recording was chosen meanwhile, or none.
      if (opening === this.#openings) this.#begin(trace);
    } catch (error) {
      if (opening === this.#openings) setText(this.#figures, messageOf(error));
    }
  }

  #begin(trace: Trace): void {
    this.#player?.dispose();
    this.#player = new TracePlayer(trace);
    this.#position.max = String(trace.records.length);
    const { pfns, redundant, outOfRange } = replayTracker(trace);
    setText(
      this.#note,
      `Linux 6.1 with ${mib(trace.guestFrames)}: ${count(trace.records.length)} records, ${count(pfns)} PFNs, of which ` +
        `${count(redundant)} change nothing and ${count(outOfRange)} are out of range. Long pauses are cut short.`,
    );
    this.#start();
  }

  /** Stops, and forgets a recording that is still being loaded. */
  close(): void {
    this.#openings++;
    this.#page.ariaBusy = null;
    this.pause();
  }

  pause(): void {
    this.#playing = false;
    setText(this.#play, this.#player?.ended === true ? "Play again" : "Play");
  }

  #start(): void {
    const player = this.#player;
    if (player === undefined) return;
    if (player.ended) player.seek(0);
    this.#playing = true;
    setText(this.#play, "Pause");
    let [now, last] = [player.time, performance.now()];
    const step = (at: number): void => {
      if (!this.#playing || player !== this.#player) return;
      now += Math.max(0, at - last) * Number(this.#speed.value);
      last = at;
      player.playTo(now);
      this.#show();
      if (player.ended) this.pause();
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #show(): void {
    const player = this.#player;
    if (player === undefined) return;
    const { position, ballooned, trace } = player;
    this.#page.ariaBusy = null;
    this.#position.value = String(position);
    this.#position.setAttribute("aria-valuetext", `record ${position} of ${trace.records.length}`);
    setText(
      this.#figures,
      `record ${count(position)} of ${count(trace.records.length)} · holds ${mib(ballooned)}`,
    );
    this.#changed(player);
  }
}
