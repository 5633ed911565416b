import { byId, setMood, setText } from "../dom.ts";
import { count, MIB, messageOf, mib, mibOfBytes } from "../format.ts";
import type { MemoryUse } from "../machine/guest-memory.ts";
import { compactMemory } from "../machine/session.ts";
import type { Session } from "../machine/session.ts";
import { Chart } from "./chart.ts";
import type { Line } from "./chart.ts";
import type { GuestPanel } from "./guest-panel.ts";
import { Samples } from "./samples.ts";

const HEIGHT = 160;
const INTERVAL_MS = 1000;
/** The longest share of the time that is spent on looking at memory, which may be large. */
const SHARE = 0.05;
const FRAMES_PER_MIB = 256;

const LINES: readonly Line[] = [
  { label: "Size (byteLength)", colour: "--edge", dash: [6, 4] },
  { label: "Written", colour: "--text" },
  { label: "Not zero", colour: "--accent" },
];

/** What the machine's memory costs, and a button that makes it cost less. */
export class MemoryPanel implements GuestPanel {
  readonly #button = byId("compact", HTMLButtonElement);
  readonly #usePlain = byId("use-plain", HTMLButtonElement);
  readonly #result = byId("compact-result", HTMLElement);
  readonly #text = byId("memory-text", HTMLElement);
  readonly #chart = new Chart(byId("memory-chart", HTMLElement), HEIGHT, LINES);
  #samples = new Samples(LINES.length);
  #session: Session | undefined;

  /** @param usePlain called when the guest is to boot with memory that can move */
  constructor(usePlain: () => void) {
    this.#usePlain.addEventListener("click", usePlain);
    this.#button.addEventListener("click", () => {
      void this.#compact();
    });
    this.#sampleOften();
  }

  /** A new guest: the chart starts again. */
  begin(session: Session): void {
    const pinned = session.locks !== undefined;
    this.#session = session;
    this.#samples = new Samples(LINES.length);
    this.#button.disabled = pinned;
    this.#usePlain.hidden = !pinned;
    this.#tell(pinned ? "Pinned memory cannot move, so it cannot be compacted." : "");
    this.#sample();
  }

  end(): void {
    this.#session = undefined;
    this.#button.disabled = true;
  }

  #sampleOften(): void {
    const start = performance.now();
    if (!document.hidden) this.#sample();
    const took = performance.now() - start;
    setTimeout(
      () => {
        this.#sampleOften();
      },
      Math.max(INTERVAL_MS, took / SHARE),
    );
  }

  async #compact(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    this.#button.disabled = true;
    // The chart shows the moments before and after.
    this.#sample();
    try {
      const { copiedBytes, stillMs } = await compactMemory(session);
      if (session !== this.#session) return;
      this.#tell(
        `The guest has a new memory: ${mibOfBytes(copiedBytes)} copied. It stood still for ${Math.round(stillMs)} ms.`,
      );
    } catch (error) {
      if (session === this.#session) this.#tell(messageOf(error), "bad");
    }
    if (session !== this.#session) return;
    this.#button.disabled = false;
    this.#sample();
  }

  #sample(): void {
    if (this.#session === undefined) return;
    const use = this.#session.memory.look();
    this.#samples.add(
      use.byteLength / MIB,
      use.writtenFrames / FRAMES_PER_MIB,
      use.nonZeroFrames / FRAMES_PER_MIB,
    );
    this.#chart.show(this.#samples.columns);
    setText(this.#text, describe(use));
  }

  #tell(text: string, mood?: "bad"): void {
    setText(this.#result, text);
    setMood(this.#result, mood);
  }
}

function describe({ nonZeroFrames, writtenFrames, byteLength }: MemoryUse): string {
  return (
    `Now ${mib(nonZeroFrames)} of the guest are not zero (${count(nonZeroFrames)} frames), at least ` +
    `${mib(writtenFrames)} were written, and byteLength is ${mibOfBytes(byteLength)}.`
  );
}
