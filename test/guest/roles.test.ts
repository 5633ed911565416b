import { afterEach, describe, expect, test } from "vitest";
import { TINY_GUEST_DRIVERS } from "../../src/guest/running-tiny-guest.ts";
import { bootTinyGuest, type TinyGuest, type TinyGuestDriver } from "../../src/guest/tiny-guest.ts";
import type { DeviceClass } from "../../src/negotiation/index.ts";
import { bootOnBallonet, expectedReport, setTarget } from "./ballonet.ts";
import { bootOnOwnBalloon, changeTarget, decimals, MEMORY_BYTES } from "./own-balloon.ts";

let guest: TinyGuest;
afterEach(() => guest.destroy());

test("a silent driver reuses pages first, and knows whether its data survived", async () => {
  guest = await bootOnOwnBalloon({ driver: "silent", options: { silent_bit: 50 } });
  // v86's device does not offer SILENT_DEFLATE, so neither bit is taken.
  expect(guest.lines).toContain("negotiated offered=000000010000000a acked=0000000100000000 queues=2");

  await changeTarget(guest, 600);
  const survived = guest.waitFor("survived");
  expect(await changeTarget(guest, -300)).toBe("settled ballooned=300 batches=0/2");
  expect(await survived).toBe("survived ok=300 bad=0");

  expect(await guest.command("silent 40")).toBe("silent reused=40");
  expect(decimals(await guest.command("report"))).toMatchObject({ count: 300, untold: 40 });
  guest.emulator.write_memory(new Uint8Array(4096), MEMORY_BYTES - 300 * 4096);
  expect(await guest.command("check")).toMatch(/ bad=1$/);
  expect(await guest.command("tell")).toBe("told ok=39 bad=1");
  expect(decimals(await guest.command("report"))).toMatchObject({ count: 260, untold: 0 });
});

describe("every driver", () => {
  test("works without interrupts", async () => {
    guest = await bootOnOwnBalloon({ driver: "buggy", options: { irq: "off" } });
    expect(await changeTarget(guest, 1000)).toBe("settled ballooned=1000 batches=4/0");
    expect(await changeTarget(guest, -1000)).toBe("settled ballooned=0 batches=0/4");
  });

  test("says so when there is no device", async () => {
    guest = await bootTinyGuest({ driver: "polite", memoryBytes: MEMORY_BYTES });
    expect(guest.lines.at(-1)).toBe("no device");
    await expect(guest.command("status")).rejects.toThrow("error no device");
    expect(await guest.command("quit")).toBe("bye");
  });
});

test("a device attached before the guest runs is the one that the guest finds", async () => {
  let running: boolean | undefined;
  guest = await bootOnOwnBalloon({ prepare: (emulator) => void (running = emulator.is_running()) });
  expect(running).toBe(false);
  expect(guest.emulator.is_running()).toBe(true);
  await guest.destroy();
  expect(guest.emulator.is_running()).toBe(false);
});

test("a guest that cannot start gives an error with the reason", async () => {
  await expect(bootOnOwnBalloon({ driver: "lazy" as "polite" })).rejects.toThrow("panic unknown driver");
});

/** How it ends: the lock policy of a driver that runs, or the line with which the guest gives up. */
type End = "on" | "off" | "features refused" | "silent deflate missing";

/** For each class, on a device that offers SILENT_DEFLATE (class "never" cannot) and on one that does not. */
const ENDS: Readonly<Record<TinyGuestDriver, Readonly<Record<DeviceClass, readonly [End, End]>>>> = {
  polite: { never: ["on", "on"], optional: ["on", "on"], always: ["on", "on"] },
  hostile: { never: ["on", "on"], optional: ["on", "on"], always: ["on", "on"] },
  silent: {
    never: ["features refused", "features refused"],
    optional: ["off", "off"],
    always: ["off", "off"],
  },
  buggy: {
    never: ["features refused", "features refused"],
    optional: ["off", "off"],
    always: ["off", "off"],
  },
  refusing: {
    never: ["silent deflate missing", "silent deflate missing"],
    optional: ["off", "silent deflate missing"],
    always: ["off", "silent deflate missing"],
  },
  reverting: { never: ["on", "on"], optional: ["off", "on"], always: ["off", "on"] },
};

const SILENT_BIT = 50;

describe.each(TINY_GUEST_DRIVERS)("%s, on a device of class", (driver) => {
  test.each<[DeviceClass, string, number]>([
    ["never", "with", 0],
    ["never", "without", 1],
    ["optional", "with", 0],
    ["optional", "without", 1],
    ["always", "with", 0],
    ["always", "without", 1],
  ])("%s, %s a bit for SILENT_DEFLATE", async (silentDeflate, _, column) => {
    const end = ENDS[driver][silentDeflate][column]!;
    const machine = await bootOnBallonet(
      { driver, options: { silent_bit: SILENT_BIT } },
      { silentDeflate: silentDeflate, ...(column === 0 ? { silentDeflateBit: SILENT_BIT } : {}) },
    );
    guest = machine.guest;
    if (end === "on" || end === "off") {
      expect(machine.balloon.counters().outcome).toMatchObject({ result: "accepted", lockPolicy: end });
      await setTarget(machine, 300);
      await setTarget(machine, 100);
      expect(await guest.command("report")).toMatch(expectedReport(machine));
      // The driver writes to its pages before it tells the device, or after the device has answered.
      const survived = guest.lines.filter((line) => line.startsWith("survived "));
      expect(survived).toEqual(end === "off" ? ["survived ok=200 bad=0"] : []);
      const reused = guest.command("silent 10");
      if (end === "off") expect(await reused).toBe("silent reused=10");
      else await expect(reused).rejects.toThrow("does not reuse pages silently");
    } else {
      expect(guest.lines.at(-1)).toBe(end);
      // The driver says FAILED, and never DRIVER_OK.
      expect(await guest.command("status")).toBe("status 83");
      expect(await guest.command("reset")).toBe(end);
      expect(machine.balloon.counters().balloonedFrames).toBe(0);
    }
  });
});
