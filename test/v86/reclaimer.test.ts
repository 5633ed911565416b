import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { attachBalloon, createReclaimer } from "../../src/v86/index.ts";
import type { Compaction, Reclaimer } from "../../src/v86/index.ts";
import { ReclaimLoop } from "../../src/v86/reclaimer/reclaim-loop.ts";
import { Quiet } from "../../src/v86/reclaimer/quiet.ts";
import { nextTarget } from "../../src/v86/reclaimer/target.ts";
import type { V86Cpu } from "../../src/v86/v86-like.ts";
import { FRAME_BYTES, FRAMES, TalkingGuest } from "../balance/talking-guest.ts";
import { machine as compactable, settle, wasm_fn } from "./compact-machine.ts";
import { until } from "./machine.ts";

const MIB = 2 ** 20;
const RESERVE = 100 * FRAME_BYTES;

describe("the next target", () => {
  const holdings = fc
    .record({ memory: fc.nat({ max: 2 ** 32 }), ballooned: fc.nat(), target: fc.nat(), available: fc.nat() })
    .map(({ memory, ballooned, target, available }) => ({
      memory,
      ballooned: memory === 0 ? 0 : ballooned % memory,
      target: memory === 0 ? 0 : target % memory,
      available: memory === 0 ? 0 : available % memory,
    }));

  test("leaves the guest its reserve, whatever the guest says", () => {
    fc.assert(
      fc.property(holdings, fc.nat({ max: 2 ** 30 }), (guest, reserve) => {
        const next = nextTarget(guest, reserve);
        expect(next).toBeGreaterThanOrEqual(0);
        const rising = guest.ballooned < guest.target;
        if (next !== guest.target || !rising)
          expect(next).toBeLessThanOrEqual(Math.max(0, guest.memory - reserve));
      }),
    );
  });

  test.each([
    ["takes what the guest does not need", { target: 0, ballooned: 0, available: 600 }, 500],
    ["gives back at once what the guest lacks", { target: 500, ballooned: 500, available: 40 }, 440],
    ["stays where the guest is about right, above", { target: 500, ballooned: 500, available: 120 }, 500],
    ["stays where the guest is about right, below", { target: 500, ballooned: 500, available: 80 }, 500],
    ["asks for no more while the guest is at it", { target: 500, ballooned: 200, available: 400 }, 500],
    ["follows a guest that has helped itself", { target: 500, ballooned: 300, available: 100 }, 300],
    ["does not fall below nothing", { target: 0, ballooned: 0, available: 0 }, 0],
  ])("%s", (_, guest, expected) => {
    expect(nextTarget({ memory: 1000, ...guest }, 100)).toBe(expected);
  });
});

describe("a reclaimer, by the clock", () => {
  let guest: TalkingGuest;
  let running: boolean;
  let quiet: boolean;
  let compactions: number;
  let fails: boolean;
  let loop: ReclaimLoop;
  const heard: unknown[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    [running, quiet, fails, compactions, heard.length] = [true, false, false, 0, 0];
    guest = new TalkingGuest(600);
    loop = new ReclaimLoop(
      {
        balloon: guest.machine.device,
        running: () => running,
        quiet: () => quiet,
        compact: () => {
          compactions++;
          return fails ? Promise.reject(new Error("no memory")) : Promise.resolve({} as Compaction);
        },
      },
      {
        reserveBytes: RESERVE,
        intervalMs: 1000,
        compactBytes: 200 * FRAME_BYTES,
        onCompacted: (compaction) => heard.push(compaction),
        onError: (error) => heard.push(String(error)),
      },
    );
  });
  afterEach(() => {
    loop.dispose();
    vi.useRealTimers();
  });

  /** Lets the guest answer and obey every second. */
  async function seconds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await vi.advanceTimersByTimeAsync(1000);
      guest.answer();
      guest.obey();
    }
  }

  test("takes all but the guest's reserve, and gives back what the guest lacks", async () => {
    await seconds(3);
    expect([guest.ballooned, guest.available]).toEqual([500, 100]);
    guest.available = 20;
    await seconds(3);
    expect([guest.ballooned, guest.available]).toEqual([420, 100]);
  });

  test("leaves a guest alone that says nothing, or a lie", async () => {
    guest.say([6, 2n ** 64n - 1n]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(guest.target).toBe(0);
    guest.say([6, 2n ** 60n]);
    expect(guest.target).toBeLessThanOrEqual(FRAMES - 100);
  });

  test("asks nothing of a machine that is stopped", async () => {
    running = false;
    quiet = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect(guest.answer()).toBe(false);
    expect(compactions).toBe(0);
  });

  test("compacts in a quiet moment when the balloon has grown enough, at most once a minute", async () => {
    await seconds(10);
    expect(compactions).toBe(0);
    quiet = true;
    await seconds(1);
    expect([compactions, heard.length]).toEqual([1, 1]);
    // Nothing more has come together.
    await seconds(70);
    expect(compactions).toBe(1);
    await takeAndGive();
    expect(compactions).toBe(2);
    await takeAndGive();
    expect(compactions).toBe(2);
    await seconds(60);
    expect(compactions).toBe(3);
  });

  test("notices what the guest takes back and gives again between two quiet moments", async () => {
    await seconds(3);
    quiet = true;
    await seconds(1);
    quiet = false;
    await seconds(60);
    await takeAndGive();
    quiet = true;
    await seconds(1);
    expect(compactions).toBe(2);
  });

  /** The guest needs its memory for a while: what it gives then is won again. */
  async function takeAndGive(): Promise<void> {
    for (let i = 0; i < 10 && guest.ballooned > 0; i++) {
      guest.available = 0;
      await seconds(1);
    }
    expect(guest.ballooned).toBe(0);
    guest.available = 600;
    await seconds(3);
    expect(guest.ballooned).toBe(500);
  }

  test("reports why a compaction failed, and tries again after a minute", async () => {
    [quiet, fails] = [true, true];
    await seconds(5);
    expect([compactions, heard]).toEqual([1, ["Error: no memory"]]);
    fails = false;
    await seconds(60);
    expect([compactions, heard.length]).toEqual([2, 2]);
  });

  test("ends with dispose, and with the balloon", async () => {
    loop.dispose();
    await seconds(5);
    expect([guest.target, vi.getTimerCount()]).toEqual([0, 0]);
    const other = new TalkingGuest(600);
    const nothing = (): void => undefined;
    const follower = new ReclaimLoop(
      {
        balloon: other.machine.device,
        running: () => true,
        quiet: () => true,
        compact: () => Promise.reject(new Error("not asked for")),
      },
      { reserveBytes: 0, intervalMs: 10, compactBytes: 1, onCompacted: nothing, onError: nothing },
    );
    other.machine.device.dispose();
    expect([follower.disposed, vi.getTimerCount()]).toEqual([true, 0]);
  });
});

describe("a quiet moment", () => {
  let instructions: number;
  let quiet: Quiet;

  beforeEach(() => {
    vi.useFakeTimers();
    instructions = 0xffff_f000;
    quiet = new Quiet(() => ({ instruction_counter: [instructions] }) as unknown as V86Cpu);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("is one in which the guest executes little, also where the counter wraps", () => {
    expect(quiet.look()).toBe(false);
    vi.advanceTimersByTime(1000);
    instructions = 0x1000;
    expect(quiet.look()).toBe(true);
    vi.advanceTimersByTime(1000);
    instructions += 50_000_000;
    expect(quiet.look()).toBe(false);
  });

  test("is one in which the page is hidden", () => {
    vi.stubGlobal("document", { visibilityState: "hidden" });
    expect(quiet.look()).toBe(true);
    vi.stubGlobal("document", { visibilityState: "visible" });
    expect(quiet.look()).toBe(false);
  });
});

describe("createReclaimer", () => {
  test.each([
    [{}, Error, "createReclaimer: the machine has no balloon that is ready: await balloon.ready"],
    [5, TypeError, "emulator: expected an object, got 5"],
  ])("refuses %o", (emulator, kind, message) => {
    expect(() => createReclaimer(emulator as object)).toThrow(new kind(message));
  });

  test("takes what a guest in v86 does not need, and gives its machine a new memory", async () => {
    const at = await compactable({}, { options: { stats: "on" } });
    const compactions: Compaction[] = [];
    let reclaimer: Reclaimer | undefined;
    try {
      const { balloon, guest } = at;
      reclaimer = createReclaimer(guest.emulator, {
        reserveBytes: 16 * MIB,
        intervalMs: 50,
        compactBytes: 8 * MIB,
        machine: { wasm_fn },
        onCompacted: (compaction) => compactions.push(compaction),
      });
      await until(() => balloon.ballooned > 8 * MIB);
      await until(() => compactions.length === 1);
      expect(compactions[0]!.copiedBytes).toBeLessThan(compactions[0]!.memoryBytes - 8 * MIB);
      expect(balloon.ballooned).toBeLessThanOrEqual(balloon.device.frames * FRAME_BYTES - 16 * MIB);
      reclaimer.dispose();
      await settle(at, 100);
    } finally {
      reclaimer?.dispose();
      await at.guest.destroy();
    }
  });
});

test("a balloon that is not ready yet cannot be reclaimed from", () => {
  const nothing = (): void => undefined;
  const emulator = {
    emulator_bus: { send: nothing },
    add_listener: nothing,
    remove_listener: nothing,
    stop: nothing,
    destroy: nothing,
  };
  attachBalloon(emulator);
  expect(() => createReclaimer(emulator)).toThrow("await balloon.ready");
});
