import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { buffersOf, deviceInProcess, FRAMES, throughAndBack } from "../harness/device.js";
import { fresh } from "../harness/fresh.js";
import { batchesOf } from "../harness/patterns.js";
import { straightLoop } from "../peers/straight.js";

const GARBAGE_CHILD = fileURLToPath(new URL("../harness/garbage-child.js", import.meta.url));
/** So much memory for new objects that none is collected while they are counted. */
const UNCOLLECTED = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];
const SIZES = [1, 16, 256];
const BATCHES = 256;
const NOTIFICATIONS = 100_000;
const SAMPLES = 15;

function ours(batches) {
  const machine = deviceInProcess();
  const { device, queues } = machine;
  const pass = fresh(throughAndBack)(queues, buffersOf(machine, batches), () => device.pages.count);
  return { name: "ballonet", pass, expect: batches.length * batches[0].length };
}

const row = (size) => ({
  id: `route/${size}`,
  unit: "descriptor",
  units: 2 * BATCHES,
  percent: true,
  contenders: () => {
    const batches = batchesOf("contiguous", { size, frames: FRAMES }).slice(0, BATCHES);
    const peer = { name: "straight loop", pass: straightLoop(FRAMES, batches), expect: BATCHES * size };
    return { ours: ours(batches), peers: [peer] };
  },
});

/** A notification of a queue with no new chain. */
function emptyNotifications() {
  const { queues } = deviceInProcess();
  const nanoseconds = () => {
    const start = performance.now();
    for (let i = 0; i < NOTIFICATIONS; i++) queues[0].kick();
    return ((performance.now() - start) * 1e6) / NOTIFICATIONS;
  };
  nanoseconds();
  return Array.from({ length: SAMPLES }, nanoseconds);
}

async function garbage(size) {
  const child = fork(GARBAGE_CHILD, [String(size)], { execArgv: UNCOLLECTED });
  const [bytes] = await once(child, "message");
  await once(child, "exit");
  return bytes;
}

/**
 * A descriptor's whole route through a device in this process, the driver's side included: how much of the speed of the
 * least that must be done is left, and what the route leaves to the garbage collector.
 */
export const rows = [
  ...SIZES.map(row),
  { id: "route/empty-notification", unit: "ns", atMost: 25, values: emptyNotifications },
  ...SIZES.map((size) => ({
    id: `route/garbage-${size}`,
    unit: "bytes",
    atMost: 1,
    values: async () => [await garbage(size)],
  })),
];
