import { afterEach, describe, expect, test } from "vitest";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Like } from "../../src/v86/index.ts";
import { heapBytes } from "../soak/heap.ts";
import { bootMachine, settle, until } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { destroyMachines, newMachine } from "./new-machine.ts";

const machines: Machine[] = [];
afterEach(async () => {
  for (const { guest } of machines.splice(0)) await guest.destroy();
  await destroyMachines();
});

async function machine(...options: Parameters<typeof bootMachine>): Promise<Machine> {
  const booted = await bootMachine(...options);
  machines.push(booted);
  return booted;
}

const inside = ({ guest }: Machine): V86Like => guest.emulator as unknown as V86Like;

/** Own methods of everything that a balloon touches, and the number of the emulator's listeners. */
function traces(at: Machine): unknown {
  const emulator = inside(at);
  const { cpu } = emulator.v86;
  const own = (owner: object): string[] =>
    Object.getOwnPropertyNames(owner).filter((name) => typeof (owner as never)[name] === "function");
  const { listeners } = (emulator as unknown as { bus: { listeners: Record<string, unknown[]> } }).bus;
  return {
    cpu: own(cpu),
    pci: own(cpu.devices.pci),
    emulator: own(emulator),
    balloon: cpu.devices.virtio_balloon !== undefined,
    listeners: Object.entries(listeners).flatMap(([name, list]) =>
      list.length > 0 ? [[name, list.length]] : [],
    ),
  };
}

describe("a balloon that ends", () => {
  test("leaves v86 as it was", async () => {
    const { emulator } = newMachine();
    const at = { guest: { emulator } } as unknown as Machine;
    await new Promise((resolve) => {
      emulator.add_listener("emulator-loaded", resolve);
    });
    const before = JSON.stringify(traces(at));
    const balloon = attachBalloon(emulator);
    expect(JSON.stringify(traces(at))).not.toBe(before);
    balloon.dispose();
    expect(JSON.stringify(traces(at))).toBe(before);
  });

  test("leaves alone what others have put over its methods, which still work", async () => {
    const at = await machine();
    const { cpu } = inside(at).v86;
    const ours = cpu.reboot_internal.bind(cpu);
    let reboots = 0;
    cpu.reboot_internal = () => {
      reboots++;
      ours();
    };
    at.balloon.dispose();
    at.guest.emulator.restart();
    expect(reboots).toBe(1);
    expect(await at.guest.emulator.save_state()).toBeInstanceOf(ArrayBuffer);
  });

  test.each<[string, (at: Machine) => unknown]>([
    [
      "dispose",
      ({ balloon }) => {
        balloon.dispose();
      },
    ],
    [
      "using",
      ({ balloon }) => {
        balloon[Symbol.dispose]();
      },
    ],
    ["the emulator's destroy", ({ guest }) => guest.emulator.destroy()],
  ])("by %s is empty, says so once, and makes no more host calls", async (_, end) => {
    const at = await machine();
    await settle(at, 500);
    const heard: string[] = [];
    at.guest.emulator.add_listener("balloon0-disposed", () => heard.push("disposed"));
    at.balloon.device.statsInterval = 1;
    const { calls } = at.host;
    const before = calls.length;
    await end(at);
    at.balloon.dispose();
    expect([at.balloon.disposed, at.balloon.device.disposed, heard]).toEqual([true, true, ["disposed"]]);
    expect(at.balloon.counters()).toMatchObject({ balloonedFrames: 0, accepted: [] });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(calls).toHaveLength(before);
  });

  test("leaves the guest a device that does nothing", async () => {
    const at = await machine();
    await settle(at, 100);
    at.balloon.dispose();
    expect(await at.guest.command("status")).toBe("status 00");
    expect(await at.guest.command("reset")).toBe("features refused");
    expect(at.guest.emulator.is_running()).toBe(true);
  });

  test("makes room for another balloon", async () => {
    const at = await machine();
    at.balloon.dispose();
    const next = attachBalloon(at.guest.emulator);
    expect(next.restoreRefusal).toBeUndefined();
    await at.guest.command("reset");
    next.target = 100 * 4096;
    await until(() => next.actual === 100 * 4096);
    expect(at.balloon.ballooned).toBe(0);
  });

  test.each([
    ["a function made", true, 1],
    ["was given", false, 0],
  ])("disposes of a host that %s: %s", async (_, made, expected) => {
    let disposed = 0;
    const nothing = (): undefined => undefined;
    const host = {
      pinned: false,
      unlock: nothing,
      lock: nothing,
      discard: nothing,
      dispose: () => disposed++,
    };
    const at = await machine({ host: made ? () => host : host });
    at.balloon.dispose();
    at.balloon.dispose();
    expect(disposed).toBe(expected);
  });
});

describe("while the machine is stopped,", () => {
  test("nothing writes guest memory, and what was due is done when it runs again", async () => {
    const at = await machine({ onLockFailure: "withhold" }, { options: { stats: "on" } });
    await settle(at, 500);
    at.host.lockLimit = at.host.lockedFrames;
    at.balloon.target = 100 * 4096;
    await until(() => at.balloon.counters().withheld);
    await at.guest.emulator.stop();
    at.host.lockLimit = Infinity;
    at.balloon.device.statsInterval = 1;
    const bytes = at.balloon.device.frames * 4096;
    const before = at.guest.emulator.read_memory(0, bytes).slice();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(Buffer.compare(before, at.guest.emulator.read_memory(0, bytes))).toBe(0);
    expect(at.balloon.counters().withheld).toBe(true);
    const settled = at.guest.waitFor("settled ballooned=100");
    await at.guest.emulator.run();
    await settled;
  });

  test("nothing writes guest memory before its first start either", async () => {
    const { emulator } = newMachine();
    const balloon = attachBalloon(emulator);
    const device = await balloon.ready;
    device.statsInterval = 1;
    let asked = 0;
    device.requestStats = () => {
      asked++;
      return false;
    };
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(asked).toBe(0);
    await emulator.run();
    await until(() => asked > 0);
  });
});

test("destroyed machines are garbage-collected, whether they had statistics or not", async () => {
  const refs: WeakRef<object>[] = [];
  for (let i = 0; i < 8; i++) {
    const at = await bootMachine();
    at.balloon.device.statsInterval = 100;
    at.balloon.compat.GetStats(() => undefined);
    refs.push(new WeakRef(inside(at).v86.cpu));
    await at.guest.destroy();
  }
  await heapBytes();
  // The last one may still be on the stack of what destroyed it.
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
}, 120_000);
