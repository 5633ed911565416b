import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { V86 } from "v86";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Balloon, V86BalloonOptions, V86Like } from "../../src/v86/index.ts";
import { bootMachine, MEMORY_BYTES, settle, until } from "./machine.ts";
import { asZstd, destroyMachines, happens, newMachine } from "./new-machine.ts";

const SAVED = 1000;
const MIB = 2 ** 20;

afterEach(destroyMachines);

/** Of a guest that has given SAVED frames. */
let state: ArrayBuffer;
beforeAll(async () => {
  const at = await bootMachine();
  await settle(at, SAVED);
  state = await at.guest.emulator.save_state();
  await at.guest.destroy();
});

type Attach = (emulator: V86, options?: V86BalloonOptions) => Promise<V86Balloon>;

function at(event: "emulator-ready" | "emulator-loaded"): Attach {
  return (emulator, options) =>
    new Promise((resolve) => {
      emulator.add_listener(event, () => {
        resolve(attachBalloon(emulator, options));
      });
    });
}

/** Resolves at the assignment. Polling every few milliseconds might find the guest running already. */
function isSet(object: object, name: string): Promise<void> {
  return new Promise((resolve) => {
    Object.defineProperty(object, name, {
      configurable: true,
      set: (value: unknown) => {
        Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
        resolve();
      },
    });
  });
}

const MOMENTS: Readonly<Record<string, Attach>> = {
  "right after new V86": (emulator, options) => Promise.resolve(attachBalloon(emulator, options)),
  "once the module is there": async (emulator, options) => {
    await isSet(emulator, "v86");
    return attachBalloon(emulator, options);
  },
  "at emulator-ready": at("emulator-ready"),
  "at emulator-loaded": at("emulator-loaded"),
  "soon after emulator-loaded": async (emulator, options) => {
    await happens(emulator, "emulator-loaded");
    return attachBalloon(emulator, options);
  },
};

const STATES = {
  none: (): undefined => undefined,
  plain: () => state.slice(0),
  zstd: () => asZstd(new Uint8Array(state)),
};

const TABLE = Object.keys(MOMENTS).flatMap((moment) =>
  [true, false].flatMap((autostart) =>
    (["none", "plain", "zstd"] as const).map((initial) => ({ moment, autostart, initial })),
  ),
);

describe.each(TABLE)("attached $moment, autostart $autostart, initial_state $initial:", (row) => {
  const { moment, autostart, initial } = row;

  async function attached(): Promise<{ emulator: V86; balloon: V86Balloon; heard: string[] }> {
    const buffer = STATES[initial]();
    const { emulator } = newMachine({ autostart, ...(buffer && { initial_state: { buffer } }) });
    const heard: string[] = [];
    emulator.add_listener("balloon0-restore-refused", (reason: string) => heard.push(reason));
    const loaded = happens(emulator, "emulator-loaded");
    const balloon = await MOMENTS[moment]!(emulator);
    await loaded;
    return { emulator, balloon, heard };
  }

  test("the guest has its balloon, which follows a new target", async () => {
    const { emulator, balloon, heard } = await attached();
    expect(await balloon.ready).toBe(balloon.device);
    expect(balloon.ballooned).toBe(initial === "none" ? 0 : SAVED * 4096);
    expect(balloon.target).toBe(balloon.ballooned);
    expect([balloon.restoreRefusal, heard]).toEqual([undefined, []]);
    balloon.target = 2000 * 4096;
    if (!autostart) await emulator.run();
    await until(() => balloon.actual === 2000 * 4096);
    expect(balloon.counters().faults).toEqual({});
  });

  test("a target that was set at once stays, whatever the state says", async () => {
    const buffer = STATES[initial]();
    const { emulator } = newMachine({ autostart, ...(buffer && { initial_state: { buffer } }) });
    const balloon = await MOMENTS[moment]!(emulator);
    balloon.target = 1500 * 4096;
    await balloon.ready;
    if (!autostart) await emulator.run();
    await until(() => balloon.actual === 1500 * 4096);
    expect(balloon.ballooned).toBe(1500 * 4096);
  });
});

describe("the balloon of a machine that is not ready", () => {
  test("is empty", async () => {
    const { emulator } = newMachine();
    const balloon = attachBalloon(emulator, { deflateOnOom: true });
    expect([balloon.ballooned, balloon.target, balloon.compat.num_pages, balloon.compat.actual]).toEqual([
      0, 0, 0, 0,
    ]);
    balloon.target = 4 * MIB;
    balloon.compat.Inflate(100);
    balloon.compat.Deflate(24);
    balloon.reset();
    expect(balloon.target).toBe(1100 * 4096);
    expect(balloon.counters()).toMatchObject({
      frames: 0,
      targetFrames: 1100,
      balloonedFrames: 0,
      outcome: undefined,
    });
    expect(balloon.counters().offered).toContain("DEFLATE_ON_OOM");
    expect(() => balloon.device).toThrow("the machine is not ready yet: await balloon.ready");
    expect(() => balloon.compat.get_state()).toThrow("not ready");
    expect(() => {
      balloon.compat.set_state(undefined);
    }).toThrow("not ready");
    await balloon.ready;
    expect(balloon.counters()).toMatchObject({ frames: MEMORY_BYTES / 4096, targetFrames: 1100 });
  });

  test("answers questions to the guest at once, with a reason", () => {
    const balloon = attachBalloon(newMachine().emulator);
    const answers: unknown[] = [];
    balloon.compat.GetStats((...answer) => answers.push(answer));
    balloon.compat.Cleanup((...answer) => answers.push(answer));
    const reason = "the machine is not ready yet";
    expect(answers).toEqual([
      [{}, reason],
      [0, reason],
    ]);
  });

  test("accepts a target larger than the memory turns out to be", async () => {
    const balloon = attachBalloon(newMachine().emulator);
    balloon.target = 1024 * MIB;
    await balloon.ready;
    expect(balloon.target).toBe(MEMORY_BYTES);
  });

  test.each([NaN, -4096, 0.5, Infinity, 2 ** 45])("refuses a target of %d bytes", (bytes) => {
    const balloon = attachBalloon(newMachine().emulator);
    expect(() => (balloon.target = bytes)).toThrow(RangeError);
    expect(balloon.target).toBe(0);
  });

  test.each([
    [{ silentDeflate: "sometimes" }, TypeError, "sometimes"],
    [{ silentDeflateBit: 2 }, RangeError, "2"],
    [{ onLockFailure: "panic" }, TypeError, "panic"],
    [{ transport: "isa" }, TypeError, "isa"],
    [{ host: {} }, TypeError, "host"],
    [{ pciSlot: 0 }, RangeError, "pciSlot: expected an integer from 1 to 31, got 0"],
    [{ pciSlot: 32 }, RangeError, "pciSlot"],
    [{ pciSlot: "5" }, TypeError, 'pciSlot: expected an integer from 1 to 31, got "5"'],
    [{ ioPort: 1 }, RangeError, "ioPort: expected a multiple of 256 from 4096 to 65280, got 1"],
    [{ onRefused: "panic" }, TypeError, 'onRefused: expected "run" or "stop", got "panic"'],
  ])("has its options checked at once: %j", (options, kind, text) => {
    const { emulator } = newMachine();
    const wrong = (): unknown => attachBalloon(emulator, options as V86BalloonOptions);
    expect(wrong).toThrow(kind);
    expect(wrong).toThrow(text);
    expect(attachBalloon(emulator).disposed).toBe(false);
  });

  test("must be the only one", () => {
    const { emulator } = newMachine();
    attachBalloon(emulator);
    expect(() => attachBalloon(emulator)).toThrow("the machine has a balloon already");
  });

  test.each([
    ["v86's own balloon", { virtio_balloon: true }, {}, "virtio_balloon"],
    ["a device in the slot", {}, { pciSlot: 5 }, "PCI slot 5 is taken by ne2k"],
    ["a host that cannot be", {}, { host: failing }, "no host"],
  ] as const)("cannot exist with %s, and ready says so", async (_, v86, options, text) => {
    const { emulator } = newMachine(v86);
    const balloon = attachBalloon(emulator, options);
    const loaded = happens(emulator, "emulator-loaded");
    await expect(balloon.ready).rejects.toThrow(text);
    expect(balloon.disposed).toBe(true);
    await loaded;
    // Nothing is left of it.
    if (!("virtio_balloon" in v86)) expect(attachBalloon(emulator).disposed).toBe(false);
  });

  test("makes its host once the memory exists", async () => {
    const made: number[] = [];
    const balloon = attachBalloon(newMachine().emulator, {
      host: (zeroing, frames) => {
        made.push(frames);
        return zeroing;
      },
    });
    expect(made).toEqual([]);
    await balloon.ready;
    expect(made).toEqual([MEMORY_BYTES / 4096]);
  });

  test("ends with its emulator, which goes on loading", async () => {
    const { emulator } = newMachine();
    const balloon = attachBalloon(emulator);
    const loaded = happens(emulator, "emulator-loaded");
    const ended = expect(balloon.ready).rejects.toThrow("disposed");
    // v86 cannot destroy what it has not made yet, and throws.
    await emulator.destroy().catch(() => undefined);
    await ended;
    expect(balloon.disposed).toBe(true);
    expect(balloon.counters()).toMatchObject({ balloonedFrames: 0, frames: 0 });
    await loaded;
    expect((emulator as unknown as V86Like).v86.cpu.devices.virtio_balloon).toBeUndefined();
  });

  test("waits for an emulator that never loads, and ends without it", () => {
    const { emulator } = newMachine({ wasm_fn: () => new Promise<never>(() => undefined) });
    const balloon = attachBalloon(emulator);
    balloon.target = MIB;
    expect(balloon.target).toBe(MIB);
    balloon.dispose();
    expect(balloon.disposed).toBe(true);
    expect(attachBalloon(emulator).disposed).toBe(false);
  });
});

function failing(): never {
  throw new Error("no host");
}

describe("a balloon attached to a machine that was restored and has run since", () => {
  test("says so to the host, and to the driver, which can start over", async () => {
    const { emulator, lines } = newMachine({ autostart: true, initial_state: { buffer: state.slice(0) } });
    await happens(emulator, "emulator-loaded");
    await until(() => emulator.get_instruction_counter() > 0);
    const heard: string[] = [];
    emulator.add_listener("balloon0-restore-refused", (reason: string) => heard.push(reason));
    const balloon = attachBalloon(emulator);
    const reason = "the machine was restored before the balloon was attached, and has run since";
    expect([balloon.restoreRefusal, heard]).toEqual([reason, [reason]]);
    expect(balloon.counters()).toMatchObject({ balloonedFrames: 0, needsReset: true });
    await until(() => lines.includes("needs-reset"));
    balloon.target = 300 * 4096;
    emulator.serial0_send("reset\n");
    await until(() => balloon.actual === 300 * 4096);
    expect(balloon.counters()).toMatchObject({ balloonedFrames: 300, needsReset: false });
  });

  test("says nothing if the state had no balloon", async () => {
    const bare = newMachine({ autostart: true });
    await until(() => bare.lines.includes("no device"));
    const without = await bare.emulator.save_state();
    const { emulator } = newMachine({ autostart: true, initial_state: { buffer: without } });
    await happens(emulator, "emulator-loaded");
    await until(() => emulator.get_instruction_counter() > 0);
    const balloon = attachBalloon(emulator);
    expect(balloon.restoreRefusal).toBeUndefined();
    expect(balloon.counters().needsReset).toBe(false);
  });
});

test("the state of a machine with v86's own balloon is refused, because its driver has lost its device", async () => {
  const own = newMachine({ virtio_balloon: true, autostart: true });
  await until(() => own.lines.includes("ready"));
  const saved = await own.emulator.save_state();
  const { emulator } = newMachine({ initial_state: { buffer: saved } });
  const heard: string[] = [];
  emulator.add_listener("balloon0-restore-refused", (reason: string) => heard.push(reason));
  const balloon = attachBalloon(emulator);
  await happens(emulator, "emulator-loaded");
  expect(balloon.restoreRefusal).toContain("v86's own balloon");
  expect(heard).toEqual([balloon.restoreRefusal]);
});

test("each state contains the balloon once, however often it is restored", async () => {
  let buffer = state;
  for (let i = 0; i < 3; i++) {
    const { emulator } = newMachine({ initial_state: { buffer: buffer.slice(0) } });
    attachBalloon(emulator);
    await happens(emulator, "emulator-loaded");
    buffer = await emulator.save_state();
  }
  const text = new TextDecoder().decode(new Uint8Array(buffer));
  expect(text.split("ballonet left")).toHaveLength(2);
});
