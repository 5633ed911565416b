import { StagedTracker, bytesOf } from "../peers/staged-tracker.js";
import { PROOF_FRAMES, checkAgreement } from "./agreement.js";
import { fresh } from "./fresh.js";
import { FRAMES, STREAM } from "./patterns.js";

/** Sends every batch in and out again, and reads its runs as a host would; adds frames and runs up. */
const trackerPass = (peer, batches) => {
  const { tracker } = peer;
  // The device uses one list again and again, too.
  const list = tracker.runs.clone();
  let seen = 0;
  const look = (runs) => {
    for (let i = 0; i < runs.length; i++) seen += runs.frames(i) + (runs.first(i) & 1);
  };
  return () => {
    seen = 0;
    let changed = 0;
    for (const { bytes, pfns } of batches) {
      changed += peer.inflate(pfns, bytes);
      look(tracker.copyRuns(list));
    }
    for (const { bytes, pfns } of batches) {
      changed += peer.deflate(pfns, bytes);
      look(tracker.copyRuns(list));
    }
    return changed + seen;
  };
};

const peerPass = (peer, batches) => {
  let seen = 0;
  const look = ({ pairs, length }) => {
    for (let i = 0; i < length; i++) seen += pairs[2 * i + 1] + (pairs[2 * i] & 1);
  };
  return () => {
    seen = 0;
    let changed = 0;
    for (const batch of batches) {
      changed += peer.inflate(batch);
      look(peer);
    }
    for (const batch of batches) {
      changed += peer.deflate(batch);
      look(peer);
    }
    return changed + seen;
  };
};

const copies = (peer, batches) => () => {
  for (const { bytes, pfns } of batches) peer.stage(pfns, bytes);
  for (const { bytes, pfns } of batches) peer.stage(pfns, bytes);
  return batches.length;
};

/** PFNs already staged: what copying them takes is measured beside it and subtracted. */
export function staged(batches, expect, hostPageFrames = 1) {
  const name = "PageTracker";
  const options = { hostPageFrames };
  const pairs = batches.map((pfns) => ({ bytes: bytesOf(pfns), pfns }));
  return {
    name,
    pass: fresh(trackerPass)(new StagedTracker(FRAMES, options), pairs),
    expect,
    prove: () => checkAgreement(name, new StagedTracker(PROOF_FRAMES, options), hostPageFrames),
    minus: { name: "copying", pass: fresh(copies)(new StagedTracker(FRAMES), pairs), expect: pairs.length },
  };
}

/** A peer that leaves runs as `pairs` and `length`. */
export function withRuns(name, Peer, batches, expect, hostPageFrames = 1) {
  return {
    name,
    pass: fresh(peerPass)(new Peer(FRAMES), batches),
    expect,
    prove: () => checkAgreement(name, new Peer(PROOF_FRAMES), hostPageFrames),
  };
}

/** What a pass returns: changed frames, and of every run the frames and whether its first frame is odd. */
export function expected(batches, model, hostPageFrames = 1) {
  let sum = 2 * STREAM;
  for (const kind of ["inflate", "deflate"]) {
    for (const batch of batches) {
      model[kind](batch);
      const runs = model.runs(hostPageFrames);
      for (let i = 0; i < runs.length; i += 2) sum += runs[i + 1] + (runs[i] & 1);
    }
  }
  return sum;
}
