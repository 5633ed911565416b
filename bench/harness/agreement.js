import { SetModel } from "../peers/set-model.js";
import { generator } from "./patterns.js";

const FRAMES = 2000;
const BATCHES = 64;

/** Runs up and down, repeated frames, frames that do not exist: what a guest may send. */
function hostileBatch(random) {
  const pfns = [];
  while (pfns.length < 100) {
    const first = random(FRAMES + 20);
    const step = random(3) - 1;
    for (let i = 0; i <= random(40); i++) pfns.push(first + i * step);
  }
  if (random(4) === 0) pfns.push(2 ** 32 - 1, 2 ** 31);
  return Uint32Array.from(pfns);
}

/**
 * Holds an accounting peer against the plainest model, batch by batch.
 * @param {string} name
 * @param {new (frames: number) => { inflate(pfns: Uint32Array): number, deflate(pfns: Uint32Array): number, outOfRange: number }} Peer
 * @throws Error when it counts otherwise
 */
export function checkAccounting(name, Peer) {
  const random = generator();
  const peer = new Peer(FRAMES);
  const model = new SetModel(FRAMES);
  for (let i = 0; i < BATCHES; i++) {
    const kind = random(2) === 0 ? "inflate" : "deflate";
    const batch = hostileBatch(random);
    const got = [peer[kind](batch), peer.outOfRange];
    const expected = [model[kind](batch), model.outOfRange];
    if (String(got) === String(expected)) continue;
    throw new Error(`${name}: ${kind} ${i}: expected [changed, out of range] ${expected}, got ${got}`);
  }
}
