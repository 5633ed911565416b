import { Balloon } from "../balloon/index.ts";
import { FRAME_BYTES, guestMemory } from "../memory/index.ts";
import { Feature, featureSet } from "../negotiation/index.ts";
import { PageTracker } from "../tracker/index.ts";
import { unpinnedHost } from "../trace/index.ts";
import { MockDriver, ModernBar } from "../virtio/index.ts";
import { FRAMES, STREAM } from "./patterns.ts";

/** Puts a batch into the balloon or takes it out. Returns the number of frames that changed. */
type Apply = (batch: Uint32Array, give: boolean) => number;

export type ContenderName = "naive JS bitmap" | "tracker" | "tracker with runs" | "device";

/**
 * The contenders. The tracker with runs does more work than the bitmap, because a host needs the runs. The device does
 * all of the work for a batch but the host's: rings, PFNs, tracker, acknowledgement.
 */
const CONTENDERS: Readonly<Record<ContenderName, (batches: readonly Uint32Array[]) => Apply>> = {
  "naive JS bitmap": naive,
  tracker: accounting,
  "tracker with runs": withRuns,
  device: throughRings,
};

export const CONTENDER_NAMES: readonly ContenderName[] = Object.keys(CONTENDERS) as ContenderName[];

/**
 * Returns a pass that inflates and deflates every batch. @throws Error unless every frame changed, which proves that
 * the work was done
 */
export function passOf(name: ContenderName, batches: readonly Uint32Array[]): () => void {
  const apply = CONTENDERS[name](batches);
  return () => {
    let changed = 0;
    for (const give of [true, false]) for (const batch of batches) changed += apply(batch, give);
    if (changed !== 2 * STREAM)
      throw new Error(`${name}: expected ${2 * STREAM} frames to change, got ${changed}`);
  };
}

function accounting(): Apply {
  const tracker = new PageTracker(FRAMES);
  return (batch, give) => (give ? tracker.inflate(batch) : tracker.deflate(batch)).changed;
}

function withRuns(): Apply {
  const tracker = new PageTracker(FRAMES);
  return (batch, give) => {
    tracker.staging(batch.byteLength).set(new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength));
    return (give ? tracker.inflateStaged(batch.length) : tracker.deflateStaged(batch.length)).changed;
  };
}

/** A driver gives each batch to a device as one chain. The batches are in guest memory before that. */
function throughRings(batches: readonly Uint32Array[]): Apply {
  // Only the rings and the batches are touched, so the rest costs address space and no memory.
  const ram = new Uint8Array(FRAMES * FRAME_BYTES);
  const memory = guestMemory(() => ram);
  const interrupt = { raise: () => undefined, lower: () => undefined };
  const device = new Balloon({ memory, host: unpinnedHost, interrupt });
  const driver = new MockDriver(new ModernBar(device), memory, 0);
  driver.negotiate(featureSet(Feature.WILL_TELL_HOST, Feature.VERSION_1));
  const [inflate, deflate] = [driver.queue(0), driver.queue(1)];
  const buffers = new Map(
    batches.map((batch) => {
      const address = driver.allocate(batch.byteLength);
      ram.set(new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength), address);
      return [batch, { address, bytes: batch.byteLength }];
    }),
  );
  driver.ready();
  return (batch, give) => {
    const before = device.pages.count;
    const queue = give ? inflate : deflate;
    queue.add(buffers.get(batch)!);
    queue.kick();
    queue.used();
    return Math.abs(device.pages.count - before);
  };
}

/** The obvious implementation: one bit for each frame, one PFN after the other. */
function naive(): Apply {
  const words = new Uint32Array(FRAMES / 32);
  return (pfns, give) => {
    let changed = 0;
    for (const pfn of pfns) {
      if (pfn >= FRAMES) continue;
      const bit = 1 << (pfn & 31);
      const word = words[pfn >>> 5]!;
      if (((word & bit) !== 0) === give) continue;
      words[pfn >>> 5] = word ^ bit;
      changed++;
    }
    return changed;
  };
}
