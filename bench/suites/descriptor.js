import { unpinnedHost } from "../../dist/entries/trace.js";
import { attachBalloon } from "../../dist/entries/v86.js";
import { Feature, featureSet } from "../../dist/entries/index.js";
import { MockDriver } from "../../dist/entries/testing.js";
import { fresh } from "../harness/fresh.js";
import { BATCH, PATTERNS, STREAM, batchesOf } from "../harness/patterns.js";
import { loadMachine, memoryOf } from "../harness/v86-machine.js";
import { V86Registers } from "../harness/v86-registers.js";

/** More than v86 can have would be needed for the frames of the other suites. */
const FRAMES = 2 ** 18;
/** What v86's own device offers at most. */
const RING = 32;

/** The others have no goal: v86's device does the same whatever the PFNs are, ours calls its host for every run. */
const GOALS = { contiguous: { must: 2, aim: 3.5 } };

/** The driver's work for one descriptor: one chain of one buffer, one kick. It wants no interrupts. */
const throughAndBack = (queues, buffers, ballooned) => () => {
  let most = 0;
  for (const queue of queues) {
    for (let i = 0; i < buffers.length; i++) {
      const head = i % queue.size;
      queue.writeDescriptor(head, buffers[i]);
      queue.offer(head);
      queue.kick();
    }
    most = Math.max(most, ballooned());
  }
  return most - ballooned();
};

/** Negotiates through the machine's I/O ports; `ballooned` says how many pages the device believes to have. */
function descriptors(name, emulator, own, ballooned, batches) {
  const memory = memoryOf(emulator);
  const driver = new MockDriver(new V86Registers(emulator, own), memory, 0x10000);
  const features = featureSet(Feature.VERSION_1, ...(own ? [] : [Feature.WILL_TELL_HOST]));
  if (!driver.negotiate(features)) throw new Error(`${name}: refused the features`);
  const queues = [driver.queue(0, RING), driver.queue(1, RING)];
  for (const queue of queues) queue.suppressInterrupts(true);
  driver.ready();
  const buffers = batches.map((batch) => {
    const address = driver.allocate(4 * batch.length);
    memory.bytes.set(new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength), address);
    return { address, bytes: 4 * batch.length };
  });
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
  return { name, pass: check, expect: STREAM };
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

/**
 * A whole descriptor of 256 PFNs, from the driver's write into the ring to its return in the used ring, between devices
 * in v86 machines: ours pops, copies, tracks, finds the changed runs and calls its host, which does nothing.
 */
export const rows = PATTERNS.map((pattern) => ({
  id: `descriptor/${pattern}`,
  unit: "descriptor",
  units: (2 * STREAM) / BATCH,
  ...GOALS[pattern],
  contenders: async () => {
    const batches = batchesOf(pattern, { frames: FRAMES });
    return { ours: await ourDevice(batches), peers: [await ownDevice(batches)] };
  },
}));
