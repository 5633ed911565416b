import { FRAME_BYTES } from "../../host/index.ts";
import { pushOutside } from "../../lock/frame-set.ts";
import type { LockPolicy } from "../../lock/index.ts";
import { wholePages } from "../../tracker/host-pages.ts";
import { Runs } from "../../tracker/index.ts";
import type { PageTracker } from "../../tracker/index.ts";
import type { DescriptorChain } from "../../virtio/index.ts";
import type { FreePagesEvent } from "../events.ts";
import type { WorkBudget } from "../serving/work-budget.ts";

/** What happens to reported pages of a guest that keeps a poison value in its free pages. */
export type PoisonedPages =
  /** they are left alone */
  | "skip"
  /** they are filled with the value, which a host's memory compression or merging likes */
  | "fill";

/** What became of the free pages of one chain. */
export interface Discarded {
  readonly pages: FreePagesEvent;
  /** Whether the pages are as locked as before. If not, the failure policy forbids going on. */
  readonly locked: boolean;
}

/**
 * Discards free pages: the device-writable buffers of the reporting and hinting queues are the pages. No deflate follows,
 * the guest reuses them silently, so pinned pages are locked again before the chain is returned.
 */
export class FreePages {
  readonly #policy: LockPolicy;
  readonly #tracker: PageTracker;
  readonly #budget: WorkBudget;

  constructor(policy: LockPolicy, tracker: PageTracker, budget: WorkBudget) {
    this.#policy = policy;
    this.#tracker = tracker;
    this.#budget = budget;
  }

  /**
   * Discards the pages of one chain; `poison` is what they must hold afterwards. Returns undefined, and leaves them as
   * they are, once the notification has spent its budget: that costs nothing but memory.
   */
  discard(chain: DescriptorChain, poison: number): Discarded | undefined {
    const buffers = disjoint(framesIn(chain));
    const frames = total(buffers);
    const affordable = this.#budget.takeDiscards(frames);
    if (frames > 0 && affordable === 0) return undefined;
    const runs = this.#guestsOwn(cut(buffers, affordable));
    const locked = this.#policy.discardFree(runs, poison);
    return { pages: { ranges: runs.length, frames: runs.total }, locked };
  }

  /** The host pages in these frames that are not in the balloon. Those in the balloon are unlocked, and must stay so. */
  #guestsOwn(buffers: readonly FrameRange[]): Runs {
    const guests = new Runs();
    for (const { first, end } of buffers) pushOutside(guests, this.#tracker, first, end - first);
    return wholePages(guests, this.#tracker.hostPageFrames);
  }
}

/** Frames `first` to `end` - 1. */
interface FrameRange {
  readonly first: number;
  end: number;
}

/** The frames wholly inside each buffer, never rounded outward onto memory in use. */
function framesIn(chain: DescriptorChain): FrameRange[] {
  const ranges: FrameRange[] = [];
  for (let i = chain.readable; i < chain.length; i++) {
    const first = Math.ceil(chain.address(i) / FRAME_BYTES);
    const end = Math.floor((chain.address(i) + chain.bytes(i)) / FRAME_BYTES);
    if (end > first) ranges.push({ first, end });
  }
  return ranges;
}

/** A guest may name the same memory in many buffers; it is worth the work once. Their order stays if none overlap. */
function disjoint(ranges: readonly FrameRange[]): readonly FrameRange[] {
  const result: FrameRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const last = result.at(-1);
    if (last === undefined || range.first >= last.end) result.push({ ...range });
    else last.end = Math.max(last.end, range.end);
  }
  return result.length === ranges.length ? ranges : result;
}

/** The first `frames` frames of the ranges. */
function cut(ranges: readonly FrameRange[], frames: number): FrameRange[] {
  const kept: FrameRange[] = [];
  for (let i = 0, left = frames; i < ranges.length && left > 0; i++) {
    const { first, end } = ranges[i]!;
    kept.push({ first, end: Math.min(end, first + left) });
    left -= end - first;
  }
  return kept;
}

function total(ranges: readonly FrameRange[]): number {
  return ranges.reduce((sum, { first, end }) => sum + end - first, 0);
}
