import { afterEach, describe, expect, test, vi } from "vitest";
import { Emitter } from "../../src/balloon/events.ts";
import type { BalloonEvents } from "../../src/balloon/index.ts";
import { describe as inWords } from "../../src/options/index.ts";
import { EVENTS } from "../../src/v86/events.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Like } from "../../src/v86/index.ts";
import { bootTinyGuest } from "../../src/guest/tiny-guest.ts";
import type { TinyGuest } from "../../src/guest/tiny-guest.ts";
import { ask, bootMachine, MEMORY_BYTES, settle, until } from "./machine.ts";
import type { Machine } from "./machine.ts";

const guests: TinyGuest[] = [];

async function machine(...options: Parameters<typeof bootMachine>): Promise<Machine> {
  const booted = await bootMachine(...options);
  guests.push(booted.guest);
  return booted;
}

afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.destroy();
});

describe("attachBalloon refuses", () => {
  test.each([[undefined], [null], ["v86"], [{}], [{ v86: { cpu: {} } }]])(
    "%j, which is not an emulator",
    (emulator) => {
      expect(() => attachBalloon(emulator as object)).toThrow(
        new TypeError(`emulator: expected a V86, got ${inWords(emulator)}`),
      );
    },
  );

  test("a machine with v86's own balloon, and a second balloon of ours", async () => {
    const own = await bootTinyGuest({
      driver: "polite",
      memoryBytes: MEMORY_BYTES,
      v86: { virtio_balloon: true },
    });
    guests.push(own);
    expect(() => attachBalloon(own.emulator)).toThrow("virtio_balloon");
    const { guest } = await machine();
    expect(() => attachBalloon(guest.emulator)).toThrow("already");
  });

  test("a PCI slot that is taken, and leaves the machine as it was", async () => {
    const bare = await bootTinyGuest({ driver: "polite", memoryBytes: MEMORY_BYTES });
    guests.push(bare);
    expect(bare.lines.at(-1)).toBe("no device");
    expect(() => attachBalloon(bare.emulator, { pciSlot: 1 })).toThrow("PCI slot 1 is taken");
    expect(attachBalloon(bare.emulator).device.frames).toBe(MEMORY_BYTES / 4096);
  });

  test("wrong options", async () => {
    const bare = await bootTinyGuest({ driver: "polite", memoryBytes: MEMORY_BYTES });
    guests.push(bare);
    expect(() => attachBalloon(bare.emulator, { silentDeflateBit: 2 })).toThrow(RangeError);
    expect(() => attachBalloon(bare.emulator, { silentDeflate: "sometimes" as never })).toThrow(TypeError);
    expect(() => attachBalloon(bare.emulator, { onLockFailure: "panic" as never })).toThrow(TypeError);
  });

  test.each([-4096, 0.5, MEMORY_BYTES + 1, NaN])("a target of %d bytes", async (bytes) => {
    const { balloon } = await machine();
    expect(() => (balloon.target = bytes)).toThrow(
      new RangeError(`target: expected an integer from 0 to ${MEMORY_BYTES}, got ${bytes}`),
    );
  });
});

test("attachBalloon accepts another slot and port", async () => {
  const at = await machine({ pciSlot: 0x11, ioPort: 0xd000 });
  await settle(at, 300);
  expect(at.balloon.actual).toBe(300 * 4096);
});

describe("in place of v86's own device,", () => {
  test("Inflate and Deflate move the target, within the machine's memory", async () => {
    const { balloon, guest } = await machine();
    const there = guest.waitFor("settled ballooned=900");
    balloon.compat.Inflate(1000);
    balloon.compat.Deflate(100);
    await there;
    expect([balloon.compat.num_pages, balloon.compat.actual]).toEqual([900, 900]);
    balloon.compat.Deflate(5000);
    expect(balloon.compat.num_pages).toBe(0);
    balloon.compat.Inflate(1e9);
    expect(balloon.compat.num_pages).toBe(MEMORY_BYTES / 4096);
  });

  test("GetStats calls back with numbers by name, and again when asked again", async () => {
    const { balloon } = await machine({}, { options: { stats: "on" } });
    for (let i = 0; i < 3; i++) {
      const stats = await new Promise<Record<string, number>>((resolve) => {
        balloon.compat.GetStats(resolve);
      });
      expect(stats.MEMTOT).toBeGreaterThan(0);
      expect(typeof stats.MEMFREE).toBe("number");
    }
  });

  test("the emulator's listeners get every event, by name, with one argument", async () => {
    const at = await machine();
    const heard: unknown[] = [];
    at.guest.emulator.add_listener("balloon0-inflate", (event) => heard.push(event));
    await settle(at, 300);
    expect(heard).toEqual([
      { pfns: 256, changed: 256, balloonedFrames: 256 },
      { pfns: 44, changed: 44, balloonedFrames: 300 },
    ]);
  });
});

test.each(EVENTS)("%s reaches the emulator's listeners until they are removed", async (name) => {
  const on = vi.spyOn(Emitter.prototype, "on");
  const { guest } = await machine();
  const emitter = on.mock.contexts.at(-1) as Emitter<BalloonEvents>;
  const heard: unknown[] = [];
  const listener = (value: unknown): unknown => heard.push(value);
  const tell = (value: unknown): void => {
    emitter.emit(name, value as never);
    emitter.flush();
  };
  guest.emulator.add_listener(`balloon0-${name}`, listener);
  tell("first");
  tell("second");
  guest.emulator.remove_listener(`balloon0-${name}`, listener);
  tell("third");
  expect(heard).toEqual(["first", "second"]);
});

test("a target that is not within memory is a RangeError, and any other is rounded down to frames", async () => {
  const { balloon } = await machine();
  for (const bytes of [-4096, 0.5, MEMORY_BYTES + 1, NaN, Infinity]) {
    expect(() => (balloon.target = bytes)).toThrow(RangeError);
  }
  balloon.target = 8191;
  expect(balloon.target).toBe(4096);
});

test("a reboot of the machine resets the device and gives all memory back, locked", async () => {
  const at = await machine();
  await settle(at, 500);
  expect(at.host.lockedFrames).toBe(MEMORY_BYTES / 4096 - 500);
  (at.guest.emulator as unknown as V86Like).v86.cpu.reboot_internal();
  expect(at.balloon.counters()).toMatchObject({
    balloonedFrames: 0,
    actualFrames: 0,
    targetFrames: 500,
    accepted: [],
  });
  expect(at.host.lockedFrames).toBe(MEMORY_BYTES / 4096);
});

describe("when a page cannot be locked again,", () => {
  test("degrade lets the guest go on, and the owed frames are locked later", async () => {
    const at = await machine({ onLockFailure: "degrade" });
    await settle(at, 1000);
    at.host.lockLimit = at.host.lockedFrames + 400;
    await settle(at, 0);
    const { owedFrames, host } = at.balloon.counters();
    expect(owedFrames).toBe(MEMORY_BYTES / 4096 - at.host.lockedFrames);
    expect(owedFrames).toBeGreaterThan(0);
    expect(host.lockFailures).toBeGreaterThan(0);
    at.host.lockLimit = Infinity;
    expect(at.balloon.device.retryLocks()).toBe(0);
    expect(at.host.lockedFrames).toBe(MEMORY_BYTES / 4096);
    expect(await ask(at, "check", "bad")).toBe("0");
  });

  test("withhold lets the guest wait for the acknowledgement until the lock succeeds", async () => {
    const at = await machine({ onLockFailure: "withhold" });
    await settle(at, 1000);
    at.host.lockLimit = at.host.lockedFrames;
    const settled = at.guest.waitFor("settled ballooned=0");
    at.balloon.target = 0;
    await until(() => at.balloon.counters().withheld);
    expect(at.balloon.counters().balloonedFrames).toBe(1000);
    at.host.lockLimit = Infinity;
    await settled;
    expect(at.balloon.counters()).toMatchObject({ balloonedFrames: 0, withheld: false, owedFrames: 0 });
    expect(await ask(at, "check", "bad")).toBe("0");
  });

  test("withhold lets the device ask for a reset after a limited number of tries", async () => {
    const at = await machine({ onLockFailure: "withhold" });
    await settle(at, 1000);
    at.host.lockLimit = at.host.lockedFrames;
    const broken = at.guest.waitFor("needs-reset");
    at.balloon.target = 0;
    await broken;
    expect(at.balloon.counters()).toMatchObject({ balloonedFrames: 1000, needsReset: true });
  });

  test("needs-reset tells the guest at once, which recovers by a reset", async () => {
    const at = await machine({ onLockFailure: "needs-reset" });
    await settle(at, 1000);
    at.host.failCall(0);
    const broken = at.guest.waitFor("needs-reset");
    at.balloon.target = 0;
    await broken;
    expect(at.balloon.counters()).toMatchObject({ balloonedFrames: 1000, needsReset: true });
    expect(await at.guest.command("reset")).toBe("ready");
    expect(at.balloon.counters()).toMatchObject({ balloonedFrames: 0, needsReset: false });
    expect(at.host.lockedFrames).toBe(MEMORY_BYTES / 4096);
  });
});
