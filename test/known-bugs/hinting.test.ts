import { beforeEach, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { HintCommand } from "../../src/balloon/queues/hint.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { range, unpinned } from "../balloon/harness.ts";
import type { ListingHost, Machine } from "../balloon/harness.ts";
import { isPainted, le32, pages, paint, POLITE } from "./helpers.ts";

const FEATURES = POLITE | featureSet(Feature.FREE_PAGE_HINT);

let machine: Machine<ListingHost>;

beforeEach(() => {
  machine = unpinned().up(FEATURES);
});

function command(): number {
  return machine.driver.readConfig(ConfigField.FREE_PAGE_HINT_CMD_ID);
}

function ask(): number {
  expect(machine.device.requestFreePages()).toBe(true);
  return command();
}

function name(id: number): void {
  machine.send("hint", machine.buffer(le32(id)));
}

function hint(first: number, frames = 1): void {
  machine.send("hint", pages(first, frames));
}

/** Asks for a run, and begins it. */
function begin(): number {
  const run = ask();
  name(run);
  return run;
}

test("QEMU ae440bd14c: a chain with a command and pages does both, and is returned once", () => {
  const run = ask();
  const heads = [
    machine.send("hint", machine.buffer(le32(run)), pages(10), pages(20, 2)),
    machine.send("hint", machine.buffer(le32(run + 1)), pages(30)),
    machine.send("hint", pages(40), machine.buffer(le32(run))),
    machine.send("hint", machine.buffer(le32(HintCommand.STOP)), pages(50)),
  ];
  expect(machine.queue("hint").used()).toEqual(heads.map((head) => ({ head, written: 0 })));
  expect(machine.host.zeroed).toEqual([10, 20, 21]);
  expect(machine.faults).toEqual({ "hint-id": 1, order: 1, "hint-unasked": 2 });
  expect(command()).toBe(HintCommand.DONE);
});

test("QEMU 20a4da0f23: an old command id does not begin its run again", () => {
  const run = begin();
  name(HintCommand.STOP);
  name(run);
  hint(10);
  const next = ask();
  expect(next).not.toBe(run);
  name(run);
  hint(11);
  expect(machine.host.zeroed).toEqual([]);
  expect(machine.faults).toEqual({ "hint-id": 2, "hint-unasked": 2 });
  expect(machine.device.state().hint.phase).toBe("requested");
});

test("QEMU dd8eeb9671: a run that is restored or asked for again still ends in DONE", () => {
  begin();
  hint(10);
  machine.migrate();
  machine.timer.fire();
  expect(command()).toBe(HintCommand.DONE);
  expect(machine.driver.interrupts().config).toBe(true);

  begin();
  const second = begin();
  name(HintCommand.STOP);
  expect(command()).toBe(HintCommand.DONE);
  expect(second).toBeGreaterThan(HintCommand.DONE);
});

test("QEMU dd8eeb9671: a reset of the queue during a run ends it in DONE, so the guest gets its memory back", () => {
  machine.up(FEATURES | featureSet(Feature.RING_RESET));
  begin();
  hint(10);
  machine.driver.interrupts();
  machine.driver.resetQueue(2);
  expect(command()).toBe(HintCommand.DONE);
  expect(machine.driver.interrupts().config).toBe(true);
});

test("QEMU dd8eeb9671: a reset during a run leaves STOP, and the next run begins and ends", () => {
  begin();
  machine.up(FEATURES);
  expect(command()).toBe(HintCommand.STOP);
  begin();
  hint(10);
  name(HintCommand.STOP);
  expect(command()).toBe(HintCommand.DONE);
  expect(machine.host.zeroed).toEqual([10]);
});

test("QEMU 1a83e0b9c4: hints that are still queued when a new run is asked for do not count for it", () => {
  begin();
  machine.queue("hint").add(pages(10));
  const second = ask();
  machine.queue("hint").kick();
  expect(machine.host.zeroed).toEqual([]);
  name(second);
  hint(11);
  name(HintCommand.STOP);
  expect(machine.host.zeroed).toEqual([11]);
  expect(machine.faults).toEqual({ "hint-unasked": 1 });
  expect(command()).toBe(HintCommand.DONE);
});

test("Firecracker's documentation: a page that is used again after its hint keeps its new contents", () => {
  begin();
  hint(10, 4);
  paint(machine, 0x5a, 11, 2);
  hint(20, 4);
  machine.queue("hint").kick();
  name(HintCommand.STOP);
  begin();
  hint(30);
  machine.migrate();
  expect(range(10, 4).filter((frame) => isPainted(machine, 0x5a, frame))).toEqual([11, 12]);
});
