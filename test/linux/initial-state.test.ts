import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { V86 } from "v86";
import { linuxMachine } from "../../rig/linux/machine.ts";
import { attachBalloon } from "../../src/v86/index.ts";
import type { V86Balloon } from "../../src/v86/index.ts";
import { asZstd } from "../v86/new-machine.ts";
import { linux } from "./gate.ts";
import { bootAndAttach, settle, until } from "./machine.ts";

const SAVED = 8000;

describe.skipIf(!linux.available)(`Linux started from initial_state${linux.note}`, () => {
  let state: ArrayBuffer;
  let emulator: V86 | undefined;

  beforeAll(async () => {
    const machine = await bootAndAttach({});
    await settle(machine, SAVED);
    state = await machine.guest.save();
    await machine.guest.destroy();
  }, 240_000);
  afterEach(() => emulator?.destroy());
  afterAll(() => {
    emulator = undefined;
  });

  const attached: Readonly<Record<string, (made: V86) => Promise<V86Balloon>>> = {
    "right after new V86": (made) => Promise.resolve(attachBalloon(made)),
    "at emulator-loaded": (made) =>
      new Promise((resolve) => {
        made.add_listener("emulator-loaded", () => {
          resolve(attachBalloon(made));
        });
      }),
  };

  test.each(Object.keys(attached).flatMap((moment) => [true, false].map((zstd) => ({ moment, zstd }))))(
    "has its balloon, attached $moment, and follows its target; compressed: $zstd",
    async ({ moment, zstd }) => {
      const buffer = zstd ? asZstd(new Uint8Array(state)) : state.slice(0);
      const { v86 } = await linuxMachine({}, () => undefined);
      emulator = new V86({ ...v86, initial_state: { buffer }, autostart: true });
      const balloon = await attached[moment]!(emulator);
      await balloon.ready;
      await until(() => balloon.ballooned === SAVED * 4096);
      for (const frames of [12_000, 100]) {
        balloon.target = frames * 4096;
        await until(() => balloon.actual === frames * 4096);
      }
      expect(balloon.counters()).toMatchObject({ balloonedFrames: 100, faults: {}, needsReset: false });
    },
    120_000,
  );
});
