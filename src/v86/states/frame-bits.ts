import { Runs } from "../../tracker/index.ts";

/** One bit for each frame, the first frame in the lowest bit. v86 calls this a Bitmap. */
export function bitsOf(runs: Runs, frames: number): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array((frames + 7) >> 3);
  for (const [first, count] of runs) setBits(bits, first, first + count);
  return bits;
}

function setBits(bits: Uint8Array, first: number, end: number): void {
  let at = first;
  for (; at < end && at % 8 !== 0; at++) bits[at >> 3]! |= 1 << (at & 7);
  bits.fill(0xff, at >> 3, Math.max(at, end) >> 3);
  for (at = Math.max(at, end & ~7); at < end; at++) bits[at >> 3]! |= 1 << (at & 7);
}

/** The runs of set bits among the first `frames`, ascending. */
export function runsOf(bits: Uint8Array, frames: number): Runs {
  const runs = new Runs();
  for (let at = 0; at < frames;) {
    const first = nextBit(bits, at, frames, 1);
    at = nextBit(bits, first, frames, 0);
    if (at > first) runs.push(first, at - first);
  }
  return runs;
}

/** The first bit at or after `at` that is `wanted`, or `end`. */
function nextBit(bits: Uint8Array, at: number, end: number, wanted: 0 | 1): number {
  const none = wanted === 1 ? 0 : 0xff;
  while (at < end) {
    if (at % 8 === 0 && bits[at >> 3] === none) at += 8;
    else if (((bits[at >> 3]! >> (at & 7)) & 1) === wanted) return at;
    else at++;
  }
  return end;
}
