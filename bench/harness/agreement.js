import { SetModel } from "../peers/set-model.js";
import { generator } from "./patterns.js";

/** The number of frames that a peer must have to be compared with the model. */
export const PROOF_FRAMES = 2000;
const BATCHES = 64;

/** Runs up and down, repeated frames, frames that do not exist: what a guest may send. */
function hostileBatch(random) {
  const pfns = [];
  while (pfns.length < 100) {
    const first = random(PROOF_FRAMES + 20);
    const step = random(3) - 1;
    for (let i = 0; i <= random(40); i++) pfns.push(first + i * step);
  }
  if (random(4) === 0) pfns.push(2 ** 32 - 1, 2 ** 31);
  return Uint32Array.from(pfns);
}

/**
 * Compares a peer with the simplest model, batch by batch.
 * @param {string} name
 * @param {{ inflate(pfns: Uint32Array): number, deflate(pfns: Uint32Array): number, outOfRange: number,
 *   runs?(): Iterable<number> }} peer over PROOF_FRAMES frames; what its `runs` says is compared if it has them
 * @param {number} [hostPageFrames] the number of frames that the runs are made of
 * @throws Error when it counts differently
 */
export function checkAgreement(name, peer, hostPageFrames = 1) {
  const random = generator();
  const model = new SetModel(PROOF_FRAMES);
  for (let i = 0; i < BATCHES; i++) {
    const kind = random(2) === 0 ? "inflate" : "deflate";
    const batch = hostileBatch(random);
    const got = [peer[kind](batch), peer.outOfRange, ...(peer.runs?.() ?? [])];
    const expected = [model[kind](batch), model.outOfRange, ...(peer.runs ? model.runs(hostPageFrames) : [])];
    if (String(got) === String(expected)) continue;
    throw new Error(`${name}: ${kind} ${i}: expected [changed, out of range, runs] ${expected}, got ${got}`);
  }
}
