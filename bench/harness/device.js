import { Balloon, Feature, featureSet, guestMemory } from "../../dist/entries/index.js";
import { MockDriver } from "../../dist/entries/testing.js";
import { unpinnedHost } from "../../dist/entries/trace.js";
import { ModernBar } from "../../dist/entries/virtio.js";

export const FRAMES = 2 ** 18;
const RING = 32;

/** A device whose host does nothing, and a driver of its inflate and deflate queues that wants no interrupts. */
export function deviceInProcess() {
  // Only the rings and the batches are touched, so the rest takes no memory.
  const ram = new Uint8Array(4096 * FRAMES);
  const memory = guestMemory(() => ram);
  const device = new Balloon({ memory, host: unpinnedHost, interrupt: { raise() {}, lower() {} } });
  const driver = new MockDriver(new ModernBar(device), memory, 0x10000);
  if (!driver.negotiate(featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST)))
    throw new Error("the device refused the features");
  const queues = [driver.queue(0, RING), driver.queue(1, RING)];
  for (const queue of queues) queue.suppressInterrupts(true);
  driver.ready();
  return { device, driver, memory, queues };
}

/** Puts batches into guest memory. Returns their buffers. */
export function buffersOf({ driver, memory }, batches) {
  return batches.map((batch) => {
    const address = driver.allocate(4 * batch.length);
    memory.bytes.set(new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength), address);
    return { address, bytes: 4 * batch.length };
  });
}

/** The driver's work for one descriptor: one chain of one buffer, one kick. `ballooned` counts what the device has. */
export const throughAndBack = (queues, buffers, ballooned) => () => {
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
