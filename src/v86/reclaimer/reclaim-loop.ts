import { availableFrames, background } from "../../balloon/index.ts";
import type { Balloon, GuestStats } from "../../balloon/index.ts";
import { FRAME_BYTES } from "../../memory/index.ts";
import type { Compaction } from "../compact/compact.ts";
import { nextTarget } from "./target.ts";

/** Two compactions are at least so far apart: each lets the guest stand still, and its code start cold. */
const PAUSE_MS = 60_000;

/** What a reclaimer works on. */
export interface Reclaimed {
  readonly balloon: Balloon;
  /** Whether the machine runs: the memory of one that is stopped is left alone. */
  readonly running: () => boolean;
  /** Whether this is a good moment to stand still. */
  readonly quiet: () => boolean;
  readonly compact: () => Promise<Compaction>;
}

/** The options of a reclaimer, all given. */
export interface Settings {
  readonly reserveBytes: number;
  readonly intervalMs: number;
  readonly compactBytes: number;
  readonly onCompacted: (compaction: Compaction) => void;
  readonly onError: (error: unknown) => void;
}

/** Keeps a guest's balloon as large as its reserve allows, and its machine's memory as small as that makes it. */
export class ReclaimLoop {
  readonly #of: Reclaimed;
  readonly #settings: Settings;
  readonly #stops: readonly (() => void)[];
  /** Bytes that were in the balloon after the last compaction, less what the guest has taken back since. */
  #base = 0;
  #compactedAt = -Infinity;
  #busy = false;
  #disposed = false;

  constructor(of: Reclaimed, settings: Settings) {
    this.#of = of;
    this.#settings = settings;
    this.#stops = [
      background(() => {
        this.#round();
      }, settings.intervalMs),
      of.balloon.on("stats", (stats) => {
        this.#move(stats);
      }),
      of.balloon.on("disposed", () => {
        this.dispose();
      }),
    ];
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    this.#disposed = true;
    for (const stop of this.#stops) stop();
  }

  #round(): void {
    const { balloon, running, quiet } = this.#of;
    // Looks at every round: what the guest has done since the last.
    const now = quiet();
    // The guest may take frames back and give them again between two quiet moments.
    this.#base = Math.min(this.#base, balloon.ballooned);
    if (!running()) return;
    balloon.requestStats();
    if (now) this.#compactIfWorth(balloon.ballooned);
  }

  #move(stats: GuestStats): void {
    const { balloon } = this.#of;
    const { target, ballooned } = balloon;
    const memory = balloon.frames * FRAME_BYTES;
    const frames = availableFrames(stats, balloon.frames - ballooned / FRAME_BYTES);
    if (frames === undefined) return;
    const available = frames * FRAME_BYTES;
    const next = nextTarget({ memory, target, ballooned, available }, this.#settings.reserveBytes);
    const whole = next - (next % FRAME_BYTES);
    if (whole !== target) balloon.target = whole;
  }

  #compactIfWorth(ballooned: number): void {
    if (this.#busy || ballooned - this.#base < this.#settings.compactBytes) return;
    if (performance.now() - this.#compactedAt < PAUSE_MS) return;
    this.#compactedAt = performance.now();
    void this.#compact();
  }

  async #compact(): Promise<void> {
    const { balloon, compact } = this.#of;
    const { onCompacted, onError } = this.#settings;
    this.#busy = true;
    try {
      const compaction = await compact();
      this.#base = balloon.ballooned;
      if (!this.#disposed) onCompacted(compaction);
    } catch (error) {
      if (!this.#disposed) onError(error);
    } finally {
      this.#busy = false;
    }
  }
}
