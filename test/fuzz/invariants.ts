import type { QueueState } from "../../src/virtio/index.ts";
import { FRAMES } from "./step.ts";

/** @throws Error with `what` unless `holds` */
export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

/** Frames of [first, frames] pairs. */
export function framesOf(pairs: ArrayLike<number>): number[] {
  const frames: number[] = [];
  for (let i = 0; i < pairs.length; i += 2)
    for (let frame = pairs[i]!; frame < pairs[i]! + pairs[i + 1]!; frame++) frames.push(frame);
  return frames;
}

/** Compares two ascending lists, or an ascending list and a set. @throws Error if they differ */
export function checkFrames(what: string, actual: readonly number[], expected: Iterable<number>): void {
  const wanted = [...expected].sort((a, b) => a - b);
  if (actual.length === wanted.length && actual.every((frame, i) => frame === wanted[i])) return;
  throw new Error(`${what}: frames ${actual.join()} instead of ${wanted.join()}`);
}

/** @throws Error */
export function checkSame(what: string, actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  throw new Error(`${what}: byte ${at} is ${actual[at]} instead of ${expected[at]}`);
}

/** The most accesses to guest memory that a descriptor, a chain and a notification take. */
const PER_DESCRIPTOR = 5;
const PER_CHAIN = 8;
const PER_QUEUE = 8;

/**
 * The stated limit for one register access: as many chains as the queues have room for, each at most two tables long,
 * whatever the guest wrote. Copies of PFNs are limited by the number of descriptors times guest memory.
 */
export function mostMemoryAccesses(before: readonly QueueState[], after: readonly QueueState[]): number {
  return sum(before, after, (size) => size * (2 * size * PER_DESCRIPTOR + PER_CHAIN) + PER_QUEUE);
}

/** For each frame of a buffer an unlock, a discard and a lock; and 32 owed runs. */
export function mostHostCalls(before: readonly QueueState[], after: readonly QueueState[]): number {
  return FRAMES + sum(before, after, (size) => size * (2 * size * 3 * FRAMES + 32));
}

function sum(
  before: readonly QueueState[],
  after: readonly QueueState[],
  most: (size: number) => number,
): number {
  return after.reduce((total, queue, index) => total + most(Math.max(queue.size, before[index]!.size)), 0);
}
