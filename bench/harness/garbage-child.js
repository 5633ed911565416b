// Sends how many bytes a descriptor leaves to the garbage collector, on average; argv says how many PFNs it has. They are
// always in the same place, where Linux has them: long batches elsewhere need a new view each.
import { buffersOf, deviceInProcess, FRAMES, throughAndBack } from "./device.js";
import { batchesOf } from "./patterns.js";

const PASSES = 100_000;
/** So that V8 has compiled everything. */
const WARM_UP = 5;

const machine = deviceInProcess();
const [batch] = batchesOf("contiguous", { size: Number(process.argv[2]), frames: FRAMES });
const pass = throughAndBack(machine.queues, buffersOf(machine, [batch]), () => machine.device.pages.count);
const passes = () => {
  for (let i = 0; i < PASSES; i++) pass();
};
for (let i = 0; i < WARM_UP; i++) passes();
globalThis.gc();
const before = process.memoryUsage().heapUsed;
passes();
process.send((process.memoryUsage().heapUsed - before) / (PASSES * 2));
