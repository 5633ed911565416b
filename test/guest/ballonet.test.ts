import { afterEach, describe, expect, test } from "vitest";
import type { TinyGuestOptions } from "../../src/guest/tiny-guest.ts";
import { RecordingHost } from "../../src/host/index.ts";
import type { V86BalloonOptions } from "../../src/v86/index.ts";
import { bootOnBallonet, expectedReport, setTarget, type Machine } from "./ballonet.ts";
import { decimals, MEMORY_BYTES } from "./own-balloon.ts";

const LAST_FRAME = MEMORY_BYTES / 4096 - 1;
const SILENT_BIT = 50;

let machine: Machine;
afterEach(() => machine.guest.destroy());

async function boot(options: Partial<TinyGuestOptions>, balloon?: V86BalloonOptions): Promise<Machine> {
  return (machine = await bootOnBallonet(options, balloon));
}

describe("each driver takes what it should of the offer:", () => {
  test.each([
    ["polite", "0000000100000001"],
    ["silent", "0004000100000000"],
    ["buggy", "0000000100000000"],
    ["hostile", "0000000100000001"],
  ] as const)("%s: %s", async (driver, acked) => {
    const { guest } = await boot(
      { driver, options: { silent_bit: SILENT_BIT } },
      { silentDeflateBit: SILENT_BIT },
    );
    expect(guest.lines).toContain(`negotiated offered=000401013000000b acked=${acked} queues=2`);
  });

  test("a refused driver gives up, and the guest survives", async () => {
    const { guest, balloon } = await boot({ driver: "buggy" }, { silentDeflate: "never" });
    expect(guest.lines.at(-1)).toBe("features refused");
    expect(await guest.command("status")).toBe("status 83");
    expect(balloon.counters().accepted).not.toContain("SILENT_DEFLATE");
    expect(await guest.command("reset")).toBe("features refused");
    expect(await guest.command("quit")).toBe("bye");
  });
});

describe("guest and device agree on every page", () => {
  test.each([
    ["by interrupt", {}],
    ["polling", { irq: "off" }],
    ["with indirect tables and event indices", { indirect: "on", event_idx: "on", stats: "on" }],
    ["polling with event indices", { irq: "off", event_idx: "on" }],
  ])("%s", async (_, options) => {
    const { guest } = await boot({ options });
    await guest.command("fragment 3");
    for (const target of [1000, 300, 2000, 1]) {
      await setTarget(machine, target);
      expect(await guest.command("report")).toMatch(expectedReport(machine));
    }
    expect(decimals(await guest.command("check")).bad).toBe(0);
    expect(machine.balloon.actual).toBe(4096);
  });
});

test("the contents of a ballooned page are gone, and nothing else", async () => {
  const { guest } = await boot({});
  const lastPage = () => guest.emulator.read_memory(LAST_FRAME * 4096, 4096).some((byte) => byte !== 0);
  expect(lastPage()).toBe(true);
  await setTarget(machine, 1);
  expect(lastPage()).toBe(false);
  expect(decimals(await guest.command("check")).bad).toBe(0);
});

test("a silent driver keeps its data, whether it tells the host or not", async () => {
  const { guest } = await boot(
    { driver: "silent", options: { silent_bit: SILENT_BIT } },
    { silentDeflateBit: SILENT_BIT },
  );
  await setTarget(machine, 500);
  await guest.command("silent 100");
  expect(await guest.command("report")).toMatch(expectedReport(machine));
  expect(await guest.command("tell")).toBe("told ok=100 bad=0");
  expect(await guest.command("report")).toMatch(expectedReport(machine));
  const survived = guest.waitFor("survived");
  await setTarget(machine, 0);
  expect(await survived).toBe("survived ok=400 bad=0");
});

test("an acknowledgement may come much later", async () => {
  let host!: RecordingHost;
  const { guest } = await boot(
    {},
    {
      onLockFailure: "withhold",
      host: (inner, frames) => (host = new RecordingHost({ frames, inner })),
    },
  );
  await setTarget(machine, 300);
  host.lockLimit = 0;
  const settled = setTarget(machine, 100);
  // Meanwhile the guest asks for its pages; they stay in the balloon until it has the answer.
  await guest.command("status");
  expect(machine.balloon.counters().withheld).toBe(true);
  expect(decimals(await guest.command("report")).count).toBe(300);
  await expect(guest.command("abuse empty")).rejects.toThrow("a request is in flight");
  host.lockLimit = Infinity;
  expect(await settled).toBe("settled ballooned=100 batches=0/1");
  expect(await guest.command("report")).toMatch(expectedReport(machine));
});

test("the guest continues from a saved state in another machine", async () => {
  const first = await bootOnBallonet();
  await setTarget(first, 700);
  const report = await first.guest.command("report");
  const state = await first.guest.emulator.save_state();
  await first.guest.destroy();

  const { guest, balloon } = await boot({});
  await guest.emulator.restore_state(state);
  expect(await guest.command("report")).toBe(report);
  expect(report).toMatch(expectedReport(machine));
  expect(balloon.restoreRefusal).toBeUndefined();
  expect(await setTarget(machine, 200)).toBe("settled ballooned=200 batches=0/2");
  expect(decimals(await guest.command("check")).bad).toBe(0);
});
