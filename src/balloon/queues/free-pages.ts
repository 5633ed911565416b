import { FRAME_BYTES } from "../../memory/index.ts";
import { pushOutside } from "../../lock/frame-set.ts";
import type { LockPolicy } from "../../lock/index.ts";
import { wholePages } from "../../tracker/host-pages.ts";
import { Runs } from "../../tracker/index.ts";
import type { PageTracker } from "../../tracker/index.ts";
import type { DescriptorChain } from "../../virtio/index.ts";
import type { FreePagesEvent } from "../events.ts";
import type { WorkBudget } from "../serving/work-budget.ts";

/** What to do with reported pages if the guest keeps a poison value in its free pages. */
export type PoisonedPages =
  /** leave them alone */
  | "skip"
  /** fill them with the value, which helps a host that compresses or merges memory */
  | "fill";

/** The result of discarding the free pages of one chain. */
export interface Discarded {
  readonly pages: FreePagesEvent;
  /** Whether the pages are as locked as before. If not, the failure policy forbids the device to go on. */
  readonly locked: boolean;
}

/**
 * Discards free pages: the device-writable buffers on the reporting and hinting queues. No deflate follows and the
 * guest reuses the pages silently, so pinned pages are locked again before the chain is returned.
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
   * Discards the pages of one chain. If `poison` is not 0, the pages are filled with it. Once the notification has
   * spent its budget, the pages are left alone and undefined is returned; this costs only memory.
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

  /**
   * The host pages in these frames that are not in the balloon. Pages in the balloon are unlocked and must stay
   * unlocked.
   */
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

/**
 * The frames that lie completely inside each buffer. Ranges are never rounded outward, because that memory may be in
 * use.
 */
function framesIn(chain: DescriptorChain): FrameRange[] {
  const ranges: FrameRange[] = [];
  for (let i = chain.readable; i < chain.length; i++) {
    const first = Math.ceil(chain.address(i) / FRAME_BYTES);
    const end = Math.floor((chain.address(i) + chain.bytes(i)) / FRAME_BYTES);
    if (end > first) ranges.push({ first, end });
  }
  return ranges;
}

/**
 * Removes overlaps. A guest may name the same memory in many buffers, but it must cost the work of only one. The order
 * is kept if no ranges overlap.
 */
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
