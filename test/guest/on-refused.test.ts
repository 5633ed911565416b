import { afterEach, describe, expect, test } from "vitest";
import type { V86BalloonOptions } from "../../src/v86/index.ts";
import { loadEmulator } from "../../src/guest/tiny-guest-emulator.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import { until } from "../v86/machine.ts";
import { MEMORY_BYTES } from "./own-balloon.ts";

type Emulator = Awaited<ReturnType<typeof loadEmulator>>;

let emulator: Emulator;
afterEach(() => emulator.destroy());

async function run(driver: "buggy" | "polite", options: V86BalloonOptions): Promise<string[]> {
  emulator = await loadEmulator({ driver, memoryBytes: MEMORY_BYTES });
  const reasons: string[] = [];
  emulator.add_listener("balloon0-refused", (reason: string) => reasons.push(reason));
  const balloon = attachBalloon(emulator, options);
  await emulator.run();
  await until(() => balloon.counters().outcome !== undefined);
  return reasons;
}

const REASON = "the guest does not negotiate WILL_TELL_HOST and the device does not support silent deflate";

describe("a driver that a device of class never refuses", () => {
  test('stops the emulator with onRefused "stop", which gives the reason', async () => {
    const reasons = await run("buggy", { silentDeflate: "never", onRefused: "stop" });
    expect(reasons).toEqual([REASON]);
    await until(() => !emulator.is_running());
  });

  test.each([{}, { onRefused: "run" }] as const)(
    "runs on with %j, which gives the reason",
    async (options) => {
      const reasons = await run("buggy", { silentDeflate: "never", ...options });
      expect(reasons).toEqual([REASON]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(emulator.is_running()).toBe(true);
    },
  );
});

test("a driver that is accepted stops nothing", async () => {
  expect(await run("polite", { silentDeflate: "never", onRefused: "stop" })).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(emulator.is_running()).toBe(true);
});
