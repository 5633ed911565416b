import { FRAMES, PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { expected, staged, withRuns } from "../harness/staged.js";
import { DetectAndJoin } from "../peers/detect-and-join.js";
import { SetModel } from "../peers/set-model.js";
import { SortAndJoin } from "../peers/sort-and-join.js";

const GOALS = {
  contiguous: { must: 20, aim: 30 },
  short: { must: 10, aim: 16 },
  random: { must: 2.5, aim: 4 },
};

const row = (id, pattern, peer, goals) => ({
  id: `${id}/${pattern}`,
  unit: "PFN",
  units: 2 * STREAM,
  ...goals,
  contenders: () => {
    const batches = batchesOf(pattern);
    const expect = expected(batches, new SetModel(FRAMES));
    return { ours: staged(batches, expect), peers: [withRuns(...peer, batches, expect)] };
  },
});

/**
 * What a batch changed, as ascending runs: what a host is called with. The goals are for JavaScript that sorts, which is
 * as fast whatever the order; JavaScript that looks for runs is shown beside it.
 */
export const rows = PATTERNS.flatMap((pattern) => [
  row("runs", pattern, ["JS, sort and join", SortAndJoin], GOALS[pattern]),
  row("runs-detected", pattern, ["JS, detect and join", DetectAndJoin]),
]);
