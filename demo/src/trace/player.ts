import type { BatchRecord, FreePagesRecord, Trace, TraceRecord } from "../../../src/trace/index.ts";
import { assumedRuns } from "../../../src/trace/assumed-runs.ts";
import { isBatch } from "../../../src/trace/index.ts";
import { PageTracker } from "../../../src/tracker/index.ts";
import { fillRuns, State } from "../map/states.ts";
import type { PageStates } from "../map/states.ts";

/** The longest pause that is played, in recorded time: guests may send nothing for a minute. */
const MAX_PAUSE_MS = 400;

/** What a recorded driver did up to a position. Frames and PFNs are counted as often as they were named. */
export interface RecordedCounts {
  inflateBatches: number;
  deflateBatches: number;
  reportBatches: number;
  hintBatches: number;
  givenFrames: number;
  takenBackFrames: number;
  reportedFrames: number;
  hintedFrames: number;
  redundantPfns: number;
  outOfRangePfns: number;
}

/** How the balloon grew and shrank, a value for each record. */
export interface History {
  /** Recorded time. */
  readonly seconds: number[];
  readonly balloonedFrames: number[];
}

const NOTHING: RecordedCounts = {
  inflateBatches: 0,
  deflateBatches: 0,
  reportBatches: 0,
  hintBatches: 0,
  givenFrames: 0,
  takenBackFrames: 0,
  reportedFrames: 0,
  hintedFrames: 0,
  redundantPfns: 0,
  outOfRangePfns: 0,
};

/** A recording that can be played, stopped, and played from any of its records. */
export class TracePlayer {
  readonly trace: Trace;
  /** Records played so far. */
  position = 0;
  #counts: RecordedCounts = { ...NOTHING };
  /** The ballooned frames after each record that was played at least once. */
  readonly #ballooned: number[] = [];
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

  /** What the driver did up to the position. */
  get counts(): Readonly<RecordedCounts> {
    return this.#counts;
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

  /** How the balloon grew and shrank up to the position. */
  history(): History {
    return {
      seconds: this.#times.slice(0, this.position).map((ms) => ms / 1000),
      balloonedFrames: this.#ballooned.slice(0, this.position),
    };
  }

  /** The pages at the position. */
  pages(): PageStates {
    const pages = this.#reported.slice();
    fillRuns(pages, this.#tracker.allRuns(), State.BALLOONED);
    return pages;
  }

  dispose(): void {
    this.#tracker.dispose();
  }

  #play(): void {
    const record = this.trace.records[this.position++]!;
    if (isBatch(record)) this.#playBatch(record);
    else if (record.kind === "ballooned") this.#hold(record.ranges);
    else this.#playFreePages(record);
    this.#ballooned[this.position - 1] = this.#tracker.count;
  }

  #playBatch({ kind, pfns }: BatchRecord): void {
    const { changed, redundant, outOfRange } = this.#tracker[kind](pfns);
    if (kind === "inflate") {
      this.#counts.inflateBatches++;
      this.#counts.givenFrames += changed;
    } else {
      this.#counts.deflateBatches++;
      this.#counts.takenBackFrames += changed;
    }
    this.#counts.redundantPfns += redundant;
    this.#counts.outOfRangePfns += outOfRange;
  }

  #playFreePages({ kind, ranges }: FreePagesRecord): void {
    fillRuns(this.#reported, ranges, State.REPORTED);
    let frames = 0;
    for (let i = 1; i < ranges.length; i += 2) frames += ranges[i]!;
    if (kind === "hint") {
      this.#counts.hintBatches++;
      this.#counts.hintedFrames += frames;
    } else {
      this.#counts.reportBatches++;
      this.#counts.reportedFrames += frames;
    }
  }

  #hold(runs: Uint32Array): void {
    this.#tracker.clear();
    this.#tracker.inflateRuns(runs);
  }

  #rewind(): void {
    this.#hold(assumedRuns(this.trace));
    this.#reported.fill(State.GUEST);
    this.#counts = { ...NOTHING };
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
