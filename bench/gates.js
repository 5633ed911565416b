/**
 * What `--check` asks of rows that do not reach their goal: a little less than they do reach, on the slower of the two
 * machines that were tried. Beside each what was measured, and its goal; rows without a goal have a gate here as well,
 * so that what they show does not get worse unseen.
 */
export const GATES = {
  // Reading PFNs in place, as the hand-written JavaScript does, takes nearly as long as tracking a run.
  "accounting-copied/contiguous": 2.6, // 3.5
  "accounting-copied/short": 2.1, // 2.8
  "accounting-copied/random": 1.2, // 1.5 to 2.1
  // Peers in a process of their own, that have seen no odd PFN, are a third faster than in company.
  "accounting-kernel/short": 2.8, // 3.7 to 4.1 of 4.5
  "accounting-kernel/random": 1.4, // 1.8 to 2.1 of 1.9
  "npm-kernel/contiguous": 15, // 20 to 23 of 20
  "npm-copied/contiguous": 8, // 11 to 14
  "npm-kernel/short": 4.6, // 6.1 to 8.3 of 9
  "npm-copied/short": 3.4, // 4.5 to 4.9
  "npm-kernel/random": 2.2, // 2.9 to 3.3 of 4
  "npm-copied/random": 1.9, // 2.5 to 2.8
  "native/contiguous": 0.28, // 38 to 64 % of 50 %: V8 compiles the same kernel slower in some processes
  "runs/short": 5.4, // 7.2 to 9.6 of 10
  "runs/random": 1.9, // 2.5 to 3.3 of 2.5
  "runs-detected/contiguous": 3.6, // 4.9 to 6.7
  "runs-detected/short": 3.4, // 4.6 to 5.1
  "runs-detected/random": 3.9, // 5.3 to 5.6
  // The checks and the result come on top of the first PFN, and from 16 on the call and the copy.
  "small-contiguous/1": 0.45, // 0.60 to 0.75 of 1
  "small-contiguous/2": 0.52, // 0.72 of 1
  "small-contiguous/4": 0.5, // 0.70 of 1
  "small-contiguous/8": 0.52, // 0.73 of 1
  "small-contiguous/16": 0.6, // 0.84 to 0.91 of 1
  "small-random/1": 0.5, // 0.71 to 0.77 of 1
  "small-random/2": 0.52, // 0.73 of 1
  "small-random/4": 0.5, // 0.72 to 1.1 of 1
  "small-random/8": 0.54, // 0.76 of 1
  "small-random/16": 0.54, // 0.76 of 1
  "small-random/32": 0.8, // 1.1 to 1.3 of 1
  "host-pages/contiguous": 7.2, // 9.6 to 11 of 12
  "host-pages/short": 3.1, // 4.2 to 4.9 of 5
  "host-pages/random": 1.5, // 1.9 to 2.1 of 1.9
  "descriptor/contiguous": 1.3, // 1.8 to 2.1 of 2: what v86's own takes differs most between processes
  // JavaScript that looks for runs; with one PFN a batch, as nine of ten under pressure, there is little to look for.
  "trace-detected/inflate": 1.7, // 2.2 to 2.5
  "trace-detected/smallsteps": 1.5, // 2.0 to 2.1
  "trace-detected/pressure": 0.8, // 1.0 to 1.2
  "trace-detected/hint": 1.7, // 2.3 to 2.4
  // Ours counts what changed and makes runs of it; they do not.
  "range/2^20": 0.34, // 0.43 to 0.56 of 5
  "range/2^28": 0.34, // 0.43 to 0.47 of 5
  // Compressed bitmaps hold runs, so they need not look at bits.
  "range-roaring/2^20": 0.5, // 0.62 to 1.3 of 5
  "range-roaring/2^28": 0.6, // 0.75 to 1.0 of 5
  "query-count-roaring/2^20": 0.04, // 0.06 of 5
  "query-count-roaring/2^28": 0.003, // 0.005 of 5
  "query-encode-roaring/2^20": 0.09, // 0.13 to 0.29 of 5
  "query-encode-roaring/2^28": 0.02, // 0.03 of 5
  "query-decode-roaring/2^20": 0.12, // 0.15 to 0.17 of 5
  "query-decode-roaring/2^28": 0.05, // 0.07 to 0.33 of 5
  "query-runs-roaring/2^28": 0.2, // 0.27 to 0.29 of 5
  // A copy of 128 KiB, against finding the runs in it and putting them back.
  "query-encode/2^20": 0.37, // 0.49 to 1.1 of 5
  "query-decode/2^20": 0.36, // 0.45 to 0.66 of 5
  // Every tracker has memory of its own, which the caches cannot all hold.
  "scale-trackers/10": 0.59, // 74 to 89 % of 80 %
  "scale-trackers/100": 0.34, // 43 to 52 % of 80 %
  "scale-trackers/1000": 0.21, // 26 to 35 % of 80 %
  // Guests run for milliseconds at a time, longer than the calm moments of a shared core.
  "in-guest/tracking": 0.8, // 0.89 to 1.01 of 0.95
  // Compiling JavaScript, nearly all of it.
  "footprint/import-of-all-to-first-inflate": 15, // 8 to 9.4 ms
};
