import benny from "benny";
import { BalloonDevice, Feature, featureSet } from "../dist/index.js";
import { GuestMemory, MockDriver, ModernBar } from "../dist/virtio/index.js";
import { BATCH, FRAMES, PATTERNS } from "./patterns.js";

const SUITES = 5;
const CASE_SECONDS = 0.4;
/** All frames of the patterns; only rings and batches are touched, the rest costs nothing. */
const MEMORY_BYTES = 4096 * FRAMES;
const RING = 128;

/** A host that has nothing to do, so that only the device is measured. */
const idleHost = { pinned: false, unlock: () => undefined, lock: () => undefined, discard: () => undefined };

/** A device with a polite driver; returns what sends every batch in and out again, one descriptor a kick. */
function ringPass(batches) {
  const ram = new Uint8Array(MEMORY_BYTES);
  const memory = new GuestMemory(() => ram);
  const interrupt = { raise: () => undefined, lower: () => undefined };
  const device = new BalloonDevice({ memory, interrupt, host: idleHost });
  const driver = new MockDriver(new ModernBar(device.virtio), memory, 0x1000);
  if (!driver.negotiate(featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST))) throw new Error("refused");
  const queues = [driver.queue(0, RING), driver.queue(1, RING)];
  driver.ready();
  const buffers = batches.map((batch) => {
    const address = driver.allocate(4 * batch.length);
    new Uint32Array(ram.buffer, address, batch.length).set(batch);
    return { address, bytes: 4 * batch.length };
  });
  return () => {
    for (const queue of queues) {
      for (const buffer of buffers) {
        queue.add(buffer);
        queue.kick();
      }
    }
    if (device.held.count !== 0) throw new Error(`${device.held.count} frames are still held`);
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Median nanoseconds of one descriptor: the driver's writes, pop, tracking with runs, policy, used ring. */
async function measure(pattern, pass) {
  const silent = () => undefined;
  const run = benny.add(pattern, pass, { maxTime: CASE_SECONDS });
  const { results } = await benny.suite(pattern, run, benny.cycle(silent), benny.complete(silent));
  return (results[0].details.median * 1e9) / (2 * PATTERNS[pattern].length);
}

export async function benchDevice() {
  const rows = [];
  for (const [pattern, batches] of Object.entries(PATTERNS)) {
    const pass = ringPass(batches);
    const times = [];
    for (let i = 0; i < SUITES; i++) times.push(await measure(pattern, pass));
    rows.push({
      pattern,
      "ns/descriptor": median(times).toFixed(0),
      "ns/PFN": (median(times) / BATCH).toFixed(2),
    });
  }
  console.log(`A whole descriptor of ${BATCH} PFNs through the ring, with the mock driver's side of it.`);
  console.table(rows);
}
