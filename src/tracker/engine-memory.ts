import { RESULT_SLOTS, type Engine } from "./engine.ts";

/** Views of the fixed areas of an engine's memory. */
interface Views {
  readonly bytes: Uint8Array;
  /** The staging area. */
  readonly pfns: Uint32Array;
  /** The run area: [first, frames] pairs. */
  readonly runs: Uint32Array;
  readonly results: Uint32Array;
}

/** The part of the bitmap that has memory: frame f is bit f & 31 of word f >>> 5. */
export interface Bitmap {
  readonly words: Int32Array;
  /** The frames below this one have memory for their bit. */
  readonly limit: number;
}

type BatchKernels = Pick<Engine, "inflate" | "deflate">;
/** The kernels that leave runs, either of frames or of host pages. */
type Kernels = Pick<Engine, "inflateRange" | "deflateRange"> & BatchKernels;

/**
 * A set of frames: an engine, the number of frames in its set, and views of its memory. The views are never stale,
 * although every growth of the memory detaches all views. After `dispose`, access to the views or the engine throws.
 */
export class EngineMemory {
  readonly frames: number;
  readonly hostPageFrames: number;
  /** Frames in the set. */
  count = 0;
  /**
   * The kernels that leave no runs. They are copies of the exports, because looking one up takes V8 as long as tracking
   * 16 PFNs.
   */
  silent: BatchKernels;
  kernels: Kernels;
  /** Called before a scan overwrites the run area. An owner of runs in it must copy them now. */
  keepRuns: () => void = () => undefined;
  #engine: Engine | undefined;
  #views: Views;
  #bitmap: Bitmap;

  /** Wraps a new engine and sets it up for `frames` frames. */
  constructor(engine: Engine, frames: number, hostPageFrames = 1) {
    engine.init(frames);
    this.frames = frames;
    this.hostPageFrames = hostPageFrames;
    this.silent = { inflate: engine.inflate, deflate: engine.deflate };
    this.kernels = hostPageFrames === 1 ? frameKernels(engine) : pageKernels(engine, hostPageFrames);
    this.#engine = engine;
    this.#views = viewsOf(engine);
    this.#bitmap = bitmapOf(engine, frames);
  }

  get engine(): Engine {
    return this.#engine ?? usedAfterDispose();
  }

  // A detached array has length 0. This test is cheaper than checking whether `memory.buffer` is still the same.
  /** Read this again after every call that may set frames. The same is true of the bitmap. */
  get views(): Views {
    if (this.#views.results.length === 0) this.#refresh();
    return this.#views;
  }

  get bitmap(): Bitmap {
    if (this.#bitmap.words.length === 0) this.#refresh();
    return this.#bitmap;
  }

  get disposed(): boolean {
    return this.#engine === undefined;
  }

  /** For methods that use neither `views` nor `engine`, which make the same check. @throws Error after `dispose` */
  checkLive(): void {
    if (this.#engine === undefined) usedAfterDispose();
  }

  /** Drops the reference to the engine. */
  dispose(): void {
    this.#engine = undefined;
    this.#views = NO_VIEWS;
    this.#bitmap = NO_BITMAP;
    this.silent = NO_KERNELS;
    this.kernels = NO_KERNELS;
  }

  #refresh(): void {
    this.#views = viewsOf(this.engine);
    this.#bitmap = bitmapOf(this.engine, this.frames);
  }
}

const NONE = new Uint32Array(0);
const NO_VIEWS: Views = { bytes: new Uint8Array(0), pfns: NONE, runs: NONE, results: NONE };
const NO_BITMAP: Bitmap = { words: new Int32Array(0), limit: 0 };
const NO_KERNELS: Kernels = {
  inflate: usedAfterDispose,
  deflate: usedAfterDispose,
  inflateRange: usedAfterDispose,
  deflateRange: usedAfterDispose,
};

function usedAfterDispose(): never {
  throw new Error("PageTracker: used after dispose");
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
