import { RESULT_SLOTS, type Engine } from "./engine.ts";

/** The fixed areas of an engine's memory. */
interface Views {
  readonly bytes: Uint8Array;
  /** The staging area. */
  readonly pfns: Uint32Array;
  /** The run area: [first, frames] pairs. */
  readonly runs: Uint32Array;
  readonly results: Uint32Array;
  /** The bitmap, as far as there is memory behind it: bit f & 31 of word f >>> 5 is frame f. */
  readonly bitmap: Int32Array;
  /** Frames the engine takes to be in it. */
  readonly backed: number;
}

/** The kernels that leave runs: of frames, or of host pages. */
type Kernels = Pick<Engine, "inflateRange" | "deflateRange"> & Pick<Engine, "inflate" | "deflate">;

/** An engine with views of its memory that are never stale: growing the memory detaches all views at once. */
export class EngineMemory {
  readonly engine: Engine;
  readonly kernels: Kernels;
  #views: Views;

  constructor(engine: Engine, hostPageFrames = 1) {
    this.engine = engine;
    this.kernels = hostPageFrames === 1 ? frameKernels(engine) : pageKernels(engine, hostPageFrames);
    this.#views = viewsOf(engine);
  }

  /** Read anew after every call that may set frames. */
  get views(): Views {
    // A detached array has length 0: cheaper to ask than whether `memory.buffer` is still the same.
    if (this.#views.results.length === 0) this.#views = viewsOf(this.engine);
    return this.#views;
  }
}

function frameKernels({ inflateRuns, deflateRuns, inflateRange, deflateRange }: Engine): Kernels {
  return { inflate: inflateRuns, deflate: deflateRuns, inflateRange, deflateRange };
}

function pageKernels(engine: Engine, hostPageFrames: number): Kernels {
  engine.setPageFrames(hostPageFrames);
  const { inflatePages, deflatePages, inflateRangePages, deflateRangePages } = engine;
  return {
    inflate: inflatePages,
    deflate: deflatePages,
    inflateRange: inflateRangePages,
    deflateRange: deflateRangePages,
  };
}

function viewsOf({
  memory: { buffer },
  MAX_BATCH,
  STAGING,
  RUNS,
  RESULTS,
  BITMAP,
  BITMAP_SLACK,
}: Engine): Views {
  return {
    bytes: new Uint8Array(buffer, STAGING.value, 4 * MAX_BATCH.value),
    pfns: new Uint32Array(buffer, STAGING.value, MAX_BATCH.value),
    runs: new Uint32Array(buffer, RUNS.value, 2 * MAX_BATCH.value),
    results: new Uint32Array(buffer, RESULTS.value, RESULT_SLOTS),
    bitmap: new Int32Array(buffer, BITMAP.value),
    backed: 8 * (buffer.byteLength - BITMAP.value - BITMAP_SLACK.value),
  };
}
