import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { afterEach, describe, expect, test } from "vitest";
import { V86 } from "v86";
import { linuxFiles } from "../../rig/linux/files.ts";
import { attachBalloon, compact } from "../../src/v86/index.ts";
import type { V86Like } from "../../src/v86/index.ts";
import { linux } from "./gate.ts";
import { WaitingDisk } from "./waiting-disk.ts";
import { until } from "./machine.ts";

const MIB = 2 ** 20;
const SECTOR = 512;
/** Writes a letter to the serial port and halts. */
const SAY_B = [0xba, 0xf8, 0x03, 0xb0, 0x42, 0xee, 0xf4, 0xeb, 0xfd];

/** What a BIOS starts from a disk. */
function bootSector(code: readonly number[]): Uint8Array {
  const sector = new Uint8Array(SECTOR);
  sector.set(code);
  sector.set([0x55, 0xaa], SECTOR - 2);
  return sector;
}

let emulator: V86 | undefined;
afterEach(() => emulator?.destroy());

/*
 * Neither Linux nor the embedded guest starts again after v86's restart(), since v86 has put them into memory only once.
 * So this machine has a disk that its BIOS starts.
 */
describe.skipIf(!linux.available)(`a machine that is restarted${linux.note}`, () => {
  test.each(["while it is compacted", "afterwards"])("%s starts from its disk again", async (moment) => {
    const { bios } = await linuxFiles();
    const made = new V86({
      wasm_path: createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
      memory_size: 32 * MIB,
      bios: { buffer: Uint8Array.from(await readFile(bios)).buffer },
      hda: new WaitingDisk(MIB, bootSector(SAY_B)) as never,
      autostart: false,
      disable_keyboard: true,
      disable_mouse: true,
      disable_speaker: true,
    });
    emulator = made;
    let said = "";
    made.add_listener("serial0-output-byte", (byte: number) => {
      said += String.fromCharCode(byte);
    });
    await new Promise<void>((resolve) => {
      made.add_listener("emulator-loaded", resolve);
    });
    const balloon = attachBalloon(made);
    await made.run();
    await until(() => said === "B");
    const memoryOf = (): object => (made as unknown as V86Like).v86.cpu.wasm_memory;
    for (const wanted of ["BB", "BBB"]) {
      const before = memoryOf();
      const moving = compact(made);
      if (moment === "afterwards") await moving;
      made.restart();
      await moving;
      expect(memoryOf()).not.toBe(before);
      await until(() => said === wanted);
    }
    expect(balloon.counters()).toMatchObject({ faults: {}, needsReset: false });
  });
});
