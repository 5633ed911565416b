import { expect, test, vi } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import type { HostMemory, HostResult } from "../../src/host/index.ts";
import { Machine, pinned, range, unpinned } from "../balloon/harness.ts";
import { isPainted, paint, POLITE, SILENT } from "./helpers.ts";

function unlocked({ host }: Machine): number[] {
  return range(0, 1024).filter((frame) => !host.isLocked(frame));
}

test("QEMU 1b47b37c33: no work is left after a page is acknowledged, so a silent guest may use it", () => {
  const machine = unpinned().up(SILENT);
  const queue = machine.queue("inflate");
  const acknowledged: number[] = [];
  const discard = machine.host.discard.bind(machine.host);
  vi.spyOn(machine.host, "discard").mockImplementation((first, frames) => {
    acknowledged.push(queue.usedIndex);
    discard(first, frames);
  });
  machine.inflate(10, 11);
  paint(machine, 0x5a, 10);
  machine.inflate(12);
  machine.deflate(11);
  machine.device.target = 5 * 4096;
  machine.driver.writeConfig(ConfigField.ACTUAL, 2);
  machine.driver.reset();
  expect(acknowledged).toEqual([0, 1]);
  expect(machine.timer.planned).toBe(0);
  expect(isPainted(machine, 0x5a, 10)).toBe(true);
});

test("QEMU a8cd64d488: a reset clears what the device knew of the guest's pages", () => {
  const machine = pinned({ onLockFailure: "withhold" }).up(POLITE);
  machine.inflate(10, 11, 20);
  machine.host.failCall(0);
  machine.deflate(10, 20);
  expect(machine.counters.withheld).toBe(true);
  machine.driver.reset();
  expect(machine.counters).toMatchObject({
    balloonedFrames: 0,
    actualFrames: 0,
    withheld: false,
    owedFrames: 0,
  });
  expect(machine.timer.planned).toBe(0);
  expect(machine.host.lockedFrames).toBe(1024);
  machine.up(POLITE);
  paint(machine, 0x5a, 10, 11);
  machine.inflate(30);
  expect([10, 11, 20].every((frame) => isPainted(machine, 0x5a, frame))).toBe(true);
  expect(unlocked(machine)).toEqual([30]);
});

test("crosvm f934ab785, 87e8a3854: a page is unlocked before it is discarded, and locked before it is given back", () => {
  const machine = pinned().up(POLITE);
  const order: string[] = [];
  for (const call of ["unlock", "discard", "lock"] as const) {
    const real = machine.host[call].bind(machine.host);
    vi.spyOn(machine.host, call).mockImplementation((first, frames) => {
      const given = machine.queue("inflate").usedIndex + machine.queue("deflate").usedIndex;
      order.push(`${call} ${first}+${frames} after ${given}`);
      return real(first, frames);
    });
  }
  machine.inflate(10, 11, 20);
  machine.deflate(10, 11);
  expect(order).toEqual([
    "unlock 10+2 after 0",
    "unlock 20+1 after 0",
    "discard 10+2 after 0",
    "discard 20+1 after 0",
    "lock 10+2 after 1",
  ]);
  expect(machine.host.calls.every(({ failed }) => failed === undefined)).toBe(true);
});

test("crosvm coiommu.rs: a lock that fails in the middle of a batch undoes the batch, which is not acknowledged", () => {
  const machine = pinned({ onLockFailure: "withhold" }).up(POLITE);
  const ballooned = [10, 11, 20, 30];
  machine.inflate(...ballooned);
  machine.host.failCall(1);
  machine.deflate(10, 11, 20, 30);
  expect(machine.queue("deflate").used()).toEqual([]);
  expect(machine.ballooned).toEqual(ballooned);
  expect(unlocked(machine)).toEqual(ballooned);
  machine.timer.fire();
  expect(machine.queue("deflate").used()).toHaveLength(1);
  expect(machine.ballooned).toEqual([]);
  expect(machine.host.lockedFrames).toBe(1024);
});

test("crosvm coiommu.rs: an unlock that fails in the middle of a batch is recorded as a page still locked", () => {
  const machine = pinned().up(POLITE);
  paint(machine, 0x5a, 20);
  machine.host.failCall(1, "EPERM");
  machine.inflate(10, 20, 30);
  expect(machine.ballooned).toEqual([10, 20, 30]);
  expect(unlocked(machine)).toEqual([10, 30]);
  expect(machine.counters).toMatchObject({
    keptLockedFrames: 1,
    host: { unlockFailures: 1, discardFailures: 0 },
  });
  expect(isPainted(machine, 0x5a, 20)).toBe(true);
  machine.host.calls.length = 0;
  machine.deflate(10, 20, 30);
  expect(machine.host.calls.map(({ call, first }) => `${call} ${first}`)).toEqual(["lock 10", "lock 30"]);
  expect(machine.host.lockedFrames).toBe(1024);
});

/** A host with pages of 64 KiB. It does not split a page or include its neighbours: it refuses. */
class CoarseHost implements HostMemory {
  readonly pinned = true;
  readonly done: string[] = [];

  unlock(first: number, frames: number): HostResult {
    return this.#call("unlock", first, frames);
  }

  lock(first: number, frames: number): HostResult {
    return this.#call("lock", first, frames);
  }

  discard(first: number, frames: number): HostResult {
    return this.#call("discard", first, frames);
  }

  #call(call: string, first: number, frames: number): HostResult {
    if ((first | frames) % 16 !== 0) return { code: "EINVAL", message: "not whole pages" };
    this.done.push(`${call} ${first}+${frames}`);
    return undefined;
  }
}

test("Cloud Hypervisor #5369: a host with 64 KiB pages that refuses smaller ones only frees less memory", () => {
  const machine = new Machine({ host: () => new CoarseHost() }).up(POLITE);
  machine.inflate(...range(16, 16));
  machine.inflate(...range(40, 3));
  expect(machine.host.done).toEqual(["unlock 16+16", "discard 16+16"]);
  expect(machine.counters).toMatchObject({ balloonedFrames: 19, keptLockedFrames: 3, needsReset: false });
  machine.deflate(...range(16, 16), ...range(40, 3));
  expect(machine.host.done.slice(2)).toEqual(["lock 16+16"]);
  expect(machine.counters).toMatchObject({
    balloonedFrames: 0,
    owedFrames: 0,
    keptLockedFrames: 0,
    needsReset: false,
  });
  expect(machine.queue("deflate").used()).toHaveLength(1);
});
