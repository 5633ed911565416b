import fc from "fast-check";
import { MAX_FRAMES } from "../../src/tracker/index.ts";

/** The number of frames that a fresh tracker's memory has bits for: the first PFN above makes it grow. */
export const BACKED_AT_FIRST = 524_224;

/** Sizes at the edges: of a word, of the first memory, of the number range. */
export const frameCounts: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1, 2, 15, 16, 17, 63, 64, 65, 2 ** 16, 2 ** 20) },
  { weight: 4, arbitrary: fc.constantFrom(-1, 0, 1, 64).map((d) => BACKED_AT_FIRST + d) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5000 }) },
  // Less often, because listing the runs of a bitmap of 512 MiB takes 0.1 s.
  { weight: 1, arbitrary: fc.constantFrom(2 ** 31, MAX_FRAMES - 1, MAX_FRAMES) },
);

/** A PFN that a guest may name; most are in range, and many are near an edge. */
export function pfns(frames: number): fc.Arbitrary<number> {
  const near = (edge: number) => fc.integer({ min: -80, max: 80 }).map((d) => (edge + d) >>> 0);
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: Math.min(frames, 2000) }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: frames - 1 }) },
    { weight: 2, arbitrary: near(frames) },
    { weight: 1, arbitrary: near(BACKED_AT_FIRST) },
    { weight: 1, arbitrary: near(0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
  );
}

/** PFNs with a constant step, wrapping past 2^32: +-1 are runs, 0 is duplicates, others look like runs but are not. */
function steady(frames: number, maxLength: number): fc.Arbitrary<number[]> {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(1, -1) },
    fc.constantFrom(0, 2, -2, 256, 257, 2 ** 31),
  );
  return fc
    .tuple(pfns(frames), fc.integer({ min: 1, max: maxLength }), step)
    .map(([first, length, by]) => Array.from({ length }, (_, i) => (first + i * by) >>> 0));
}

/** Up and down around one place: runs that share frames, and turns. */
function zigzag(frames: number): fc.Arbitrary<number[]> {
  const moves = fc.array(fc.constantFrom(1, -1), { maxLength: 70 });
  return fc.tuple(pfns(frames), moves).map(([first, steps]) => {
    let pfn = first;
    return [first, ...steps.map((step) => (pfn = (pfn + step) >>> 0))];
  });
}

/** A batch as a guest might send it: from one contiguous run to noise, and mixtures of both. */
export function batches(frames: number): fc.Arbitrary<number[]> {
  const scattered = fc.array(pfns(frames), { maxLength: 150, size: "max" });
  const short = fc.array(steady(frames, 20), { maxLength: 25, size: "max" }).map((parts) => parts.flat());
  const mixed = fc
    .array(fc.oneof(scattered, steady(frames, 20), steady(frames, 300), zigzag(frames)), { maxLength: 5 })
    .map((parts) => parts.flat());
  return fc.oneof(steady(frames, 600), scattered, short, mixed);
}
