import { KernelPeer } from "../peers/kernel.js";
import { accounting } from "./accounting.js";
import { fresh } from "./fresh.js";
import { FRAMES } from "./patterns.js";

/** Copies every batch to where the kernel reads, as often as a pass does. */
const copies = (peer, batches) => () => {
  for (const batch of batches) peer.memory.views.pfns.set(batch);
  for (const batch of batches) peer.memory.views.pfns.set(batch);
  return peer.memory.views.pfns[0];
};

/**
 * The kernel as a contender, its PFNs already there. It reads them in one place only, so they have to be copied to it
 * batch by batch: what the copying takes is measured beside it and subtracted.
 */
export function kernel(batches) {
  const copy = fresh(copies)(new KernelPeer(FRAMES), batches);
  return {
    ...accounting("kernel", KernelPeer, batches),
    minus: { name: "copying", pass: copy, expect: batches.at(-1)[0] },
  };
}
