import { PageTracker } from "../../dist/entries/index.js";
import { fresh } from "../harness/fresh.js";
import { BATCH, STREAM } from "../harness/patterns.js";

/** 2^32 - 1 is the most there can be. */
const SIZES = { "2^16": 2 ** 16, "2^24": 2 ** 24, "2^28": 2 ** 28, "2^32-1": 2 ** 32 - 1 };
const GUESTS = [10, 100, 1000];
/** More trackers than this have no goal: the caches do not hold all of them. */
const FEW = 10;
const USUAL = 2 ** 20;

/** Each tracker in turn gets a batch; then each gives it back. */
const inTurn = (trackers, batches) => () => {
  let changed = 0;
  for (let i = 0; i < batches.length; i++)
    changed += trackers[i % trackers.length].inflate(batches[i]).changed;
  for (let i = 0; i < batches.length; i++)
    changed += trackers[i % trackers.length].deflate(batches[i]).changed;
  return changed;
};

/** The same amount of work at the top of memory, spread over the trackers. */
function contender(name, trackers, frames) {
  const batches = Array.from({ length: STREAM / BATCH }, (_, i) =>
    Uint32Array.from({ length: BATCH }, (_, k) => frames - 1 - i * BATCH - k),
  );
  const all = Array.from({ length: trackers }, () => new PageTracker(frames));
  return { name, pass: fresh(inTurn)(all, batches), expect: 2 * STREAM };
}

/** A tenth slower is within what cannot be told apart. */
const row = (id, trackers, frames, goals = { must: 0.8, aim: 0.9 }) => ({
  id: `scale-${id}`,
  unit: "PFN",
  units: 2 * STREAM,
  percent: true,
  ...goals,
  contenders: () => ({
    ours: contender(id, trackers, frames),
    peers: [contender("one tracker of 2^20 frames", 1, USUAL)],
  }),
});

/** Speed compared with that of one tracker of 2^20 frames: it should not depend on how large or how many they are. */
export const rows = [
  ...Object.entries(SIZES).map(([name, frames]) => row(`frames/${name}`, 1, frames)),
  ...GUESTS.map((trackers) => row(`trackers/${trackers}`, trackers, USUAL, trackers > FEW ? {} : undefined)),
];
