import { afterEach, describe, expect, test } from "vitest";
import { bootTinyGuest, type TinyGuest } from "../../src/cli/guest/tiny-guest.ts";
import { bootOnOwnBalloon, decimals, MEMORY_BYTES, ownBalloon } from "./own-balloon.ts";

let guest: TinyGuest;
afterEach(() => guest.destroy());

async function settled(change: () => void): Promise<string> {
  const line = guest.waitFor("settled");
  change();
  return line;
}

describe("a silent driver", () => {
  test("takes neither bit where SILENT_DEFLATE is not offered", async () => {
    guest = await bootOnOwnBalloon({ driver: "silent", options: { silent_bit: 50 } });
    expect(guest.lines).toContain("negotiated offered=000000010000000a acked=0000000100000000 queues=2");
  });

  test("reuses pages before it tells, and looks whether its data survived", async () => {
    guest = await bootOnOwnBalloon({ driver: "silent" });
    await settled(() => {
      ownBalloon(guest).Inflate(600);
    });
    const survived = guest.waitFor("survived");
    expect(
      await settled(() => {
        ownBalloon(guest).Deflate(400);
      }),
    ).toBe("settled held=200 batches=0/2");
    expect(await survived).toBe("survived ok=400 bad=0");
  });

  test("keeps reused pages in its report until it tells", async () => {
    guest = await bootOnOwnBalloon({ driver: "silent" });
    await settled(() => {
      ownBalloon(guest).Inflate(300);
    });
    expect(await guest.command("silent 40")).toBe("silent reused=40");
    expect(decimals(await guest.command("report"))).toMatchObject({ count: 300, untold: 40 });
    expect(await guest.command("tell")).toBe("told ok=40 bad=0");
    expect(decimals(await guest.command("report"))).toMatchObject({ count: 260, untold: 0 });
  });

  test("notices when reused data did not survive", async () => {
    guest = await bootOnOwnBalloon({ driver: "silent" });
    await settled(() => {
      ownBalloon(guest).Inflate(1);
    });
    await guest.command("silent 1");
    guest.emulator.write_memory(new Uint8Array(4096), MEMORY_BYTES - 4096);
    expect(await guest.command("check")).toMatch(/ bad=1$/);
    expect(await guest.command("tell")).toBe("told ok=0 bad=1");
  });
});

describe("every driver", () => {
  test("works without interrupts", async () => {
    guest = await bootOnOwnBalloon({ driver: "buggy", options: { irq: "off" } });
    expect(
      await settled(() => {
        ownBalloon(guest).Inflate(1000);
      }),
    ).toBe("settled held=1000 batches=4/0");
    expect(
      await settled(() => {
        ownBalloon(guest).Deflate(1000);
      }),
    ).toBe("settled held=0 batches=0/4");
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
