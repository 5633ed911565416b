import type { FeatureSet } from "../../negotiation/index.ts";
import { isQueueSize, Status } from "../../virtio/index.ts";
import type { QueueState, VirtioDeviceState } from "../../virtio/index.ts";
import { queuesAreChosen } from "../../virtio/virtio-device.ts";
import type { BalloonState } from "./balloon-state.ts";
import { QUEUE_COUNT, queueSlots } from "../queues/queue-map.ts";
import type { QueueRole } from "../queues/queue.ts";
import type { QueueSlot } from "../queues/queue-map.ts";

/**
 * Checks what must be true of the queues of any device: numbers, sizes, indices and kept chains, taken together. The
 * location of the rings is not checked here; it is the driver's choice, and the device checks it before each chain.
 */
export function queuesFault(state: BalloonState): string | undefined {
  const { queues } = state.virtio;
  if (queues.length !== QUEUE_COUNT) return `${queues.length} queues, expected ${QUEUE_COUNT}`;
  const slots = slotsOf(state, state.offered);
  for (const [index, queue] of queues.entries()) {
    const fault = queueFault(queue, slots[index], state);
    if (fault !== undefined) return `queue ${index}: ${fault}`;
  }
  return keptWhere(state, slots);
}

/** Returns why queues that the driver has set up do not fit a device that offers `offered`. */
export function queuesFitFault(state: BalloonState, offered: FeatureSet): string | undefined {
  const was = slotsOf(state, state.offered);
  const now = slotsOf(state, offered);
  const moved = state.virtio.queues.findIndex(
    (queue, index) => !isUntouched(queue, was[index]) && was[index]?.role !== now[index]?.role,
  );
  return moved < 0
    ? undefined
    : `queue ${moved} is the ${was[moved]!.role} queue, which this device does not have there`;
}

/**
 * The queues of `state` for a device that offers `offered`. Queues that the driver has not touched get this device's
 * sizes.
 */
export function queuesFor(state: BalloonState, offered: FeatureSet): readonly QueueState[] {
  const was = slotsOf(state, state.offered);
  const now = slotsOf(state, offered);
  return state.virtio.queues.map((queue, index) =>
    isUntouched(queue, was[index]) ? { ...queue, size: now[index]?.size ?? 0 } : queue,
  );
}

/** Which queue has which number for the driver of `state`, given an offer. */
function slotsOf({ numbering, virtio }: BalloonState, offered: FeatureSet): readonly QueueSlot[] {
  return queueSlots(numbering, offered, queuesAreChosen(virtio) ? virtio.accepted : offered);
}

function queueFault(queue: QueueState, slot: QueueSlot | undefined, state: BalloonState): string | undefined {
  if (isUntouched(queue, slot)) return undefined;
  if (slot === undefined || slot.size === 0) return "set up, but the driver has no such queue";
  if (!isQueueSize(queue.size, slot.size))
    return `queue size ${queue.size} is not a power of two up to ${slot.size}`;
  const { enabled, nextAvail, nextUsed } = queue;
  const served = enabled && isServed(state.virtio);
  if (!served && (nextAvail !== 0 || nextUsed !== 0)) return "chains taken from a queue that is not served";
  const outstanding = (nextAvail - nextUsed) & 0xffff;
  const kept = keptBy(slot.role, state) === undefined ? 0 : 1;
  if (outstanding === kept) return undefined;
  // A device that needs a reset does not return the chain that caused it.
  if (outstanding === kept + 1 && (state.virtio.status & Status.NEEDS_RESET) !== 0) return undefined;
  return `${outstanding} chains taken and not returned, and ${kept} kept`;
}

/** Checks that the kept chains belong to queues that are served, and that their heads are valid. */
function keptWhere(state: BalloonState, slots: readonly QueueSlot[]): string | undefined {
  for (const role of ["deflate", "stats"] as const) {
    const head = keptBy(role, state);
    const queue = state.virtio.queues[slots.findIndex((slot) => slot.role === role && slot.size > 0)];
    if (head !== undefined && !(queue?.enabled === true && head < queue.size))
      return `a chain with head ${head}, which the ${role} queue does not have`;
  }
  return undefined;
}

/** Head of the chain of this queue that the device keeps. */
function keptBy(role: QueueRole, { withheld, statsBuffer }: BalloonState): number | undefined {
  if (role === "deflate") return withheld?.head;
  return role === "stats" ? statsBuffer : undefined;
}

/**
 * Whether the driver has got far enough for its chains to be taken. §3.1.2 lets legacy drivers start before DRIVER_OK.
 */
function isServed({ status, interface: via }: VirtioDeviceState): boolean {
  if ((status & Status.FEATURES_OK) === 0) return false;
  return via === "legacy" || (status & Status.DRIVER_OK) !== 0;
}

/** Whether a queue is in the state that a reset leaves. */
function isUntouched(queue: QueueState, slot: QueueSlot | undefined): boolean {
  const { size, enabled, descriptors, driver, device, nextAvail, nextUsed } = queue;
  if (size !== (slot?.size ?? 0) || enabled) return false;
  return [descriptors, driver, device, nextAvail, nextUsed].every((value) => value === 0);
}
