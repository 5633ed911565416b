import { PageTracker } from "../../tracker/index.ts";
import { FRAMES, STREAM } from "./patterns.ts";

/** Puts a batch into the balloon or takes it out. Returns the number of frames that changed. */
type Apply = (batch: Uint32Array, give: boolean) => number;

export type ContenderName = "naive JS bitmap" | "tracker" | "tracker with runs";

/** The contenders. The tracker with runs does more work than the others, because a host needs the runs. */
const CONTENDERS: Readonly<Record<ContenderName, () => Apply>> = {
  "naive JS bitmap": naive,
  tracker: accounting,
  "tracker with runs": withRuns,
};

export const CONTENDER_NAMES: readonly ContenderName[] = Object.keys(CONTENDERS) as ContenderName[];

/**
 * Returns a pass that inflates and deflates every batch. @throws Error unless every frame changed, which proves that
 * the work was done
 */
export function passOf(name: ContenderName, batches: readonly Uint32Array[]): () => void {
  const apply = CONTENDERS[name]();
  return () => {
    let changed = 0;
    for (const give of [true, false]) for (const batch of batches) changed += apply(batch, give);
    if (changed !== 2 * STREAM)
      throw new Error(`${name}: expected ${2 * STREAM} frames to change, got ${changed}`);
  };
}

function accounting(): Apply {
  const tracker = new PageTracker(FRAMES);
  return (batch, give) => (give ? tracker.inflate(batch) : tracker.deflate(batch)).changed;
}

function withRuns(): Apply {
  const tracker = new PageTracker(FRAMES);
  return (batch, give) => {
    tracker.staging(batch.byteLength).set(new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength));
    return (give ? tracker.inflateStaged(batch.length) : tracker.deflateStaged(batch.length)).changed;
  };
}

/** The obvious implementation: one bit for each frame, one PFN after the other. */
function naive(): Apply {
  const words = new Uint32Array(FRAMES / 32);
  return (pfns, give) => {
    let changed = 0;
    for (const pfn of pfns) {
      if (pfn >= FRAMES) continue;
      const bit = 1 << (pfn & 31);
      const word = words[pfn >>> 5]!;
      if (((word & bit) !== 0) === give) continue;
      words[pfn >>> 5] = word ^ bit;
      changed++;
    }
    return changed;
  };
}
