import { describe, expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned, unpinned } from "./harness.ts";
import type { Machine } from "./harness.ts";

const POLITE = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
const WITH_STATS = POLITE | featureSet(Feature.STATS_VQ);
const WITH_HINT = POLITE | featureSet(Feature.FREE_PAGE_HINT);

/** Rule, count and place of everything the driver broke. */
function broken({ counters }: Pick<Machine, "counters">): [string, number, string][] {
  return counters.broken.map(({ rule, times, first }) => [rule, times, first]);
}

function stat(tag: number, value: number): number[] {
  return [tag, 0, value, 0, 0, 0, 0, 0, 0, 0];
}

function id(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

test("a driver that keeps all rules has broken none (DRV-O2, POSITION-4)", () => {
  const machine = pinned().up(POLITE);
  machine.device.target = 3 * 4096;
  machine.inflate(10, 11, 12);
  machine.device.target = 1 * 4096;
  machine.deflate(12, 11);
  expect(broken(machine)).toEqual([]);
});

describe("a broken rule is recorded with its count and its first place:", () => {
  test("DRV-F1: WILL_TELL_HOST was offered and not taken", () => {
    expect(broken(pinned().up(featureSet(Feature.VERSION_1)))).toEqual([["DRV-F1", 1, "configuration"]]);
  });

  test("DRV-O4: pages were taken back that the host still asked for (POSITION-4)", () => {
    const machine = pinned().up(POLITE);
    machine.device.target = 4 * 4096;
    machine.inflate(10, 11, 12, 13);
    machine.deflate(10);
    machine.deflate(11);
    expect(broken(machine)).toEqual([["DRV-O4", 2, "deflate queue, chain 1"]]);
  });

  test("DRV-O5: the same is allowed with DEFLATE_ON_OOM", () => {
    const machine = pinned({ deflateOnOom: true }).up(POLITE | featureSet(Feature.DEFLATE_ON_OOM));
    machine.device.target = 4 * 4096;
    machine.inflate(10, 11, 12, 13);
    machine.deflate(10);
    expect(broken(machine)).toEqual([]);
  });

  test("page migration (the new page in, then the old one out) breaks no rule (DRV-O3)", () => {
    const machine = pinned().up(POLITE);
    machine.device.target = 2 * 4096;
    machine.inflate(10, 11);
    machine.inflate(12);
    machine.deflate(10);
    expect(broken(machine)).toEqual([]);
  });

  test("DRV-O6: a page was reused without the deflate queue, and given again", () => {
    const machine = pinned().up(POLITE);
    machine.inflate(10, 11);
    machine.inflate(11, 10, 12);
    expect(broken(machine)).toEqual([["DRV-O6", 2, "inflate queue, chain 2"]]);
  });

  test("DRV-O10: pages were deflated that are not ballooned", () => {
    const machine = pinned().up(POLITE);
    machine.deflate(10);
    expect(broken(machine)).toEqual([["DRV-O10", 1, "deflate queue, chain 1"]]);
  });

  test("DRV-S1: a second statistics buffer", () => {
    const machine = pinned().up(WITH_STATS);
    machine.send("stats", machine.buffer(stat(4, 1)));
    machine.send("stats", machine.buffer(stat(4, 1)));
    expect(broken(machine)).toEqual([["DRV-S1", 1, "stats queue, chain 2"]]);
  });

  test("DRV-S5: a statistics buffer with an incomplete entry", () => {
    const machine = pinned().up(WITH_STATS);
    machine.send("stats", machine.buffer([1, 2, 3]));
    expect(broken(machine)).toEqual([["DRV-S5", 1, "stats queue, chain 1"]]);
  });

  test("DRV-S8: other statistics than before, in any order", () => {
    const machine = pinned().up(WITH_STATS);
    const send = (...entries: number[][]): void => {
      machine.device.requestStats();
      machine.send("stats", machine.buffer(entries.flat()));
    };
    send(stat(4, 1), stat(5, 2));
    send(stat(5, 3), stat(4, 4));
    expect(broken(machine)).toEqual([]);
    send(stat(4, 1));
    expect(broken(machine)).toEqual([["DRV-S8", 1, "stats queue, chain 3"]]);
  });

  test("DRV-H1: a command id that is not 4 bytes long", () => {
    const machine = unpinned().up(WITH_HINT);
    machine.device.requestFreePages();
    machine.send("hint", machine.buffer([1, 2]));
    expect(broken(machine)).toEqual([["DRV-H1", 1, "hint queue, chain 1"]]);
  });

  test("DRV-H2: pages or an old id before the current command id", () => {
    const machine = unpinned().up(WITH_HINT);
    machine.send("hint", { address: 0x100000, bytes: 4096, writable: true });
    machine.device.requestFreePages();
    machine.send("hint", machine.buffer(id(0x7fffffff)));
    expect(broken(machine)).toEqual([["DRV-H2", 2, "hint queue, chain 1"]]);
  });

  test("DRV-H3: the current command id twice", () => {
    const machine = unpinned().up(WITH_HINT);
    machine.device.requestFreePages();
    machine.send("hint", machine.buffer(id(0x80000000)));
    machine.send("hint", machine.buffer(id(0x80000000)));
    expect(broken(machine)).toEqual([["DRV-H3", 1, "hint queue, chain 2"]]);
  });

  test("DRV-P2: poison_val without PAGE_POISON", () => {
    const machine = unpinned({ freePageReporting: true }).up(POLITE);
    machine.driver.writeConfig(12, 5);
    expect(broken(machine)).toEqual([["DRV-P2", 1, "configuration"]]);
  });

  test("the rules that have only a section number", () => {
    const machine = pinned().up(POLITE);
    const queue = machine.queue("inflate");
    queue.writeDescriptor(0, { address: 0, bytes: 4 }, 0);
    queue.offer(0);
    queue.kick();
    machine.driver.writeConfig(0, 5);
    queue.offer(999);
    queue.kick();
    expect(broken(machine)).toEqual([
      ["2.7.5.2", 1, "inflate queue, chain 1"],
      ["5.5.4", 1, "configuration"],
      ["2.7.6", 1, "inflate queue, chain 2"],
    ]);
  });
});

test("the record of broken rules survives a reset", () => {
  const machine = pinned().up(POLITE);
  machine.deflate(10);
  machine.driver.reset();
  expect(broken(machine)).toHaveLength(1);
});
