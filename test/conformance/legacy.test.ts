import { beforeEach, describe, expect, test } from "vitest";
import { ConfigField } from "../../src/balloon/config.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { LegacyBar, LegacyPciTransport, MockDriver } from "../../src/virtio/index.ts";
import type { MockQueue } from "../../src/virtio/index.ts";
import { FRAME_BYTES, unpinned } from "../balloon/harness.ts";
import type { ListingHost, Machine } from "../balloon/harness.ts";
import { virtioOf } from "../balloon/internals.ts";

let machine: Machine<ListingHost>;
/** The driver's rings lie above the memory that the machine allocates. */
let driver: MockDriver;
let bar: LegacyBar;

beforeEach(() => {
  machine = unpinned();
  bar = new LegacyBar(virtioOf(machine.device));
  driver = new MockDriver(bar, machine.memory, 768 * FRAME_BYTES, LegacyPciTransport);
});

function send(queue: MockQueue, ...pfns: number[]): void {
  queue.add(machine.pfns(pfns));
  queue.kick();
}

describe("a legacy driver that does not take MUST_TELL_HOST", () => {
  test("is accepted, and may use its pages before it tells the host (LEG-F1, LEG-F2, DRV-O8)", () => {
    driver.negotiate(0n);
    const [inflate, deflate] = [driver.queue(0), driver.queue(1)];
    driver.ready();
    send(inflate, 5, 6);
    expect(inflate.used()).toHaveLength(1);
    const page = machine.memory.bytes.subarray(5 * FRAME_BYTES, 6 * FRAME_BYTES).fill(0xda);
    send(inflate, 7);
    send(deflate, 5);
    expect(deflate.used()).toHaveLength(1);
    expect(page.every((byte) => byte === 0xda)).toBe(true);
    expect(machine.counters).toMatchObject({ balloonedFrames: 2, needsReset: false });
  });
});

describe("the configuration of a legacy device", () => {
  test("comes after the 20 bytes of registers and is little-endian, in bytes and in words (LEG-C1, LEGACY-3, LEGACY-4)", () => {
    machine.device.target = 0x321 * 4096;
    expect(bar.read(20, 4)).toBe(0x321);
    const bytes = [0, 1, 2, 3].map((offset) => driver.readConfig(ConfigField.NUM_PAGES + offset, 1));
    expect(bytes).toEqual([0x21, 0x03, 0, 0]);
    expect(driver.readConfig(ConfigField.NUM_PAGES)).toBe(0x321);
    expect(driver.readConfig(ConfigField.NUM_PAGES, 2)).toBe(0x321);
  });

  test("may be written before the features are (LEGACY-8)", () => {
    driver.writeConfig(ConfigField.ACTUAL, 7);
    expect(machine.device.actual).toBe(7 * 4096);
    driver.transport.writeFeatures(featureSet(Feature.MUST_TELL_HOST));
    driver.ready();
    expect(machine.device.actual).toBe(7 * 4096);
    expect(machine.counters.accepted).toEqual(["WILL_TELL_HOST"]);
  });
});
