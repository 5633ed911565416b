import { afterEach, describe, expect, test, vi } from "vitest";
import { attachBalloon } from "../../src/v86/index.ts";
import { bootMachine, settle } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { destroyMachines, newMachine } from "./new-machine.ts";
import { virtioOf } from "../balloon/internals.ts";

const STATS = { options: { stats: "on" } };
const machines: Machine[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const { guest } of machines.splice(0)) await guest.destroy();
  await destroyMachines();
});

async function machine(...options: Parameters<typeof bootMachine>): Promise<Machine> {
  const booted = await bootMachine(...options);
  machines.push(booted);
  return booted;
}

/** The answers to the two questions. */
class Asked {
  readonly answers: [question: string, value: unknown, reason?: string | undefined][] = [];

  stats({ balloon }: Machine): void {
    balloon.compat.GetStats((...answer) => this.answers.push(["stats", ...answer]));
  }

  pages({ balloon }: Machine): void {
    balloon.compat.Cleanup((...answer) => this.answers.push(["pages", ...answer]));
  }
}

/** A guest that has taken the features and cannot answer, because it does not run. */
async function waiting(): Promise<{ at: Machine; asked: Asked }> {
  const at = await machine({ host: (inner) => inner }, STATS);
  await at.guest.emulator.stop();
  const asked = new Asked();
  asked.stats(at);
  asked.stats(at);
  expect(asked.answers).toEqual([]);
  return { at, asked };
}

describe("GetStats", () => {
  test("answers all callers, once", async () => {
    const at = await machine({}, STATS);
    const asked = new Asked();
    asked.stats(at);
    asked.stats(at);
    await vi.waitUntil(() => asked.answers.length > 0);
    expect(
      asked.answers.map(([, value, reason]) => [typeof (value as { MEMTOT: number }).MEMTOT, reason]),
    ).toEqual([
      ["number", undefined],
      ["number", undefined],
    ]);
    const again = new Promise((resolve) => at.balloon.device.on("stats", resolve));
    at.balloon.device.requestStats();
    await again;
    expect(asked.answers).toHaveLength(2);
  });

  test("asks a stopped machine once it runs, and leaves its memory alone until then", async () => {
    const { at, asked } = await waiting();
    const before = at.guest.emulator.read_memory(0, at.balloon.device.frames * 4096).slice();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Buffer.compare(before, at.guest.emulator.read_memory(0, before.length))).toBe(0);
    await at.guest.emulator.run();
    await vi.waitUntil(() => asked.answers.length === 2);
    expect(asked.answers[0]![2]).toBeUndefined();
  });

  test("answers the others when a callback throws", async () => {
    const { at, asked } = await waiting();
    at.balloon.compat.GetStats(() => {
      throw new Error("a callback's own");
    });
    asked.stats(at);
    const thrown = uncaught();
    at.balloon.reset();
    expect(asked.answers).toHaveLength(3);
    expect(String(await thrown)).toContain("a callback's own");
  });
});

/** The next uncaught error, hidden from the test runner. */
function uncaught(): Promise<unknown> {
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  return new Promise((resolve) => {
    process.once("uncaughtException", (error) => {
      for (const other of others) process.on("uncaughtException", other);
      resolve(error);
    });
  });
}

describe("an event between a question and its answer ends it with a reason:", () => {
  test.each<[string, string, (at: Machine) => unknown]>([
    [
      "a reset",
      "the device was reset",
      ({ balloon }) => {
        balloon.reset();
      },
    ],
    [
      "a reboot",
      "the device was reset",
      ({ guest }) => {
        guest.emulator.restart();
      },
    ],
    [
      "a restore",
      "the device was reset",
      async ({ guest }) => guest.emulator.restore_state(await guest.emulator.save_state()),
    ],
    [
      "a refused state",
      "the device was reset",
      ({ balloon }) => {
        balloon.compat.set_state(["ballonet", "{"]);
      },
    ],
    [
      "the end of the balloon",
      "the balloon was disposed of",
      ({ balloon }) => {
        balloon.dispose();
      },
    ],
    ["the end of the emulator", "the balloon was disposed of", ({ guest }) => guest.emulator.destroy()],
  ])("%s", async (_, reason, act) => {
    const { at, asked } = await waiting();
    await act(at);
    expect(asked.answers.map(([, ...answer]) => answer)).toEqual([
      [{}, reason],
      [{}, reason],
    ]);
  });

  test("the time limit of ten seconds", async () => {
    const at = await machine({}, STATS);
    await at.guest.emulator.stop();
    vi.useFakeTimers();
    const asked = new Asked();
    asked.stats(at);
    vi.advanceTimersByTime(9_999);
    expect(asked.answers).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(asked.answers).toEqual([["stats", {}, "the guest did not answer within 10 s"]]);
  });
});

describe("a question that cannot be answered is answered at once", () => {
  test.each<[string, string, (at: Machine) => void]>([
    [
      "there is no driver",
      "the driver has not started the device",
      ({ balloon }) => {
        balloon.reset();
      },
    ],
    [
      "the device needs a reset",
      "the device needs a reset",
      ({ balloon }) => {
        virtioOf(balloon.device).needsReset();
      },
    ],
    [
      "the balloon has ended",
      "the balloon was disposed of",
      ({ balloon }) => {
        balloon.dispose();
      },
    ],
  ])("when %s", async (_, reason, act) => {
    const at = await machine({}, STATS);
    act(at);
    const asked = new Asked();
    asked.stats(at);
    asked.pages(at);
    expect(asked.answers).toEqual([
      ["stats", {}, reason],
      ["pages", 0, reason],
    ]);
  });

  test("when the driver took neither feature", async () => {
    const at = await machine();
    const asked = new Asked();
    asked.stats(at);
    asked.pages(at);
    expect(asked.answers).toEqual([
      ["stats", {}, "the driver did not take STATS_VQ"],
      ["pages", 0, "the driver did not take FREE_PAGE_HINT"],
    ]);
  });

  test("when the balloon ended before its machine was ready", () => {
    const balloon = attachBalloon(newMachine().emulator);
    balloon.dispose();
    const answers: unknown[] = [];
    balloon.compat.GetStats((...answer) => answers.push(answer));
    expect(answers).toEqual([[{}, "the balloon was disposed of"]]);
  });
});

test("statistics work as before after all that", async () => {
  const at = await machine({}, STATS);
  await settle(at, 100);
  const asked = new Asked();
  asked.stats(at);
  await vi.waitUntil(() => asked.answers.length === 1);
  expect(asked.answers[0]).toHaveLength(2);
});
