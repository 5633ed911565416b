import { PROOF_FRAMES, checkAgreement } from "./agreement.js";
import { fresh } from "./fresh.js";
import { FRAMES } from "./patterns.js";

/** Inflates and deflates every batch. */
const throughAndBack = (peer, batches) => () => {
  let changed = 0;
  for (const batch of batches) changed += peer.inflate(batch);
  for (const batch of batches) changed += peer.deflate(batch);
  return changed;
};

/** A contender that does the accounting of a pattern's batches, all equally long, and proves that it can count. */
export function accounting(name, Peer, batches) {
  return {
    name,
    pass: fresh(throughAndBack)(new Peer(FRAMES), batches),
    expect: 2 * batches.length * batches[0].length,
    prove: () => checkAgreement(name, new Peer(PROOF_FRAMES)),
  };
}
