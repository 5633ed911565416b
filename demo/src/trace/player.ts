import type { Trace, TraceRecord } from "../../../src/trace/index.ts";
import { assumedRuns } from "../../../src/trace/assumed-runs.ts";
import { isBatch } from "../../../src/trace/index.ts";
import { PageTracker } from "../../../src/tracker/index.ts";
import { fillRuns, State } from "../map/states.ts";
import type { PageStates } from "../map/states.ts";

/** The longest pause that is played, in recorded time: guests may send nothing for a minute. */
const MAX_PAUSE_MS = 400;

/** A recording that can be played, stopped, and played from any of its records. */
export class TracePlayer {
  readonly trace: Trace;
  /** Records played so far. */
  position = 0;
  readonly #tracker: PageTracker;
  readonly #reported: PageStates;
  /** When each record is played, in ms from the start. */
  readonly #times: readonly number[];

  constructor(trace: Trace) {
    this.trace = trace;
    this.#tracker = new PageTracker(trace.guestFrames);
    this.#reported = new Uint8Array(trace.guestFrames);
    this.#times = timesOf(trace.records);
    this.#tracker.inflateRuns(assumedRuns(trace));
  }

  get ballooned(): number {
    return this.#tracker.count;
  }

  get ended(): boolean {
    return this.position === this.trace.records.length;
  }

  /** The recorded time at the position, in ms. */
  get time(): number {
    return this.position === 0 ? 0 : this.#times[this.position - 1]!;
  }

  /** Plays all records up to `ms` of recorded time. */
  playTo(ms: number): void {
    while (!this.ended && this.#times[this.position]! <= ms) this.#play();
  }

  /** Goes to a record: forward from here, or from the start to an earlier one. */
  seek(position: number): void {
    if (position < this.position) this.#rewind();
    while (this.position < position && !this.ended) this.#play();
  }

  /** The pages at the position. The recorded driver promised to tell, so the frames that it gave can be unlocked. */
  pages(): PageStates {
    const pages = this.#reported.slice();
    fillRuns(pages, this.#tracker.allRuns(), State.UNLOCKED);
    return pages;
  }

  dispose(): void {
    this.#tracker.dispose();
  }

  #play(): void {
    const record = this.trace.records[this.position++]!;
    if (isBatch(record)) this.#tracker[record.kind](record.pfns);
    else if (record.kind === "ballooned") this.#hold(record.ranges);
    else fillRuns(this.#reported, record.ranges, State.REPORTED);
  }

  #hold(runs: Uint32Array): void {
    this.#tracker.clear();
    this.#tracker.inflateRuns(runs);
  }

  #rewind(): void {
    this.#hold(assumedRuns(this.trace));
    this.#reported.fill(State.GUEST);
    this.position = 0;
  }
}

/** Recorded times without the long pauses. */
function timesOf(records: readonly TraceRecord[]): number[] {
  let now = 0;
  return records.map(({ timeUs }, i) => {
    const before = records[i - 1]?.timeUs ?? timeUs;
    // Modulo 2^32, as the format defines.
    now += Math.min(((timeUs - before) >>> 0) / 1000, MAX_PAUSE_MS);
    return now;
  });
}
