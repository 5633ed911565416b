import { describe, expect, test } from "vitest";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { pinned, unpinned } from "../balloon/harness.ts";
import type { Machine } from "../balloon/harness.ts";
import { WindowsDriver } from "./windows-driver.ts";

const FRAMES = 8192;
/** The features that the Windows driver takes besides VERSION_1. */
const TAKEN = featureSet(Feature.VERSION_1, Feature.STATS_VQ);

function windows(machine: Machine = pinned({ frames: FRAMES, scratch: 4096 })): WindowsDriver {
  return new WindowsDriver(machine.up(TAKEN), 16);
}

describe("the Windows driver on x64", () => {
  test("has its 8-byte PFNs understood: every page, and not frame 0 (POSITION-8)", () => {
    const machine = pinned({ frames: FRAMES, scratch: 4096 });
    const driver = windows(machine);
    driver.inflate(1300);
    expect(machine.ballooned).toEqual(driver.given);
    expect(machine.counters).toMatchObject({ pfnBytes: 8, balloonedFrames: 1300, actualFrames: 1300 });
    expect(machine.faults).toEqual({});
    expect(machine.queue("inflate").used()).toHaveLength(3);
  });

  test("gets batches of 1024 words acknowledged, in both directions", () => {
    const machine = pinned({ frames: FRAMES, scratch: 4096 });
    const driver = windows(machine);
    driver.inflate(1024);
    driver.leak();
    expect(machine.ballooned).toEqual(driver.given);
    expect(machine.queue("deflate").used()).toEqual([{ head: 0, written: 0 }]);
  });

  test("is understood when it moves a single page", () => {
    const machine = pinned({ frames: FRAMES, scratch: 4096 });
    windows(machine).inflate(1);
    expect(machine.ballooned).toEqual([16]);
  });

  test("keeps what it wrote before it told the host, and frame 0 keeps its contents", () => {
    const machine = unpinned({ frames: FRAMES, scratch: 4096 });
    machine.memory.bytes.fill(0x55, 0, 4096);
    const driver = windows(machine as unknown as Machine);
    driver.inflate(600);
    const pages = driver.leak();
    expect(pages).toHaveLength(88);
    for (const page of pages) expect(machine.memory.bytes[page * 4096 + 100]).toBe(0x77);
    expect(machine.memory.bytes.subarray(0, 4096).every((byte) => byte === 0x55)).toBe(true);
  });

  test("promises nothing, so pinned memory stays locked", () => {
    const machine = pinned({ frames: FRAMES, scratch: 4096 });
    windows(machine).inflate(600);
    expect(machine.counters.outcome).toMatchObject({ lockPolicy: "off", driverFault: true });
    expect(machine.host.calls).toEqual([]);
  });

  test("is refused by a device of class never", () => {
    const machine = pinned({ frames: FRAMES, silentDeflate: "never" });
    expect(() => windows(machine)).toThrow("refused");
  });

  test("has the width of its PFNs forgotten at a reset", () => {
    const machine = pinned({ frames: FRAMES, scratch: 4096 });
    windows(machine).inflate(600);
    machine.driver.reset();
    expect(machine.counters.pfnBytes).toBe(4);
  });
});

describe("a batch of 4-byte PFNs that looks similar is not taken for 8-byte PFNs:", () => {
  test.each([
    ["an odd number of words", [7, 0, 9], [0, 7, 9]],
    ["one second word that is not 0", [7, 0, 9, 0, 11, 12], [0, 7, 9, 11, 12]],
    ["frame 0 first", [0, 5], [0, 5]],
    ["ascending frames", [1, 2, 3, 4], [1, 2, 3, 4]],
  ])("%s", (_, pfns, ballooned) => {
    const machine = pinned({ frames: FRAMES, scratch: 4096 }).up(TAKEN);
    machine.inflate(...pfns);
    expect(machine.ballooned).toEqual(ballooned);
    expect(machine.counters.pfnBytes).toBe(4);
  });
});
