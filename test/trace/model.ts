import type { HostCall, HostMemory } from "../../src/host/index.ts";
import { isBatch } from "../../src/trace/index.ts";
import type { BatchRecord, Trace } from "../../src/trace/index.ts";

export interface ExpectedBatch {
  readonly changed: number;
  readonly redundant: number;
  readonly outOfRange: number;
  readonly balloonedFrames: number;
}

/** What a trace must do, computed with a Set of numbers and none of our code. */
export interface Expected {
  readonly batches: readonly ExpectedBatch[];
  /** Host calls when memory is pinned, and hints and reports are not sent. */
  readonly pinned: readonly HostCall[];
  /** Host calls when it is not pinned, and they are sent. */
  readonly unpinned: readonly HostCall[];
  readonly ballooned: readonly number[];
}

/** The maximal runs of some frames as [first, frames]. */
function runsOf(frames: Iterable<number>): [number, number][] {
  const left = new Set(frames);
  return [...left]
    .filter((frame) => !left.has(frame - 1))
    .sort((a, b) => a - b)
    .map((first) => {
      let end = first;
      while (left.has(end)) end++;
      return [first, end - first];
    });
}

function callsOn(call: HostCall["call"], runs: readonly [number, number][]): HostCall[] {
  return runs.map(([first, frames]) => ({ call, first, frames }));
}

function pairs(words: Uint32Array): [number, number][] {
  return Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i]!, words[2 * i + 1]!]);
}

export class NaiveBalloon {
  readonly ballooned: Set<number> = new Set<number>();
  readonly #guestFrames: number;

  constructor(guestFrames: number) {
    this.#guestFrames = guestFrames;
  }

  /** Applies one batch; returns its counts and the frames that changed hands. */
  apply({ kind, pfns }: BatchRecord): { counts: ExpectedBatch; changed: number[] } {
    const changed: number[] = [];
    let outOfRange = 0;
    for (const pfn of pfns) {
      if (pfn >= this.#guestFrames) outOfRange++;
      else if (this.ballooned.has(pfn) !== (kind === "inflate")) {
        changed.push(pfn);
        if (kind === "inflate") this.ballooned.add(pfn);
        else this.ballooned.delete(pfn);
      }
    }
    const redundant = pfns.length - changed.length - outOfRange;
    return {
      counts: { changed: changed.length, redundant, outOfRange, balloonedFrames: this.ballooned.size },
      changed,
    };
  }
}

/** Ranges of hints and reports must be inside the guest and are whole frames already. */
export function expectedOf({ guestFrames, records }: Trace): Expected {
  const balloon = new NaiveBalloon(guestFrames);
  // Taken back before they are given: they must have been ballooned.
  const named = new Set<number>();
  for (const record of records.filter(isBatch)) {
    for (const pfn of record.pfns) {
      if (record.kind === "deflate" && pfn < guestFrames && !named.has(pfn)) balloon.ballooned.add(pfn);
      named.add(pfn);
    }
  }
  const batches: ExpectedBatch[] = [];
  const pinned: HostCall[] = callsOn("unlock", runsOf(balloon.ballooned));
  const unpinned: HostCall[] = [];
  for (const record of records) {
    if (!isBatch(record)) {
      unpinned.push(...callsOn("discard", pairs(record.ranges)));
      continue;
    }
    const { counts, changed } = balloon.apply(record);
    batches.push(counts);
    const runs = runsOf(changed);
    if (record.kind === "deflate") pinned.push(...callsOn("lock", runs));
    else {
      pinned.push(...callsOn("unlock", runs), ...callsOn("discard", runs));
      unpinned.push(...callsOn("discard", runs));
    }
  }
  return { batches, pinned, unpinned, ballooned: runsOf(balloon.ballooned).flat() };
}

/** A host that locks nothing and records its calls. */
export class UnpinnedRecorder implements HostMemory {
  readonly pinned = false;
  readonly calls: HostCall[] = [];

  unlock(first: number, frames: number): undefined {
    this.calls.push({ call: "unlock", first, frames });
  }

  lock(first: number, frames: number): undefined {
    this.calls.push({ call: "lock", first, frames });
  }

  discard(first: number, frames: number): undefined {
    this.calls.push({ call: "discard", first, frames });
  }
}
