import benny from "benny";
import { PageTracker } from "../dist/tracker/index.js";
import { BATCH, FRAMES, PATTERNS } from "./patterns.js";
import { RunDetectingBitmap } from "./peers/run-detecting.js";
import { UnrolledBitmap } from "./peers/unrolled.js";

// benny runs cases one after another: under load its ratios move by 30 %. Short suites, in turns, and the median.
const SUITES = 7;
const CASE_SECONDS = 0.4;

/** A pass inflates and deflates every batch of a pattern: 512 calls, so that benny's own 0.1 us do not show. */
const contenders = {
  "JS, 4x unrolled": (batches) => {
    const peer = new UnrolledBitmap(FRAMES);
    return () => {
      let changed = 0;
      for (const batch of batches) changed += peer.inflate(batch);
      for (const batch of batches) changed += peer.deflate(batch);
      return changed;
    };
  },
  "JS, run-detecting": (batches) => {
    const peer = new RunDetectingBitmap(FRAMES);
    return () => {
      let changed = 0;
      for (const batch of batches) changed += peer.inflate(batch);
      for (const batch of batches) changed += peer.deflate(batch);
      return changed;
    };
  },
  PageTracker: (batches) => {
    const tracker = new PageTracker(FRAMES);
    return () => {
      let changed = 0;
      for (const batch of batches) changed += tracker.inflate(batch).changed;
      for (const batch of batches) changed += tracker.deflate(batch).changed;
      return changed;
    };
  },
};

/** Keeps the work alive, and proves that everyone did it. */
function checked(name, pass, pfns) {
  return () => {
    const changed = pass();
    if (changed !== 2 * pfns)
      throw new Error(`${name}: expected ${2 * pfns} frames to change, got ${changed}`);
  };
}

/** Median nanoseconds per PFN of each contender, from one benny suite that runs them in the given order. */
async function measure(pattern, passes) {
  const cases = passes.map(([name, pass]) => benny.add(name, pass, { maxTime: CASE_SECONDS }));
  const silent = () => undefined;
  const { results } = await benny.suite(pattern, ...cases, benny.cycle(silent), benny.complete(silent));
  const pfns = 2 * BATCH * PATTERNS[pattern].length;
  return Object.fromEntries(results.map(({ name, details }) => [name, (details.median * 1e9) / pfns]));
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** One row per contender: median ns/PFN, and how many times faster the tracker is in the median suite. */
async function compare(pattern) {
  const batches = PATTERNS[pattern];
  const passes = Object.entries(contenders).map(([name, setUp]) => {
    return [name, checked(name, setUp(batches), BATCH * batches.length)];
  });
  const suites = [];
  for (let i = 0; i < SUITES; i++) {
    passes.push(passes.shift());
    suites.push(await measure(pattern, passes));
  }
  return Object.keys(contenders).map((name) => ({
    pattern,
    contender: name,
    "ns/PFN": median(suites.map((suite) => suite[name])).toFixed(2),
    "tracker is faster": `${median(suites.map((suite) => suite[name] / suite.PageTracker)).toFixed(2)}x`,
  }));
}

export async function benchTracker() {
  const rows = [];
  for (const pattern of Object.keys(PATTERNS)) rows.push(...(await compare(pattern)));
  console.log(
    `Accounting, batches of ${BATCH} PFNs on ${FRAMES} frames; the tracker copies each batch in first.`,
  );
  console.table(rows);
}
