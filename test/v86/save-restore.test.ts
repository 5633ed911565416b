import { afterEach, expect, test } from "vitest";
import { ask, bootMachine, MEMORY_BYTES, settle, until } from "./machine.ts";
import type { Machine } from "./machine.ts";

const FRAMES = MEMORY_BYTES / 4096;
/** Enough for an inflate that takes a while. */
const LARGE_FRAMES = 16_384;
const LARGE = { memoryBytes: LARGE_FRAMES * 4096 };
const machines: Machine[] = [];

async function machine(...options: Parameters<typeof bootMachine>): Promise<Machine> {
  const booted = await bootMachine(...options);
  machines.push(booted);
  return booted;
}

afterEach(async () => {
  for (const { guest } of machines.splice(0)) await guest.destroy();
});

/** Both sides name the same pages, and no page in use was touched. */
async function expectAgreement(at: Machine): Promise<void> {
  let sum = 0n;
  at.balloon.device.pages.forEachRun((first, frames) => {
    for (let pfn = first; pfn < first + frames; pfn++) sum += BigInt(pfn);
  });
  expect(await ask(at, "report", "count")).toBe(String(at.balloon.device.pages.count));
  expect(BigInt(`0x${(await ask(at, "report", "sum"))!}`)).toBe(sum);
  expect(await ask(at, "check", "bad")).toBe("0");
}

test("a guest saved in the middle of an inflate continues in another machine, and nothing is lost", async () => {
  const from = await machine({}, LARGE);
  from.balloon.target = 12_000 * 4096;
  await until(() => from.balloon.device.pages.count > 2000);
  const state = await from.guest.emulator.save_state();
  const saved = from.balloon.device.pages.count;
  expect(saved).toBeLessThan(12_000);

  const to = await machine({}, LARGE);
  const settled = to.guest.waitFor("settled ballooned=12000", 20_000);
  await to.guest.emulator.restore_state(state);
  expect(to.balloon.restoreRefusal).toBeUndefined();
  await settled;
  expect(to.host.lockedFrames).toBe(LARGE_FRAMES - 12_000);
  await expectAgreement(to);
  await settle(to, 100);
  await expectAgreement(to);
  expect(to.host.lockedFrames).toBe(LARGE_FRAMES - 100);
  expect(to.balloon.counters().faults).toEqual({});
});

test("an acknowledgement that was withheld when the guest was saved reaches it after the restore", async () => {
  const from = await machine({ onLockFailure: "withhold" });
  await settle(from, 2000);
  from.host.lockLimit = from.host.lockedFrames;
  from.balloon.target = 1000 * 4096;
  await until(() => from.balloon.counters().withheld);
  const state = await from.guest.emulator.save_state();

  const to = await machine({ onLockFailure: "withhold" });
  const settled = to.guest.waitFor("settled ballooned=1000");
  await to.guest.emulator.restore_state(state);
  await settled;
  expect(to.balloon.counters()).toMatchObject({ balloonedFrames: 1000, withheld: false });
  await expectAgreement(to);
});

test("the statistics buffer that the device kept is returned after the restore", async () => {
  const from = await machine({}, { options: { stats: "on" } });
  const state = await from.guest.emulator.save_state();
  const to = await machine({}, { options: { stats: "on" } });
  await to.guest.emulator.restore_state(state);
  const stats = await new Promise<Record<string, number>>((resolve) => {
    to.balloon.compat.GetStats(resolve);
  });
  expect(stats.MEMTOT).toBeGreaterThan(0);
});

test("a machine can go back to its own earlier state", async () => {
  const at = await machine();
  await settle(at, 3000);
  const state = await at.guest.emulator.save_state();
  await settle(at, 500);
  await at.guest.emulator.restore_state(state);
  expect(at.balloon.counters()).toMatchObject({
    balloonedFrames: 3000,
    targetFrames: 3000,
    actualFrames: 3000,
  });
  expect(at.host.lockedFrames).toBe(FRAMES - 3000);
  await expectAgreement(at);
});

test("a device of class never refuses the state of a silent driver, and says why", async () => {
  const from = await machine({ silentDeflateBit: 50 }, { driver: "silent", options: { silent_bit: 50 } });
  await settle(from, 300);
  const saved = from.balloon.compat.get_state();
  const to = await machine({ silentDeflate: "never" });
  to.balloon.compat.set_state(saved);
  expect(to.balloon.restoreRefusal).toContain('class "never" does not support silent deflate');
  expect(to.balloon.counters()).toMatchObject({ balloonedFrames: 0, needsReset: true });
});

test("a state without this device, or with v86's own, leaves the device reset", async () => {
  const at = await machine();
  for (const saved of [undefined, [{}, 5, 5]]) {
    await at.guest.command("reset");
    await settle(at, 200);
    at.balloon.compat.set_state(saved);
    expect(at.balloon.counters()).toMatchObject({ balloonedFrames: 0, accepted: [], needsReset: false });
    expect(at.balloon.restoreRefusal).toBeUndefined();
  }
});

test("a damaged state is refused", async () => {
  const at = await machine();
  at.balloon.compat.set_state(["ballonet", "{"]);
  expect(at.balloon.restoreRefusal).toBe("TypeError: the saved registers of the balloon are not complete");
  expect(at.balloon.counters().needsReset).toBe(true);
});
