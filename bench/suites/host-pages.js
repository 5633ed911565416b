import { FRAMES, PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { expected, staged, withRuns } from "../harness/staged.js";
import { HostGroups } from "../peers/host-groups.js";
import { SetModel } from "../peers/set-model.js";

const HOST_PAGE_FRAMES = 16;

const GOALS = {
  contiguous: { must: 12, aim: 15 },
  short: { must: 5, aim: 6 },
  random: { must: 1.9, aim: 2.3 },
};

/** Hosts with pages of 64 KiB: which of them a batch made wholly free, or took something from. */
export const rows = PATTERNS.map((pattern) => ({
  id: `host-pages/${pattern}`,
  unit: "PFN",
  units: 2 * STREAM,
  ...GOALS[pattern],
  contenders: () => {
    const batches = batchesOf(pattern);
    const expect = expected(batches, new SetModel(FRAMES), HOST_PAGE_FRAMES);
    return {
      ours: staged(batches, expect, HOST_PAGE_FRAMES),
      peers: [withRuns("JS, 16-bit groups", HostGroups, batches, expect, HOST_PAGE_FRAMES)],
    };
  },
}));
