import { beforeEach, describe, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { HintCommand } from "../../src/balloon/queues/hint.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { FRAME_BYTES, pinned, range, unpinned } from "./harness.ts";
import type { ListingHost, Machine } from "./harness.ts";

const FEATURES = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST, Feature.FREE_PAGE_HINT);

let machine: Machine<ListingHost>;
let done: number[];

const command = (): number => machine.driver.readConfig(ConfigField.FREE_PAGE_HINT_CMD_ID);
function id(value: number): void {
  machine.send(
    "hint",
    machine.buffer([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]),
  );
}
const page = (first: number, frames = 1): { address: number; bytes: number; writable: true } => ({
  address: first * FRAME_BYTES,
  bytes: frames * FRAME_BYTES,
  writable: true,
});
function pages(first: number, frames = 1): void {
  machine.send("hint", page(first, frames));
}
/** A run that the driver has begun. */
function begin(): number {
  machine.device.requestFreePages();
  const run = command();
  id(run);
  return run;
}
/** Every chain came back with nothing written. */
function expectReturned(): void {
  const queue = machine.queue("hint");
  expect(queue.usedIndex).toBe(machine.memory.read16(queue.driver + 2));
  expect(queue.used().every(({ written }) => written === 0)).toBe(true);
}

beforeEach(() => {
  machine = unpinned().up(FEATURES);
  machine.memory.bytes.fill(7, 0, 400 * FRAME_BYTES);
  done = [];
  machine.device.on("hint-done", (frames) => done.push(frames));
});

describe("a run", () => {
  test("is asked for, begun, filled with pages, stopped and answered with DONE (DEV-H6)", () => {
    expect(command()).toBe(HintCommand.STOP);
    expect(machine.device.requestFreePages()).toBe(true);
    const run = command();
    expect(run).toBeGreaterThanOrEqual(2);
    expect(machine.driver.interrupts().config).toBe(true);
    expect(machine.device.state().hint.phase).toBe("requested");
    id(run);
    expect(machine.device.state().hint.phase).toBe("running");
    pages(10, 3);
    pages(100);
    expect(machine.host.zeroed).toEqual([10, 11, 12, 100]);
    id(HintCommand.STOP);
    expect(done).toEqual([4]);
    expect(command()).toBe(HintCommand.DONE);
    expect(machine.driver.interrupts().config).toBe(true);
    expect(machine.device.state().hint.phase).toBe("idle");
    expectReturned();
    expect(machine.faults).toEqual({});
  });

  test("gets a new id each time (DEV-H2), even after the last id", () => {
    const ids = range(0, 5).map(() => {
      const run = begin();
      id(HintCommand.STOP);
      return run;
    });
    expect(new Set(ids).size).toBe(5);
    machine.migrate({}, (state) => ({
      ...state,
      hint: { phase: "idle", run: 0xfffffffe, abandoned: false },
    }));
    machine.device.requestFreePages();
    expect(command()).toBe(0xffffffff);
    machine.device.requestFreePages();
    expect(command()).toBeGreaterThanOrEqual(0x80000000);
    expect(command()).toBeLessThan(0xffffffff);
  });

  test("ends when the device needs a reset, so its caller does not wait for ever", () => {
    begin();
    pages(10, 3);
    machine.queue("inflate").offer(0xffff);
    machine.queue("inflate").kick();
    expect(machine.counters.needsReset).toBe(true);
    expect(done).toEqual([3]);
    expect(machine.device.state().hint.phase).toBe("idle");
  });

  test("may get pages in the chain that names the id, and in the one that stops it", () => {
    machine.device.requestFreePages();
    const run = machine.buffer([0, 0, 0, 0x80]);
    expect(command()).toBe(0x80000000);
    machine.send("hint", run, page(20));
    expect(machine.host.zeroed).toEqual([20]);
    machine.send("hint", machine.buffer([0, 0, 0, 0]), page(21));
    expect(machine.host.zeroed).toEqual([20]);
    expect(done).toEqual([1]);
    expect(machine.faults).toEqual({ "hint-unasked": 1 });
    expectReturned();
  });

  test("takes whole frames only, never rounded outward", () => {
    begin();
    machine.send("hint", { address: 10 * FRAME_BYTES + 1, bytes: 3 * FRAME_BYTES - 2, writable: true });
    machine.send("hint", { address: 20 * FRAME_BYTES - 1, bytes: FRAME_BYTES + 1, writable: true });
    machine.send("hint", { address: 30 * FRAME_BYTES, bytes: FRAME_BYTES - 1, writable: true });
    machine.send("hint", { address: 40 * FRAME_BYTES + 8, bytes: 16, writable: true });
    expect(machine.host.zeroed).toEqual([11, 20]);
    expectReturned();
  });
});

describe("pages that nobody asked for are not touched:", () => {
  const expectUntouched = (faults: object): void => {
    expect(machine.host.zeroed).toEqual([]);
    expect(machine.faults).toEqual(faults);
    expectReturned();
  };

  test("without a run", () => {
    pages(10);
    expectUntouched({ "hint-unasked": 1 });
  });

  test("before the driver has named the id", () => {
    machine.device.requestFreePages();
    pages(10);
    expectUntouched({ "hint-unasked": 1 });
  });

  test("after it has named another id (DEV-H3)", () => {
    machine.device.requestFreePages();
    for (const other of [command() + 1, command() - 1, 2, HintCommand.DONE]) id(other);
    pages(10);
    expectUntouched({ "hint-id": 4, "hint-unasked": 1 });
  });

  test("after STOP and DONE (DEV-H5) (DRV-H5)", () => {
    expect(command()).toBe(HintCommand.STOP);
    pages(10);
    begin();
    id(HintCommand.STOP);
    expect(command()).toBe(HintCommand.DONE);
    pages(11);
    expectUntouched({ "hint-unasked": 2 });
  });

  test("after a DONE in the middle of a run, without a STOP from the driver (DEV-H5)", () => {
    machine = unpinned().up(FEATURES | featureSet(Feature.RING_RESET));
    begin();
    machine.renewQueue("hint");
    expect(command()).toBe(HintCommand.DONE);
    pages(10);
    expectUntouched({ "hint-unasked": 1 });
  });

  test("after it has named an old id again", () => {
    const run = begin();
    id(HintCommand.STOP);
    id(run);
    pages(10);
    expectUntouched({ "hint-id": 1, "hint-unasked": 1 });
  });

  test("after it has named another id during the run, until it names the current one again", () => {
    const run = begin();
    id(run + 1);
    pages(10);
    expectUntouched({ "hint-id": 1, "hint-unasked": 1 });
    id(run);
    pages(11);
    id(HintCommand.STOP);
    expect(machine.host.zeroed).toEqual([11]);
    expect(done).toEqual([1]);
  });

  test("from the previous run, when the host asks again in the middle of it (DEV-H3)", () => {
    const first = begin();
    machine.device.requestFreePages();
    pages(10);
    id(first);
    pages(11);
    expectUntouched({ "hint-unasked": 2, "hint-id": 1 });
    id(command());
    pages(12);
    expect(machine.host.zeroed).toEqual([12]);
    id(HintCommand.STOP);
    expect(done).toEqual([1]);
  });

  test.each([1, 3, 5, 8])("after a command of %d bytes", (bytes) => {
    machine.device.requestFreePages();
    const run = [0, 0, 0, 0x80, 0, 0, 0, 0];
    machine.send("hint", machine.buffer(run.slice(0, bytes)));
    pages(10);
    expectUntouched({ "hint-id-size": 1, "hint-unasked": 1 });
  });

  test("outside memory: the chain has a fault", () => {
    begin();
    machine.send("hint", { address: 1023 * FRAME_BYTES, bytes: 2 * FRAME_BYTES, writable: true });
    machine.send("hint", { address: 2 ** 32 + 10 * FRAME_BYTES, bytes: FRAME_BYTES, writable: true });
    machine.send("hint", { ...page(10), bytes: 0xffffffff });
    expectUntouched({ "address-out-of-range": 3 });
    expect(machine.canaryIntact).toBe(true);
  });
});

describe("STOP from the driver", () => {
  test("does nothing unless a run has begun", () => {
    id(HintCommand.STOP);
    machine.device.requestFreePages();
    const run = command();
    id(HintCommand.STOP);
    expect(command()).toBe(run);
    expect(done).toEqual([]);
    expect(machine.faults).toEqual({});
  });
});

describe("a run can end without the driver:", () => {
  test("a reset sets STOP, takes no old pages, and a new run begins normally (DEV-H1)", () => {
    begin();
    pages(10);
    machine.up(FEATURES);
    expect(command()).toBe(HintCommand.STOP);
    expect(machine.device.state().hint.phase).toBe("idle");
    expect(done).toEqual([1]);
    pages(11);
    expect(machine.host.zeroed).toEqual([10]);
    begin();
    pages(12);
    id(HintCommand.STOP);
    expect(done).toEqual([1, 1]);
  });

  test("a reset of the queue alone sets DONE, because the driver still has its pages (DEV-H6) (DEV-H1)", () => {
    machine = unpinned().up(FEATURES | featureSet(Feature.RING_RESET));
    for (const start of [() => begin(), () => machine.device.requestFreePages()]) {
      start();
      machine.driver.interrupts();
      machine.driver.resetQueue(2);
      expect(command()).toBe(HintCommand.DONE);
      expect(machine.driver.interrupts().config).toBe(true);
      expect(machine.device.state().hint.phase).toBe("idle");
      machine.up(FEATURES | featureSet(Feature.RING_RESET));
    }
  });

  test("a reset of the queue alone after a run leaves DONE in place", () => {
    machine = unpinned().up(FEATURES | featureSet(Feature.RING_RESET));
    begin();
    id(HintCommand.STOP);
    machine.driver.resetQueue(2);
    expect(command()).toBe(HintCommand.DONE);
  });

  test("a restore sets DONE once the guest can be interrupted, and takes no pages (DEV-H4)", () => {
    for (const start of [() => begin(), () => machine.device.requestFreePages()]) {
      start();
      const run = command();
      machine.driver.interrupts();
      expect(machine.migrate()).toBeUndefined();
      expect(command()).toBe(run);
      expect(machine.line.raised).toBe(false);
      pages(10);
      id(run);
      pages(11);
      expect(machine.host.zeroed).toEqual([]);
      machine.timer.fire();
      expect(command()).toBe(HintCommand.DONE);
      expect(machine.driver.interrupts().config).toBe(true);
      expect(machine.timer.planned).toBe(0);
    }
  });

  test("a second restore before DONE sets DONE only once", () => {
    begin();
    const run = command();
    for (let times = 0; times < 3; times++) expect(machine.migrate()).toBeUndefined();
    expect(command()).toBe(run);
    machine.timer.fire();
    expect(command()).toBe(HintCommand.DONE);
    expect(machine.driver.interrupts().config).toBe(true);
    expect(machine.timer.planned).toBe(0);
  });

  test("a reset after a restore but before DONE leaves STOP in place", () => {
    begin();
    machine.migrate();
    machine.up(FEATURES);
    machine.timer.fire();
    expect(command()).toBe(HintCommand.STOP);
    expect(machine.driver.interrupts().config).toBe(false);
  });

  test("a restore does not end a run that the host has asked for since", () => {
    begin();
    machine.migrate();
    machine.device.requestFreePages();
    const run = command();
    machine.timer.fire();
    expect(command()).toBe(run);
  });

  test("a restore without a run plans nothing, and DONE of the last run stays", () => {
    begin();
    id(HintCommand.STOP);
    machine.migrate();
    expect(command()).toBe(HintCommand.DONE);
    expect(machine.timer.planned).toBe(0);
  });
});

describe("hinting cannot be asked for", () => {
  test("without the feature, before DRIVER_OK, or when the device needs a reset", () => {
    const without = unpinned().up(FEATURES & ~featureSet(Feature.FREE_PAGE_HINT));
    const early = unpinned().setUp(FEATURES);
    for (const { device } of [unpinned(), without, early]) expect(device.requestFreePages()).toBe(false);
    machine.queue("deflate").offer(999);
    machine.queue("deflate").kick();
    expect(machine.device.requestFreePages()).toBe(false);
    expect(command()).toBe(HintCommand.STOP);
  });

  test("on pinned memory, where the bit is not offered", () => {
    expect(pinned({ freePageHint: true }).counters.offered).not.toContain("FREE_PAGE_HINT");
    expect(unpinned({ freePageHint: false }).counters.offered).not.toContain("FREE_PAGE_HINT");
    expect(unpinned().counters.offered).toContain("FREE_PAGE_HINT");
  });
});

test("pages for a run that a restore ended are ignored and are no fault; then the driver may start again", () => {
  begin();
  pages(10);
  machine.device.restore(machine.device.state());
  machine.timer.fire();
  expect(command()).toBe(HintCommand.DONE);
  pages(11);
  id(0x80000000);
  pages(12);
  expect(machine.host.zeroed).toEqual([10]);
  begin();
  pages(13);
  id(HintCommand.STOP);
  expect(machine.host.zeroed).toEqual([10, 13]);
  expect(machine.counters.broken).toEqual([]);
  pages(14);
  expect(machine.counters.faults).toEqual({ "hint-unasked": 1 });
});

test("such pages are no fault after a second restore either, until the driver stops", () => {
  begin();
  machine.migrate();
  machine.migrate();
  pages(11);
  expect(machine.counters.faults).toEqual({});
  id(HintCommand.STOP);
  machine.migrate();
  pages(12);
  expect(machine.counters.faults).toEqual({ "hint-unasked": 1 });
});
