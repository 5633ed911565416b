import { unpinnedHost } from "../../dist/entries/trace.js";
import { attachBalloon } from "../../dist/entries/v86.js";
import { Feature, featureSet } from "../../dist/entries/index.js";
import { MockDriver } from "../../dist/entries/testing.js";
import { buffersOf, FRAMES, throughAndBack } from "../harness/device.js";
import { fresh } from "../harness/fresh.js";
import { BATCH, PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { loadMachine, memoryOf } from "../harness/v86-machine.js";
import { V86Registers } from "../harness/v86-registers.js";

/** What v86's own device offers at most. */
const RING = 32;

/** The others have no goal: v86's device does the same whatever the PFNs are, ours calls its host for every run. */
const GOALS = { contiguous: { must: 2.5, aim: 3.5 } };
/** Nine of ten batches are of this size when a guest is short of memory. */
const SINGLE = { size: 1, frames: FRAMES };
const SINGLES = 4096;

/** Negotiates through the machine's I/O ports; `ballooned` says how many pages the device believes to have. */
function descriptors(name, emulator, own, ballooned, batches) {
  const memory = memoryOf(emulator);
  const driver = new MockDriver(new V86Registers(emulator, own), memory, 0x10000);
  const features = featureSet(Feature.VERSION_1, ...(own ? [] : [Feature.WILL_TELL_HOST]));
  if (!driver.negotiate(features)) throw new Error(`${name}: refused the features`);
  const queues = [driver.queue(0, RING), driver.queue(1, RING)];
  for (const queue of queues) queue.suppressInterrupts(true);
  driver.ready();
  const buffers = buffersOf({ driver, memory }, batches);
  const pass = fresh(throughAndBack)(queues, buffers, ballooned);
  const check = () => {
    const before = queues.map((queue) => queue.usedIndex);
    const most = pass();
    for (const [i, queue] of queues.entries()) {
      const returned = (queue.usedIndex - before[i]) & 0xffff;
      if (returned !== buffers.length) throw new Error(`${name}: returned ${returned} descriptors`);
    }
    return most;
  };
  return { name, pass: check, expect: batches.length * batches[0].length };
}

/** v86's own: it copies the PFNs, counts them, and looks at none. */
async function ownDevice(batches) {
  const emulator = await loadMachine({ memory_size: 4096 * FRAMES, virtio_balloon: true });
  const device = emulator.v86.cpu.devices.virtio_balloon;
  return descriptors("v86's own", emulator, true, () => device.actual, batches);
}

async function ourDevice(batches) {
  const emulator = await loadMachine({ memory_size: 4096 * FRAMES });
  const balloon = attachBalloon(emulator, { host: unpinnedHost });
  return descriptors("ballonet in v86", emulator, false, () => balloon.device.pages.count, batches);
}

const row = (id, units, goals, batches) => ({
  id: `descriptor/${id}`,
  unit: "descriptor",
  units,
  ...goals,
  contenders: async () => {
    const made = batches();
    return { ours: await ourDevice(made), peers: [await ownDevice(made)] };
  },
});

/**
 * A whole descriptor, from the driver's write into the ring to its return in the used ring, between devices in v86
 * machines: ours pops, copies, tracks, finds the changed runs and calls its host, which does nothing. It has 256 PFNs,
 * or a single one.
 */
export const rows = [
  ...PATTERNS.map((pattern) =>
    row(pattern, (2 * STREAM) / BATCH, GOALS[pattern], () => batchesOf(pattern, { frames: FRAMES })),
  ),
  row("single", 2 * SINGLES, { must: 1, aim: 1.5 }, () => batchesOf("contiguous", SINGLE).slice(0, SINGLES)),
];
