import { afterEach, describe, expect, test } from "vitest";
import { bootTinyGuest, type TinyGuest } from "../../src/cli/guest/tiny-guest.ts";
import { bootOnOwnBalloon, changeTarget, decimals, MEMORY_BYTES } from "./own-balloon.ts";

let guest: TinyGuest;
afterEach(() => guest.destroy());

test("a silent driver reuses pages first, and knows whether its data survived", async () => {
  guest = await bootOnOwnBalloon({ driver: "silent", options: { silent_bit: 50 } });
  // v86's device does not offer SILENT_DEFLATE, so neither bit is taken.
  expect(guest.lines).toContain("negotiated offered=000000010000000a acked=0000000100000000 queues=2");

  await changeTarget(guest, 600);
  const survived = guest.waitFor("survived");
  expect(await changeTarget(guest, -300)).toBe("settled held=300 batches=0/2");
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
    expect(await changeTarget(guest, 1000)).toBe("settled held=1000 batches=4/0");
    expect(await changeTarget(guest, -1000)).toBe("settled held=0 batches=0/4");
  });

  test("says so when there is no device", async () => {
    guest = await bootTinyGuest({ driver: "polite", memoryBytes: MEMORY_BYTES });
    expect(guest.lines.at(-1)).toBe("no device");
    await expect(guest.command("status")).rejects.toThrow("error no device");
    expect(await guest.command("quit")).toBe("bye");
  });
});

test("a device attached before the guest runs is the one it finds", async () => {
  let running: boolean | undefined;
  guest = await bootOnOwnBalloon({ prepare: (emulator) => void (running = emulator.is_running()) });
  expect(running).toBe(false);
  expect(guest.emulator.is_running()).toBe(true);
  await guest.destroy();
  expect(guest.emulator.is_running()).toBe(false);
});

test("a guest that cannot start is an error that says why", async () => {
  await expect(bootOnOwnBalloon({ driver: "lazy" as "polite" })).rejects.toThrow("panic unknown driver");
});
