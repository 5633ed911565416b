import { PROOF_FRAMES, checkAgreement } from "../harness/agreement.js";
import { kernel } from "../harness/kernel.js";
import { BATCH, FRAMES, PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { Native } from "../peers/native.js";

const GOALS = {
  contiguous: { must: 0.6, aim: 0.8 },
  short: { must: 0.66, aim: 0.85 },
  random: { must: 0.75, aim: 0.9 },
};

/** Every kernel may try every pattern; the copying is subtracted from C as it is from ours. */
function kernelsOfC(batches) {
  const native = new Native();
  native.load(FRAMES, new Uint32Array(batches[0].buffer, 0, STREAM));
  const copying = { name: "copying in C", pass: () => native.copy(BATCH), expect: batches.at(-1)[0] };
  return native.passes(BATCH).map(([name, pass]) => ({
    name,
    pass,
    expect: 2 * STREAM,
    minus: copying,
    prove: () => checkAgreement(name, native.peer(name, PROOF_FRAMES)),
  }));
}

/** Accounting against C compiled for this machine: the share of its speed. The call into Wasm is ours to pay. */
export const rows = PATTERNS.map((pattern) => ({
  id: `native/${pattern}`,
  unit: "PFN",
  units: 2 * STREAM,
  percent: true,
  ...GOALS[pattern],
  contenders: () => {
    const batches = batchesOf(pattern);
    return { ours: kernel(batches), peers: kernelsOfC(batches) };
  },
}));
