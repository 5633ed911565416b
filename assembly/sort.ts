import { HISTOGRAM, KEYS, RUNS, SCRATCH } from "./layout";
import { countSmaller } from "./primitives";

/** Above this many runs a radix sort wins over the rank sort, whose work is quadratic. */
const RANK_LIMIT: u32 = 64;

/** Sorts the runs from RUNS to `end` (at least two) by first frame. No two begin at the same frame. */
export function sortRuns(end: usize): void {
  const first = load<u32>(RUNS);
  let previous = first;
  let ascending: u32 = 1;
  let descending: u32 = 1;
  let varying: u32 = 0;
  for (let run = RUNS + 8; run < end; run += 8) {
    const key = load<u32>(run);
    ascending &= u32(key > previous);
    descending &= u32(key < previous);
    varying |= key ^ first;
    previous = key;
  }
  if (ascending) return;
  const runs = <u32>((end - RUNS) >>> 3);
  if (descending) reverse(end);
  else if (runs <= RANK_LIMIT) rankSort(runs);
  else radixSort(runs, varying);
}

/** Linux inflates in descending order as often as not: its buddy allocator splits blocks from the top. */
function reverse(end: usize): void {
  for (let low = RUNS, high = end - 8; low < high; low += 8, high -= 8) {
    const run = load<u64>(low);
    store<u64>(low, load<u64>(high));
    store<u64>(high, run);
  }
}

/**
 * Counts, four keys at a time, how many keys are smaller: that is the place of the run. No branch depends on the
 * data, which made random batches of 32 twice as fast as with an insertion sort.
 */
function rankSort(runs: u32): void {
  const keysEnd = writeKeys(runs);
  for (let i: u32 = 0; i < runs; i++) {
    const place = countSmaller(KEYS + (<usize>i << 2), KEYS, keysEnd);
    store<u64>(SCRATCH + (<usize>place << 3), load<u64>(RUNS + (<usize>i << 3)));
  }
  memory.copy(RUNS, SCRATCH, <usize>runs << 3);
}

/** Copies the first frames to KEYS, biased because vectors compare as signed, and pads with the largest key. */
function writeKeys(runs: u32): usize {
  const end = KEYS + (<usize>((runs + 3) & ~3) << 2);
  store<u64>(end - 16, 0x7fffffff7fffffff);
  store<u64>(end - 8, 0x7fffffff7fffffff);
  for (let i: u32 = 0; i < runs; i++) {
    store<u32>(KEYS + (<usize>i << 2), load<u32>(RUNS + (<usize>i << 3)) ^ 0x80000000);
  }
  return end;
}

/** Least significant digit first, over the bits in which keys differ. */
function radixSort(runs: u32, varying: u32): void {
  const bytes = <usize>runs << 3;
  // Few runs do not pay for clearing and summing many counters.
  const digit: u32 = runs <= 512 ? 7 : runs <= 2048 ? 8 : 11;
  const width: u32 = 32 - <u32>clz<u32>(varying);
  let from = RUNS;
  let to = SCRATCH;
  for (let shift: u32 = 0; shift < width; shift += digit) {
    countDigits(from, from + bytes, shift, digit);
    placeDigits(to, digit);
    scatter(from, from + bytes, shift, digit);
    const other = from;
    from = to;
    to = other;
  }
  if (from != RUNS) memory.copy(RUNS, from, bytes);
}

// @ts-ignore: decorator
@inline
function bucket(key: u32, shift: u32, digit: u32): usize {
  return HISTOGRAM + (<usize>((key >>> shift) & ((1 << digit) - 1)) << 2);
}

/** Leaves in each counter the bytes its bucket takes. */
function countDigits(run: usize, end: usize, shift: u32, digit: u32): void {
  memory.fill(HISTOGRAM, 0, <usize>4 << digit);
  for (; run < end; run += 8) {
    const counter = bucket(load<u32>(run), shift, digit);
    store<u32>(counter, load<u32>(counter) + 8);
  }
}

/** Turns the sizes into the addresses where the buckets begin. */
function placeDigits(to: usize, digit: u32): void {
  const end = HISTOGRAM + (<usize>4 << digit);
  let address = <u32>to;
  for (let counter = HISTOGRAM; counter < end; counter += 4) {
    const bytes = load<u32>(counter);
    store<u32>(counter, address);
    address += bytes;
  }
}

function scatter(run: usize, end: usize, shift: u32, digit: u32): void {
  for (; run < end; run += 8) {
    const value = load<u64>(run);
    const counter = bucket(<u32>value, shift, digit);
    const address = load<u32>(counter);
    store<u64>(address, value);
    store<u32>(counter, address + 8);
  }
}
