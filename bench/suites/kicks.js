import {
  Balloon,
  Feature,
  FRAME_BYTES,
  guestMemory,
  MAX_BATCH,
  ZeroingHost,
  featureSet,
} from "../../dist/entries/index.js";
import { MockDriver } from "../../dist/entries/testing.js";
import { ModernBar } from "../../dist/entries/virtio.js";

const BYTES = 512 * 2 ** 20;
/** Rings, tables and PFN arrays lie below it; the frames that the guest gives lie above it. */
const GIVEN = 4 * 2 ** 20;
const FIRST = GIVEN / FRAME_BYTES;
const GIVEN_FRAMES = (BYTES - GIVEN) / FRAME_BYTES;
const MACHINES = 9;
const INDIRECT = 4;
/** What one chain may name at most. */
const CHAIN_BYTES = 2 ** 32;

const FEATURES = featureSet(
  Feature.VERSION_1,
  Feature.RING_INDIRECT_DESC,
  Feature.RING_RESET,
  Feature.WILL_TELL_HOST,
  Feature.STATS_VQ,
  Feature.FREE_PAGE_HINT,
  Feature.PAGE_REPORTING,
);

/** The longest chains of PFNs: the frames are one run, or each frame is a separate run. */
const ORDERS = {
  contiguous: Uint32Array.from({ length: MAX_BATCH }, (_, i) => FIRST + i),
  scattered: Uint32Array.from({ length: MAX_BATCH }, (_, i) => FIRST + ((i * 7919) % GIVEN_FRAMES)),
};

/** A device and the driver-side queues of a guest, all five of them. */
function machine({ touched }) {
  const ram = new Uint8Array(BYTES);
  if (touched) ram.fill(0x5a, GIVEN);
  const memory = guestMemory(() => ram);
  const device = new Balloon({
    memory,
    host: new ZeroingHost(memory),
    interrupt: { raise() {}, lower() {} },
    freePageReporting: true,
    // It never fires: leftover work is not part of the kick.
    timer: () => () => {},
  });
  const driver = new MockDriver(new ModernBar(device), memory, 0x10000);
  if (!driver.negotiate(FEATURES)) throw new Error("the device refused the features");
  const [inflate, deflate, stats, hint, report] = [0, 1, 2, 3, 4].map((index) => driver.queue(index));
  driver.ready();
  return { memory, device, driver, queues: { inflate, deflate, stats, hint, report } };
}

/** Makes one chain available in every slot of a queue: the same chain, because a guest may repeat itself. */
function fill(queue, buffer, flags = 0) {
  for (let head = 0; head < queue.size; head++) {
    queue.poke(queue.descriptors + 16 * head, buffer, undefined, flags);
    queue.offer(head);
  }
}

function fillWithPfns({ memory, driver }, queue, pfns) {
  const buffer = { address: driver.allocate(pfns.byteLength), bytes: pfns.byteLength };
  memory.bytes.set(new Uint8Array(pfns.buffer), buffer.address);
  fill(queue, buffer);
}

/** A table that names all given memory again and again. */
function fillWithPages({ driver }, queue) {
  const buffer = { address: GIVEN, bytes: BYTES - GIVEN, writable: true };
  const buffers = Math.floor(CHAIN_BYTES / buffer.bytes);
  const table = { address: driver.allocate(16 * buffers), bytes: 16 * buffers };
  for (let i = 0; i < buffers; i++)
    queue.poke(table.address + 16 * i, buffer, i === buffers - 1 ? undefined : i + 1);
  fill(queue, table, INDIRECT);
}

function millisecondsOf(queue) {
  const start = performance.now();
  queue.kick();
  return performance.now() - start;
}

/** Each makes a full queue of the worst chains that a guest can send, and kicks it once. */
const KICKS = {
  inflate(memory, order) {
    const at = machine(memory);
    fillWithPfns(at, at.queues.inflate, ORDERS[order]);
    return millisecondsOf(at.queues.inflate);
  },
  deflate(memory, order) {
    const at = machine(memory);
    fillWithPfns(at, at.queues.inflate, ORDERS[order]);
    at.queues.inflate.kick();
    // A queue that waits for its timer would make the deflate wait as well.
    at.driver.resetQueue(0);
    fillWithPfns(at, at.queues.deflate, ORDERS[order]);
    return millisecondsOf(at.queues.deflate);
  },
  stats(memory) {
    const at = machine(memory);
    fill(at.queues.stats, { address: GIVEN, bytes: BYTES - GIVEN });
    return millisecondsOf(at.queues.stats);
  },
  hint(memory) {
    const at = machine(memory);
    at.device.requestFreePages();
    const id = at.driver.allocate(4);
    at.memory.write32(id, at.driver.readConfig(8));
    at.queues.hint.add({ address: id, bytes: 4 });
    at.queues.hint.kick();
    fillWithPages(at, at.queues.hint);
    return millisecondsOf(at.queues.hint);
  },
  report(memory) {
    const at = machine(memory);
    fillWithPages(at, at.queues.report);
    return millisecondsOf(at.queues.report);
  },
};

/** The quickest third: others' work on a shared core only ever makes a kick longer. */
function valuesOf(kick, ...given) {
  const values = Array.from({ length: MACHINES }, () => kick(...given));
  return values.toSorted((a, b) => a - b).slice(0, MACHINES / 3);
}

/** The longest time that a guest can keep the host busy with one notification. */
const BOUND = 100;

function row(role, name, memory, atMost, order) {
  return {
    id: `kick/${role}-${name}`,
    unit: "ms",
    atMost,
    values: () => valuesOf(KICKS[role], memory, order),
  };
}

const UNTOUCHED = { touched: false };
const TOUCHED = { touched: true };

/**
 * Worst kicks of a guest of 512 MiB. Memory that nobody has touched is slow to look at, since the host's kernel has to map
 * it: scattered frames of it cost one page fault each, which no budget between chains can bound.
 */
export const rows = [
  row("inflate", "touched", TOUCHED, BOUND, "contiguous"),
  row("inflate", "touched-scattered", TOUCHED, BOUND, "scattered"),
  row("inflate", "untouched", UNTOUCHED, BOUND, "contiguous"),
  row("inflate", "untouched-scattered", UNTOUCHED, BOUND, "scattered"),
  row("deflate", "contiguous", TOUCHED, BOUND, "contiguous"),
  row("deflate", "scattered", TOUCHED, BOUND, "scattered"),
  row("stats", "longest", TOUCHED, BOUND),
  row("hint", "touched", TOUCHED, BOUND),
  row("hint", "untouched", UNTOUCHED, BOUND),
  row("report", "touched", TOUCHED, BOUND),
  row("report", "untouched", UNTOUCHED, BOUND),
];
