/** Ranges that are not within memory of `limit` frames: first, frames. */
export function badRanges(limit: number): [first: number, frames: number][] {
  return [
    [-1, 1],
    [-1, 2],
    [limit, 1],
    [limit - 1, 2],
    [0, limit + 1],
    [limit + 5, 1],
    [0, 0],
    [limit, 0],
    [1, -1],
    [limit, -1],
    [0.5, 1],
    [0, 1.5],
    [0, 0.5],
    [NaN, 1],
    [0, NaN],
    [Infinity, 1],
    [-Infinity, 1],
    [0, Infinity],
    [2 ** 20, 1],
    [2 ** 32, 1],
    [-(2 ** 32), 2 ** 32 + 1],
    [0, 2 ** 32 + 1],
    [2 ** 52, 1],
    [Number.MAX_SAFE_INTEGER, 1],
    [1, Number.MAX_SAFE_INTEGER],
    [Number.MAX_VALUE, 1],
    [Number.MIN_VALUE, 1],
    ["0", 1],
    [0, "1"],
    [undefined, 1],
    [0, undefined],
    [null, 1],
    [0n, 1n],
    [{}, 1],
    [Symbol("frame"), 1],
  ] as [number, number][];
}

/** Values that do not name a frame of memory of `limit` frames. */
export function badFrames(limit: number): number[] {
  const odd = ["0", undefined, null, 0n, {}] as unknown as number[];
  return [-1, limit, limit + 5, 0.5, NaN, Infinity, -Infinity, 2 ** 32, Number.MAX_SAFE_INTEGER, ...odd];
}
