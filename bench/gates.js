/**
 * The limits of `--check` for rows that do not reach their goal, or not every time: three quarters or more of what they
 * reach on the processors that docs/performance.md names. Beside each limit: what was measured, and the goal. Rows
 * without a goal have a limit as well, so that they do not get worse unnoticed.
 */
export const GATES = {
  // Reading PFNs in place, as the hand-written JavaScript does, takes nearly as long as tracking a run.
  "accounting-copied/contiguous": 2.6, // 3.6 to 4.5
  "accounting-copied/short": 3.2, // 4.1 to 4.4
  "accounting-copied/random": 1.4, // 1.9 to 2.2
  "accounting-kernel/random": 1.4, // 1.85 to 2.0 of 1.9
  // Peers in a separate process, which have seen no odd PFN, are faster than peers that share one.
  "npm-kernel/contiguous": 16, // 19 to 23 of 20
  "npm-copied/contiguous": 8, // 10 to 12
  "npm-kernel/short": 5.5, // 8.3 to 9.2 of 6
  "npm-copied/short": 4.4, // 5.7
  "npm-kernel/random": 2.3, // 3.1 to 4.4 of 3
  "npm-copied/random": 2.4, // 3.2
  "native/contiguous": 0.32, // 38 to 64 % of 60 %: V8 compiles the same kernel slower in some processes
  "runs/short": 7.3, // 9.8 to 13 of 10
  "runs/random": 1.5, // 2.05 to 3.2 of 2.5
  "runs-detected/contiguous": 4.4, // 5.9 to 7.1
  "runs-detected/short": 4.3, // 5.7 to 7.8
  "runs-detected/random": 4.7, // 6.3 to 7.0
  // The checks and the result add to the cost of the PFNs.
  "small-contiguous/1": 0.48, // 0.62 to 0.79
  "small-contiguous/2": 0.5, // 0.63 to 0.79
  "small-contiguous/4": 0.34, // 0.46 to 0.81: batches of few PFNs have no code of their own
  "small-contiguous/8": 0.35, // 0.47 to 0.94
  "small-contiguous/16": 0.58, // 0.74 to 0.83
  "small-random/1": 0.48, // 0.62 to 0.79
  "small-random/2": 0.5, // 0.64 to 0.81
  "small-random/4": 0.35, // 0.48 to 0.77
  "small-random/8": 0.4, // 0.54 to 1.7
  "small-random/16": 0.6, // 0.78 to 0.95
  "small-random/32": 0.9, // 1.3 to 1.4
  "host-pages/contiguous": 9.6, // 13 to 16 of 12
  "host-pages/short": 4.3, // 5.8 to 6.7 of 5
  "descriptor/contiguous": 1.7, // 2.0 to 2.8 of 2.5: v86's own differs most between processes
  // JavaScript that looks for runs; with one PFN a batch, as nine of ten under pressure, there is little to look for.
  "trace-detected/inflate": 1.7, // 2.3 to 2.5
  "trace-detected/smallsteps": 1.6, // 2.2
  "trace-detected/pressure": 1, // 1.1 to 1.7 of 1.5
  "trace-detected/hint": 1.7, // 2.3 to 2.4
  // Ours counts what changed and makes runs of it; the peers do not.
  "range/2^20": 0.95, // 1.15 to 1.26 of 1
  "range/2^28": 0.95, // 1.15 to 1.26 of 1
  // Compressed bitmaps hold runs, so they need not look at bits.
  "range-roaring/2^20": 0.9, // 1.45 to 2.35 of 1
  "range-roaring/2^28": 0.9, // 1.45 to 2.35 of 1
  "query-count-roaring/2^20": 0.035, // 0.05
  "query-count-roaring/2^28": 0.003, // 0.005
  "query-encode-roaring/2^20": 0.09, // 0.12 to 0.19
  "query-encode-roaring/2^28": 0.015, // 0.02 to 0.03
  "query-decode-roaring/2^20": 0.12, // 0.13 to 0.18
  "query-decode-roaring/2^28": 0.045, // 0.06 to 0.07
  "query-runs-roaring/2^28": 0.2, // 0.27 to 0.29
  // A copy of 128 KiB, against finding the runs in it and putting them back.
  "query-encode/2^20": 0.38, // 0.52 to 0.65
  "query-decode/2^20": 0.3, // 0.40 to 0.71
  // Every tracker has its own memory, and the caches have no room for all of them.
  "scale-trackers/10": 0.6, // 78 to 86 % of 80 %
  "scale-trackers/100": 0.37, // 49 to 57 %
  "scale-trackers/1000": 0.24, // 31 to 46 %
  // A few steps, some of which V8 compiles into one another in some processes only.
  "route/empty-notification": 35, // 18 to 33 ns of 25
  // Guests run for milliseconds at a time, longer than the calm moments of a shared core.
  "in-guest/tracking": 0.74, // 0.87 to 1.07 of 0.95
  // Writing 4 KiB takes as long as half of what the guest does for a frame.
  "in-guest/tracking-and-zeroing": 0.42, // 0.54 to 0.62 of 0.8
  // One page fault of the kernel for each of 65,536 frames is half of it.
  "kick/inflate-untouched": 150, // 73 to 116 of 100
  "kick/inflate-untouched-scattered": 200, // 97 to 148 of 100
  // Compiling JavaScript, nearly all of it.
  "footprint/import-to-first-inflate": 8, // 3.6 to 6.2 ms of 5 ms, by how busy the machine is
  "footprint/import-of-all-to-first-inflate": 18, // 7 to 13 ms
};
