import { expect, test } from "vitest";
import { attach } from "../../demo/src/machine/attach.ts";
import type { Attached } from "../../demo/src/machine/attach.ts";
import { savedSize } from "../../demo/src/machine/saved-size.ts";
import { bootTinyGuestWith } from "../../src/guest/tiny-guest.ts";
import type { TinyGuest } from "../../src/guest/tiny-guest.ts";

const MIB = 2 ** 20;
const SETTINGS = {
  driver: "polite",
  deviceClass: "optional",
  memoryBytes: 32 * MIB,
  memoryKind: "plain",
} as const;
const TROUBLE = { action: "degrade", failing: false } as const;

function boot(): Promise<Attached & { readonly guest: TinyGuest }> {
  const { driver, memoryBytes } = SETTINGS;
  return bootTinyGuestWith((emulator) => attach(emulator, SETTINGS, TROUBLE), { driver, memoryBytes });
}

test("the size without a balloon is that of v86's own save_state before the guest gave anything", async () => {
  const plain = await boot();
  plain.balloon.dispose();
  const own = (await plain.guest.emulator.save_state()).byteLength;
  await plain.guest.destroy();

  const { balloon, memory, guest } = await boot();
  await balloon.inflateTo(16 * MIB);
  const size = await savedSize(guest.emulator, { balloon, memory });
  await guest.destroy();
  expect(size.ballooned).toBe(16 * MIB);
  expect(size.state).toBeLessThan(own - 15 * MIB);
  // The page set and the counters of a device are in one of them only.
  expect(Math.abs(size.without - own)).toBeLessThan(0.1 * MIB);
});
