import { afterEach, describe, expect, test } from "vitest";
import type { V86BalloonOptions, V86Like } from "../../src/v86/index.ts";
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

/** A state as packages of before the slot was kept made it. */
function withoutSlot(at: Machine): void {
  const { cpu } = (at.guest.emulator as unknown as V86Like).v86;
  const get = at.balloon.get_state.bind(at.balloon);
  const save = cpu.get_state.bind(cpu);
  cpu.get_state = () => {
    const state = save();
    const [tag, snapshot, registers] = get();
    const rest: object = { ...(JSON.parse(registers) as object), slot: undefined };
    state[84] = [tag, snapshot, JSON.stringify(rest)];
    return state;
  };
}

const SAVED = 400;

async function savedIn(options: V86BalloonOptions, old: boolean): Promise<ArrayBuffer> {
  const at = await machine(options);
  await settle(at, SAVED);
  if (old) withoutSlot(at);
  return at.guest.emulator.save_state();
}

describe.each([false, true])("a state saved in slot 13, by an old package: %s", (old) => {
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
    const state = await savedIn({ pciSlot: 13 }, old);
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
    await until(() => to.balloon.actual === 100);
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
  await until(() => to.balloon.actual === 50);
});
