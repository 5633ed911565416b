import { accounting } from "../harness/accounting.js";
import { kernel } from "../harness/kernel.js";
import { PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { npmPeers } from "../peers/npm.js";
import { TrackerPeer } from "../peers/tracker.js";

const GOALS = {
  contiguous: { must: 20, aim: 30 },
  short: { must: 6, aim: 9 },
  random: { must: 3, aim: 4 },
};

const row = (form, pattern, ours, goals) => ({
  id: `npm-${form}/${pattern}`,
  unit: "PFN",
  units: 2 * STREAM,
  ...goals,
  contenders: async () => {
    const batches = batchesOf(pattern);
    const peers = await npmPeers();
    return {
      ours: ours(batches),
      peers: peers.map(([name, Peer]) => accounting(name, Peer, batches)),
    };
  },
});

/** Accounting against the bit sets of npm, which read their PFNs in place. The goals are for the kernel here too. */
export const rows = PATTERNS.flatMap((pattern) => [
  row("kernel", pattern, kernel, GOALS[pattern]),
  row("copied", pattern, (batches) => accounting("PageTracker", TrackerPeer, batches)),
]);
