import fc from "fast-check";
import { expect, test } from "vitest";
import { Bar, Common, Legacy, LegacyMmio, Mmio } from "../../src/virtio/index.ts";
import type { RegisterAccess } from "../../src/virtio/index.ts";
import { FRAMES, Machine } from "./legacy-mmio-machine.ts";

const OFFSETS = [
  ...new Set([Bar, Common, Legacy, Mmio, LegacyMmio].flatMap((layout): number[] => Object.values(layout))),
];

/** Mostly at registers of some transport: other accesses are soon ignored. */
const accesses = fc.array(
  fc.record({
    write: fc.boolean(),
    /** For a device that has two sets of registers. */
    second: fc.boolean(),
    offset: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...OFFSETS) }, fc.nat(0x200), fc.nat()),
    width: fc.constantFrom(1, 2, 4),
    value: fc.oneof(fc.nat(8), fc.nat(FRAMES), fc.nat(0xffffffff)),
  }),
  { maxLength: 200, size: "max" },
);

test.each([
  ["modern PCI", "legacy PCI"] as const,
  ["MMIO", "MMIO"] as const,
  ["legacy MMIO", "legacy MMIO"] as const,
])("whatever a guest does through %s and %s, nothing throws, and its state stays valid", (...names) => {
  fc.assert(
    fc.property(accesses, (list) => {
      const machine = new Machine();
      const [first, second] = names.map((name) => machine.driver(name).bar) as [
        RegisterAccess,
        RegisterAccess,
      ];
      machine.memory.bytes.fill(1);
      for (const { write, second: other, offset, width, value } of list) {
        const registers = other ? second : first;
        if (write) registers.write(offset, width, value);
        else {
          const read = registers.read(offset, width);
          expect(Number.isInteger(read) && read >= 0 && read < 2 ** (8 * width)).toBe(true);
        }
      }
      const state = machine.device.state();
      expect(machine.device.restore(state)).toBeUndefined();
      expect(machine.virtio.queues.map((queue) => queue.state())).toEqual(state.virtio.queues);
    }),
    { numRuns: 200 },
  );
});
