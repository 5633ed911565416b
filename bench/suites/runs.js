import { FRAMES, PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { expected, staged, withRuns } from "../harness/staged.js";
import { SetModel } from "../peers/set-model.js";
import { SortAndJoin } from "../peers/sort-and-join.js";

const GOALS = {
  contiguous: { must: 20, aim: 30 },
  short: { must: 10, aim: 16 },
  random: { must: 2.5, aim: 4 },
};

/** What a batch changed, as ascending runs: what a host is called with. */
export const rows = PATTERNS.map((pattern) => ({
  id: `runs/${pattern}`,
  unit: "PFN",
  units: 2 * STREAM,
  ...GOALS[pattern],
  contenders: () => {
    const batches = batchesOf(pattern);
    const expect = expected(batches, new SetModel(FRAMES));
    return {
      ours: staged(batches, expect),
      peers: [withRuns("JS, sort and join", SortAndJoin, batches, expect)],
    };
  },
}));
