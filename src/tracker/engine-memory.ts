import { RESULT_SLOTS, type Engine } from "./engine.ts";

/** The fixed areas of an engine's memory. */
interface Views {
  readonly bytes: Uint8Array;
  /** The staging area. */
  readonly pfns: Uint32Array;
  /** The run area: [first, frames] pairs. */
  readonly runs: Uint32Array;
  readonly results: Uint32Array;
}

/** The bitmap, as far as there is memory behind it: bit f & 31 of word f >>> 5 is frame f. */
export interface Bitmap {
  readonly words: Int32Array;
  /** Frames of the tracker below this one have memory behind their bit. */
  readonly limit: number;
}

type BatchKernels = Pick<Engine, "inflate" | "deflate">;
/** The kernels that leave runs: of frames, or of host pages. */
type Kernels = Pick<Engine, "inflateRange" | "deflateRange"> & BatchKernels;

/** An engine with views of its memory that are never stale: growing the memory detaches all views at once. */
export class EngineMemory {
  readonly engine: Engine;
  /** The kernels that leave no runs. Copies of exports: finding one takes V8 as long as tracking 16 PFNs. */
  readonly silent: BatchKernels;
  readonly kernels: Kernels;
  readonly #frames: number;
  #views: Views;
  #bitmap: Bitmap;

  /** For a new engine, which it makes cover `frames` frames. */
  constructor(engine: Engine, frames: number, hostPageFrames = 1) {
    engine.init(frames);
    this.engine = engine;
    this.silent = { inflate: engine.inflate, deflate: engine.deflate };
    this.kernels = hostPageFrames === 1 ? frameKernels(engine) : pageKernels(engine, hostPageFrames);
    this.#frames = frames;
    this.#views = viewsOf(engine);
    this.#bitmap = bitmapOf(engine, frames);
  }

  /** Read anew after every call that may set frames. */
  get views(): Views {
    // A detached array has length 0: cheaper to ask than whether `memory.buffer` is still the same.
    if (this.#views.results.length === 0) this.#refresh();
    return this.#views;
  }

  /** Not stale either, as long as `views` are read after every call that may set frames. */
  get bitmap(): Bitmap {
    return this.#bitmap;
  }

  #refresh(): void {
    this.#views = viewsOf(this.engine);
    this.#bitmap = bitmapOf(this.engine, this.#frames);
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

function viewsOf({ memory: { buffer }, MAX_BATCH, STAGING, RUNS, RESULTS }: Engine): Views {
  return {
    bytes: new Uint8Array(buffer, STAGING.value, 4 * MAX_BATCH.value),
    pfns: new Uint32Array(buffer, STAGING.value, MAX_BATCH.value),
    runs: new Uint32Array(buffer, RUNS.value, 2 * MAX_BATCH.value),
    results: new Uint32Array(buffer, RESULTS.value, RESULT_SLOTS),
  };
}

function bitmapOf({ memory: { buffer }, BITMAP, BITMAP_SLACK }: Engine, frames: number): Bitmap {
  const backed = 8 * (buffer.byteLength - BITMAP.value - BITMAP_SLACK.value);
  return { words: new Int32Array(buffer, BITMAP.value), limit: Math.min(frames, backed) };
}
