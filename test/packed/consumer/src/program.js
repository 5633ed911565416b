// A user's program that uses only the package, the same in every runtime, bundle, page and worker. It returns plain
// data; harness/expected.ts computes in another way what that must be.
import { Balloon, Feature, guestMemory, PageTracker, ZeroingHost, featureSet, negotiate } from "ballonet";
import { MockDriver } from "ballonet/testing";
import { decodeTrace, encodeTrace } from "ballonet/trace";
import { attachBalloon } from "ballonet/v86";
import { ModernBar } from "ballonet/virtio";

export async function run() {
  await PageTracker.prepare();
  return { negotiation: outcome(), balloon: drive(), tracker: track(), trace: record(), v86: attach() };
}

function outcome() {
  const offered = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
  const { result, lockPolicy } = negotiate({ silentDeflate: "never", offered, accepted: offered });
  return `${result}, lock policy ${lockPolicy}`;
}

/** A device, driven through its registers and rings as by a guest: gives three frames, takes one back. */
function drive() {
  const ram = new Uint8Array(4 * 1024 * 1024).fill(0xa5);
  const memory = guestMemory(() => ram);
  const interrupt = { raise: () => undefined, lower: () => undefined };
  const balloon = new Balloon({ memory, interrupt, host: new ZeroingHost(memory) });
  const driver = new MockDriver(new ModernBar(balloon), memory, 0x1000);
  driver.negotiate(featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST));
  const [inflateQueue, deflateQueue] = [driver.queue(0), driver.queue(1)];
  driver.ready();
  send(driver, inflateQueue, [500, 501, 502]);
  send(driver, deflateQueue, [501]);
  const { accepted, batches, faults } = balloon.counters();
  const zeros = ram.subarray(499 * 4096, 504 * 4096).reduce((sum, byte) => sum + (byte === 0), 0);
  return { accepted, batches, faults, ballooned: [...balloon.pages.allRuns()], zeros };
}

function send(driver, queue, pfns) {
  const bytes = 4 * pfns.length;
  const address = driver.allocate(bytes);
  pfns.forEach((pfn, i) => driver.memory.write32(address + 4 * i, pfn));
  queue.add({ address, bytes });
  queue.kick();
}

/** Scattered batches with repeated PFNs and PFNs out of range, then ranges. */
function track() {
  const tracker = new PageTracker(8192);
  const scattered = Uint32Array.from({ length: 12000 }, (_, i) => (i * 7919) % 9001);
  const inflated = { ...tracker.inflate(scattered) };
  const deflated = { ...tracker.deflate(scattered.filter((_, i) => i % 3 === 0)) };
  const ranges = [tracker.inflateRange(100, 5000), tracker.deflateRange(4000, 4000)];
  return { inflated, deflated, ranges, count: tracker.count, runs: [...tracker.allRuns()] };
}

function record() {
  const bytes = encodeTrace({
    guestFrames: 1024,
    records: [{ kind: "inflate", timeUs: 7, pfns: Uint32Array.of(3, 1, 2) }],
  });
  const { guestFrames, records } = decodeTrace(bytes);
  return { guestFrames, pfns: [...records[0].pfns] };
}

/** There is no v86 here. The entry must report that, which shows that it is there. */
function attach() {
  try {
    return attachBalloon({});
  } catch (error) {
    return error.name;
  }
}
