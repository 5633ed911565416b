import { afterEach, describe, expect, test } from "vitest";
import type { V86BalloonOptions } from "../../src/v86/index.ts";
import { bootMachine, settle, until } from "./machine.ts";
import type { Machine } from "./machine.ts";

const machines: Machine[] = [];
afterEach(async () => {
  for (const { guest } of machines.splice(0)) await guest.destroy();
});

async function machine(options: V86BalloonOptions): Promise<Machine> {
  const booted = await bootMachine(options);
  machines.push(booted);
  return booted;
}

const SAVED = 400;

async function savedIn(options: V86BalloonOptions): Promise<ArrayBuffer> {
  const at = await machine(options);
  await settle(at, SAVED);
  return at.guest.emulator.save_state();
}

describe("a state saved in slot 13", () => {
  test.each<[string, V86BalloonOptions, string | undefined]>([
    ["the same place", { pciSlot: 13 }, undefined],
    ["other ports: v86 moves them", { pciSlot: 13, ioPort: 0xd000 }, undefined],
    ["another slot", { pciSlot: 15 }, "saved in PCI slot 13, this device is in 15: its pciSlot must be 13"],
    ["the default slot", {}, "saved in PCI slot 13, this device is in 15: its pciSlot must be 13"],
    [
      "another transport",
      { pciSlot: 13, transport: "transitional" },
      "saved with a modern device, this one is transitional",
    ],
  ])("restored to %s", async (_, options, refusal) => {
    const state = await savedIn({ pciSlot: 13 });
    const to = await machine(options);
    const heard: string[] = [];
    to.guest.emulator.add_listener("balloon0-restore-refused", (reason: string) => heard.push(reason));
    await to.guest.emulator.restore_state(state);
    expect(to.balloon.restoreRefusal).toBe(refusal);
    expect(heard).toEqual(refusal === undefined ? [] : [refusal]);
    if (refusal !== undefined) {
      expect(to.balloon.counters()).toMatchObject({ balloonedFrames: 0, needsReset: true });
      return;
    }
    expect(to.balloon.ballooned).toBe(SAVED * 4096);
    to.balloon.target = 100 * 4096;
    await until(() => to.balloon.actual === 100 * 4096);
  });
});

test("a driver whose balloon is refused is told by an interrupt, and can start over", async () => {
  const from = await machine({ silentDeflate: "optional", stats: true });
  await settle(from, SAVED);
  const state = await from.guest.emulator.save_state();
  const to = await machine({ stats: false, silentDeflate: "always", queueNumbering: "spec" });
  const told = to.guest.waitFor("needs-reset");
  await to.guest.emulator.restore_state(state);
  expect(to.balloon.restoreRefusal).toBeDefined();
  await told;
  to.balloon.target = 50 * 4096;
  expect(await to.guest.command("reset")).toBe("ready");
  await until(() => to.balloon.actual === 50 * 4096);
});
