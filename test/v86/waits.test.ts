import { expect, onTestFinished, test } from "vitest";
import { attachBalloon } from "../../src/v86/index.ts";
import { bootMachine, MEMORY_BYTES } from "./machine.ts";
import { newMachine } from "./new-machine.ts";

test("waits in v86 end when the guest gives memory or sends statistics, and time out when it is silent", async () => {
  const { guest, balloon } = await bootMachine({ host: (inner) => inner }, { options: { stats: "on" } });
  onTestFinished(() => guest.destroy());
  expect(await balloon.inflateTo(2 ** 20 + 1)).toBe(2 ** 20);
  expect(balloon.ballooned).toBe(2 ** 20);
  expect(Number((await balloon.stats()).MEMTOT)).toBeGreaterThan(MEMORY_BYTES / 2);
  expect(await balloon.inflateTo(0)).toBe(0);

  await guest.emulator.stop();
  const silent = balloon.inflateTo(2 ** 20, { timeout: 20 });
  await expect(silent).rejects.toMatchObject({ name: "WaitError", reason: "timeout", ballooned: 0 });
});

test("a wait for a machine that has not loaded heeds its signal and its options, and then asks for nothing", async () => {
  const balloon = attachBalloon(newMachine().emulator);
  const controller = new AbortController();
  const { signal } = controller;
  const waits: Promise<unknown>[] = [
    balloon.inflateTo(2 ** 20, { signal }),
    balloon.stats({ signal }),
    balloon.cleanup({ signal }),
  ];
  waits.push(balloon.inflateTo(2 ** 20, { signal: AbortSignal.abort("enough") }));
  controller.abort("enough");
  const rejected = { status: "rejected", reason: "enough" };
  expect(await Promise.allSettled<unknown>(waits)).toEqual(waits.map(() => rejected));
  await expect(balloon.stats({ timeout: -1 })).rejects.toThrow(/^timeout: expected/);
  await balloon.ready;
  expect(balloon.target).toBe(0);
});
