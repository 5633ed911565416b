import { afterEach, describe, expect, test } from "vitest";
import { RecordingHost } from "../../src/host/index.ts";
import { compact } from "../../src/v86/index.ts";
import { ask, coreOf, destroyGuests, machine, settle, wasm_fn } from "./compact-machine.ts";
import type { CompactMachine } from "./compact-machine.ts";

const MIB = 2 ** 20;
const SMALL = 16 * MIB;
const ROUNDS = 11;
const WARMING_ROUNDS = 6;

afterEach(destroyGuests);

async function expectSound(at: CompactMachine): Promise<void> {
  expect(await ask(at, "check", "bad")).toBe("0");
  expect(await ask(at, "report", "count")).toBe(String(at.balloon.device.pages.count));
  expect(at.balloon.counters()).toMatchObject({ faults: {}, needsReset: false });
}

describe("a withheld deflate", () => {
  /** A machine whose guest waits, because its host cannot lock what it wants back. */
  async function withheld(): Promise<CompactMachine & { host: RecordingHost }> {
    let host: RecordingHost | undefined;
    const at = await machine(
      {
        host: (inner, frames) => (host = new RecordingHost({ frames, inner })),
        onLockFailure: () => "withhold",
      },
      { memoryBytes: SMALL },
    );
    await settle(at, 1000);
    host!.lockLimit = host!.lockedFrames;
    at.balloon.target = 0;
    await expect.poll(() => at.balloon.counters().withheld).toBe(true);
    return { ...at, host: host! };
  }

  test("exists only while the host locks memory, so compact refuses it", async () => {
    const at = await withheld();
    await expect(compact(at.guest.emulator, { wasm_fn })).rejects.toThrow("the host locks guest memory");
    const settled = at.guest.waitFor("settled ballooned=0", 30_000);
    at.host.lockLimit = Infinity;
    await settled;
    await expectSound(at);
  });

  test("of a restored machine whose host locks nothing is moved, and acknowledged once it runs", async () => {
    const from = await withheld();
    await from.guest.emulator.stop();
    const state = await from.guest.emulator.save_state();
    const at = await machine({}, { memoryBytes: SMALL });
    await at.guest.emulator.stop();
    await at.guest.emulator.restore_state(state);
    expect(at.balloon.restoreRefusal).toBeUndefined();
    expect(at.balloon.counters().withheld).toBe(true);
    const { wasm_memory } = coreOf(at.guest.emulator);
    await compact(at.guest.emulator, { wasm_fn });
    expect(coreOf(at.guest.emulator).wasm_memory).not.toBe(wasm_memory);
    expect(at.balloon.counters().withheld).toBe(true);
    const settled = at.guest.waitFor("settled ballooned=0", 30_000);
    await at.guest.emulator.run();
    await settled;
    expect(at.balloon.counters().withheld).toBe(false);
    await expectSound(at);
  });
});

describe("a guest's speed", () => {
  /** Milliseconds of processor time for the same work of the guest. Nobody else's guest runs meanwhile. */
  async function work(at: CompactMachine): Promise<number> {
    await at.guest.emulator.run();
    const before = process.cpuUsage();
    expect(await ask(at, "check", "bad")).toBe("0");
    const { user, system } = process.cpuUsage(before);
    await at.guest.emulator.stop();
    return (user + system) / 1000;
  }

  /** How much longer `subject` takes than `other`, side by side: a shared core is slow for both. */
  async function compared(subject: CompactMachine, other: CompactMachine): Promise<number> {
    const ratios: number[] = [];
    for (let round = -WARMING_ROUNDS; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? [subject, other] : [other, subject];
      const taken = new Map<CompactMachine, number>();
      for (const at of order) taken.set(at, await work(at));
      if (round >= 0) ratios.push(taken.get(subject)! / taken.get(other)!);
    }
    return ratios.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
  }

  test("is within 5 % of what it was, once v86 has translated its code again", async () => {
    const [subject, other] = [await machine(), await machine()];
    for (const at of [subject, other]) {
      await settle(at, 1000);
      await at.guest.emulator.stop();
    }
    const before = await compared(subject, other);
    await compact(subject.guest.emulator, { wasm_fn });
    const after = await compared(subject, other);
    console.info(`measured: speed after a compaction ${((100 * before) / after).toFixed(1)} %`);
    expect(after / before).toBeLessThan(1.05);
  });
});
