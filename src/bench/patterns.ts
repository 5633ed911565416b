/** PFN streams, cut into batches. No PFN occurs twice, so inflating and then deflating a stream restores the set. */

export const FRAMES: number = 2 ** 20;
/** PFNs in a batch, as many as Linux sends at once. */
export const BATCH = 256;
const BATCHES = 256;

/** PFNs in a stream. */
export const STREAM: number = BATCH * BATCHES;

/**
 * A seeded xorshift32, so that every run measures the same PFNs. Returns a function that draws an integer below
 * `limit`.
 */
export function generator(seed = 0x9e3779b9): (limit: number) => number {
  return (limit) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % limit;
  };
}

function shuffled(length: number, random: (limit: number) => number): Uint32Array {
  const numbers = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const other = random(i + 1);
    [numbers[i], numbers[other]] = [numbers[other]!, numbers[i]!];
  }
  return numbers;
}

/** One descending run: a fresh guest whose allocator splits large blocks from the top. */
function contiguous(frames: number): Uint32Array {
  return Uint32Array.from({ length: STREAM }, (_, i) => frames / 2 - i);
}

/** Runs of 2 to 15 frames, ascending and descending, all over memory. */
function short(frames: number): Uint32Array {
  const random = generator();
  const pfns: number[] = [];
  for (const slot of shuffled(frames / 16, random)) {
    const run = Array.from({ length: 2 + random(14) }, (_, i) => 16 * slot + i);
    pfns.push(...(random(2) ? run : run.reverse()));
    if (pfns.length >= STREAM) break;
  }
  return Uint32Array.from(pfns);
}

export type Pattern = "contiguous" | "short" | "random";

const STREAMS: Readonly<Record<Pattern, (frames: number) => Uint32Array>> = {
  contiguous,
  short,
  random: (frames) => shuffled(frames, generator()),
};

/** The names of the patterns. */
export const PATTERNS: readonly Pattern[] = Object.keys(STREAMS) as Pattern[];

/** Returns the stream of a pattern over `frames` frames, cut into batches of `size` PFNs that share one buffer. */
export function batchesOf(
  pattern: Pattern,
  { size = BATCH, frames = FRAMES }: { size?: number; frames?: number } = {},
): Uint32Array[] {
  const stream = STREAMS[pattern](frames).slice(0, STREAM);
  return Array.from({ length: STREAM / size }, (_, i) => stream.subarray(i * size, (i + 1) * size));
}
