import { FRAME_BYTES } from "../host/index.ts";
import { pushOutside } from "../lock/frame-set.ts";
import type { LockPolicy } from "../lock/index.ts";
import { wholePages } from "../tracker/host-pages.ts";
import { Runs } from "../tracker/index.ts";
import type { PageTracker } from "../tracker/index.ts";
import type { DescriptorChain } from "../virtio/index.ts";
import type { FreePagesEvent } from "./events.ts";
import type { WorkBudget } from "./work-budget.ts";

/** What happens to reported pages of a guest that keeps a poison value in its free pages. */
export type PoisonedPages =
  /** they are left alone */
  | "skip"
  /** they are filled with the value, which a host's memory compression or merging likes */
  | "fill";

/**
 * Drops the contents of free pages: the device-writable buffers of the reporting and hinting queues are the pages.
 * There is no deflate for them, the guest reuses them silently; so they are handed back as they were locked before the
 * chain is acknowledged.
 */
export class FreePages {
  /** Set when pages could not be locked again and the failure policy forbids to go on. */
  broken = false;
  readonly #policy: LockPolicy;
  readonly #ballooned: PageTracker;
  readonly #budget: WorkBudget;

  constructor(policy: LockPolicy, ballooned: PageTracker, budget: WorkBudget) {
    this.#policy = policy;
    this.#ballooned = ballooned;
    this.#budget = budget;
  }

  /**
   * Takes the pages of one chain; `poison` is what they must hold afterwards. Returns undefined, and leaves them as they
   * are, once the notification has cost its budget: nothing is lost by that but memory.
   */
  take(chain: DescriptorChain, poison = 0): FreePagesEvent | undefined {
    const buffers = disjoint(framesIn(chain));
    const frames = total(buffers);
    const affordable = this.#budget.takeDiscards(frames);
    if (frames > 0 && affordable === 0) return undefined;
    const runs = this.#guestsOwn(cut(buffers, affordable));
    if (!this.#policy.discardFree(runs, poison)) this.broken = true;
    return { ranges: runs.length, frames: runs.total };
  }

  /**
   * The host pages in these frames that are not in the balloon: those are released already, and must not be locked again
   * here.
   */
  #guestsOwn(buffers: readonly FrameRange[]): Runs {
    const guests = new Runs();
    for (const { first, end } of buffers) pushOutside(guests, this.#ballooned, first, end - first);
    return wholePages(guests, this.#ballooned.hostPageFrames);
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
