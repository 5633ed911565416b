import type { BatchResult } from "./batch-result.ts";
import { FEW, addFrame, removeFrame } from "./bits.ts";
import type { ChangedRuns } from "./changed-runs.ts";
import { checkBacked, checkPfns } from "./check.ts";
import type { EngineMemory } from "./engine-memory.ts";
import { OUT_OF_RANGE, UNBACKED } from "./engine.ts";
import { MAX_BATCH } from "./limits.ts";
import type { Staging } from "./staging.ts";

/** A batch result that can be written. */
export type Sum = { -readonly [count in keyof BatchResult]: number };

/**
 * Applies batches of PFNs. The code for inflate and deflate is separate, and so is that for arrays and staged batches:
 * V8 inlines a call of the engine only if it always goes to the same kernel.
 */
export class Batches {
  readonly #memory: EngineMemory;
  readonly #staging: Staging;
  readonly #changed: ChangedRuns;

  constructor(memory: EngineMemory, staging: Staging, changed: ChangedRuns) {
    this.#memory = memory;
    this.#staging = staging;
    this.#changed = changed;
  }

  inflate(pfns: Uint32Array): BatchResult {
    this.#begin(pfns);
    return pfns.length > FEW ? this.#inflateMany(pfns, 0, 0) : this.#inflateFew(pfns);
  }

  deflate(pfns: Uint32Array): BatchResult {
    this.#begin(pfns);
    return pfns.length > FEW ? this.#deflateMany(pfns, 0, 0) : this.#deflateFew(pfns);
  }

  /** Adds the first `pfns` staged PFNs. The caller has checked that they are staged. */
  inflateStaged(pfns: number, sum: Sum): BatchResult {
    const single = pfns === 1 ? this.#inflateFrame(sum) : undefined;
    if (single !== undefined) return single;
    const memory = this.#memory;
    this.#changed.found();
    const changed = memory.kernels.inflate(pfns);
    memory.count += changed;
    return resultOf(changed, pfns, sum, memory);
  }

  /** Removes the first `pfns` staged PFNs. The caller has checked that they are staged. */
  deflateStaged(pfns: number, sum: Sum): BatchResult {
    const single = pfns === 1 ? this.#deflateFrame(sum) : undefined;
    if (single !== undefined) return single;
    const memory = this.#memory;
    this.#changed.found();
    const changed = memory.kernels.deflate(pfns);
    memory.count -= changed;
    return resultOf(changed, pfns, sum, memory);
  }

  /** The same as {@link deflateStaged}, for a caller that does not need the runs, which takes less time. */
  deflateSilently(pfns: number, sum: Sum): BatchResult {
    const single = pfns === 1 ? this.#deflateFrame(sum) : undefined;
    if (single !== undefined) return single;
    const memory = this.#memory;
    this.#changed.none();
    const changed = memory.silent.deflate(pfns);
    memory.count -= changed;
    return resultOf(changed, pfns, sum, memory);
  }

  #begin(pfns: Uint32Array): void {
    this.#memory.checkLive();
    checkPfns(pfns);
    this.#staging.forget();
    this.#changed.none();
  }

  /** Adds PFNs one by one, as far as there is memory for their bits. */
  #inflateFew(pfns: Uint32Array): BatchResult {
    const { words, limit } = this.#memory.bitmap;
    let changed = 0;
    let i = 0;
    for (; i < pfns.length; i++) {
      const pfn = pfns[i]!;
      if (pfn >= limit) break;
      changed += addFrame(words, pfn);
    }
    this.#memory.count += changed;
    return i === pfns.length ? allInRange(newSum(), changed, i) : this.#inflateMany(pfns, i, changed);
  }

  /** Adds PFNs with the engine, from index `at` on. The PFNs before it have changed `changed` frames. */
  #inflateMany(pfns: Uint32Array, at: number, changed: number): BatchResult {
    const sum = allInRange(newSum(), changed, at);
    const { silent } = this.#memory;
    for (let from = at; from < pfns.length; from += MAX_BATCH) {
      const n = this.#staging.fill(pfns, from);
      const added = silent.inflate(n);
      this.#memory.count += added;
      sum.changed += added;
      if (added < n) addOthers(sum, n - added, this.#memory);
    }
    return sum;
  }

  #deflateFew(pfns: Uint32Array): BatchResult {
    const { words, limit } = this.#memory.bitmap;
    let changed = 0;
    let i = 0;
    for (; i < pfns.length; i++) {
      const pfn = pfns[i]!;
      if (pfn >= limit) break;
      changed += removeFrame(words, pfn);
    }
    this.#memory.count -= changed;
    return i === pfns.length ? allInRange(newSum(), changed, i) : this.#deflateMany(pfns, i, changed);
  }

  #deflateMany(pfns: Uint32Array, at: number, changed: number): BatchResult {
    const sum = allInRange(newSum(), changed, at);
    const { silent } = this.#memory;
    for (let from = at; from < pfns.length; from += MAX_BATCH) {
      const n = this.#staging.fill(pfns, from);
      const removed = silent.deflate(n);
      this.#memory.count -= removed;
      sum.changed += removed;
      if (removed < n) addOthers(sum, n - removed, this.#memory);
    }
    return sum;
  }

  /** Adds a staged batch of one PFN, if host pages are single frames and there is memory for its bit. */
  #inflateFrame(sum: Sum): BatchResult | undefined {
    const memory = this.#memory;
    const pfn = memory.views.pfns[0]!;
    const { words, limit } = memory.bitmap;
    if (pfn >= limit || memory.hostPageFrames !== 1) return undefined;
    const changed = addFrame(words, pfn);
    memory.count += changed;
    this.#changed.isFrame(pfn, changed);
    return allInRange(sum, changed, 1);
  }

  #deflateFrame(sum: Sum): BatchResult | undefined {
    const memory = this.#memory;
    const pfn = memory.views.pfns[0]!;
    const { words, limit } = memory.bitmap;
    if (pfn >= limit || memory.hostPageFrames !== 1) return undefined;
    const changed = removeFrame(words, pfn);
    memory.count -= changed;
    this.#changed.isFrame(pfn, changed);
    return allInRange(sum, changed, 1);
  }
}

/** A result of nothing yet. */
export function newSum(): Sum {
  return { changed: 0, redundant: 0, outOfRange: 0 };
}

/** Makes `sum` the result for `pfns` PFNs that are all in range. */
function allInRange(sum: Sum, changed: number, pfns: number): Sum {
  sum.changed = changed;
  sum.redundant = pfns - changed;
  sum.outOfRange = 0;
  return sum;
}

/** Makes `sum` the result of a staged batch of which the engine has changed `changed` frames. */
function resultOf(changed: number, pfns: number, sum: Sum, memory: EngineMemory): Sum {
  allInRange(sum, changed, changed);
  return changed === pfns ? sum : addOthers(sum, pfns - changed, memory);
}

/** Adds the `n` PFNs of a batch that changed nothing to `sum`. */
function addOthers(sum: Sum, n: number, { views: { results } }: EngineMemory): Sum {
  const outOfRange = results[OUT_OF_RANGE]!;
  const unbacked = results[UNBACKED]!;
  sum.outOfRange += outOfRange;
  sum.redundant += n - outOfRange - unbacked;
  checkBacked(unbacked);
  return sum;
}
