import { describe, expect, test } from "vitest";
import { linux } from "./gate.ts";
import { bootAndAttach, note } from "./machine.ts";
import { bringUpNic, restoreUnderTraffic } from "./nic-traffic.ts";

const CYCLES = 10;

describe.skipIf(!linux.available)(`Linux with traffic on v86's network card${linux.note}`, () => {
  test.each([
    ["which shares its interrupt line with the balloon", 0x0d],
    ["which does not", 0x0f],
  ])(
    `%s: it continues after each of ${CYCLES} saves and restores`,
    async (_, pciSlot) => {
      const machine = await bootAndAttach({ pciSlot });
      try {
        await bringUpNic(machine);
        const interrupts = await machine.guest.shell("grep -e eth0 -e virtio /proc/interrupts");
        note(interrupts);
        expect(/virtio.*eth0|eth0.*virtio/.test(interrupts)).toBe(pciSlot === 0x0d);
        const answers = await restoreUnderTraffic(machine, CYCLES);
        note(`slot ${pciSlot}: ${answers} packets answered over ${CYCLES} restores`);
        expect(machine.balloon.counters().faults).toEqual({});
        expect(await machine.guest.shell("dmesg | grep -c 'nobody cared' || true")).toBe("0");
      } finally {
        await machine.guest.destroy();
      }
    },
    400_000,
  );
});
