import { expect, onTestFinished, test } from "vitest";
import { bootMachine, MEMORY_BYTES } from "./machine.ts";

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
