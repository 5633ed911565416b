import { afterEach, describe, expect, test } from "vitest";
import type { V86Cpu, V86Like } from "../../src/v86/index.ts";
import { bootMachine } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { virtioOf } from "../balloon/internals.ts";

/** Where the ne2k is, and a slot that shares its line. */
const NE2K = 5 << 3;
const SHARED = 0x0d;
const IRQ = 11;
const OTHER_IRQ = 10;
const RX = 1;

const machines: Machine[] = [];
afterEach(async () => {
  for (const { guest } of machines.splice(0)) await guest.destroy();
});

interface Ne2k {
  isr: number;
  imr: number;
  do_interrupt(bits: number): void;
  update_irq(): void;
}

class SharedLine {
  readonly at: Machine;
  readonly cpu: V86Cpu & { get_state_pic(): unknown[] };

  constructor(at: Machine) {
    this.at = at;
    this.cpu = (at.guest.emulator as unknown as V86Like).v86.cpu as SharedLine["cpu"];
  }

  get ne2k(): Ne2k {
    return this.cpu.devices.pci.devices[NE2K] as unknown as Ne2k;
  }

  /** Level-triggered by the guest, so that the request register is the level. */
  get level(): boolean {
    return this.levelOf(IRQ);
  }

  levelOf(irq: number): boolean {
    const slave = this.cpu.get_state_pic()[5] as number[];
    return ((slave[11]! >> (irq - 8)) & 1) === 1;
  }

  /** A packet came. */
  raiseNe2k(): void {
    this.ne2k.imr = RX;
    this.ne2k.do_interrupt(RX);
  }

  /** The guest's driver has seen it. */
  lowerNe2k(): void {
    this.ne2k.isr = 0;
    this.ne2k.update_irq();
  }

  raiseBalloon(): void {
    this.at.balloon.device.target += 4096;
  }

  lowerBalloon(): void {
    virtioOf(this.at.balloon.device).readIsr();
  }
}

/** Stopped, so that only the test acknowledges. */
async function machine(pciSlot: number = SHARED): Promise<SharedLine> {
  const at = await bootMachine({ pciSlot });
  machines.push(at);
  await at.guest.emulator.stop();
  virtioOf(at.balloon.device).readIsr();
  const line = new SharedLine(at);
  expect(line.level).toBe(false);
  return line;
}

type Party = "Ne2k" | "Balloon";
const ORDERS: [Party, Party][] = [
  ["Ne2k", "Balloon"],
  ["Balloon", "Ne2k"],
];
const TABLE = ORDERS.flatMap((raised) => ORDERS.map((lowered) => ({ raised, lowered })));

describe.each(TABLE)("raised by $raised, lowered by $lowered,", ({ raised, lowered }) => {
  test("the line is up as long as either device asserts it", async () => {
    const line = await machine();
    for (const party of raised) {
      line[`raise${party}`]();
      expect(line.level).toBe(true);
    }
    line[`lower${lowered[0]}`]();
    expect(line.level).toBe(true);
    line[`lower${lowered[1]}`]();
    expect(line.level).toBe(false);
  });

  test("the line is right even after a save and restore with both pending", async () => {
    const line = await machine();
    for (const party of raised) line[`raise${party}`]();
    const state = await line.at.guest.emulator.save_state();
    const to = await machine();
    await to.at.guest.emulator.restore_state(state);
    expect(to.level).toBe(true);
    to[`lower${lowered[0]}`]();
    expect(to.level).toBe(true);
    to[`lower${lowered[1]}`]();
    expect(to.level).toBe(false);
  });
});

describe("with the ne2k's interrupt pending,", () => {
  test.each<[string, (line: SharedLine) => unknown]>([
    [
      "an idle balloon's ISR is read",
      (line) => {
        line.lowerBalloon();
      },
    ],
    [
      "the balloon is reset",
      ({ at }) => {
        at.balloon.reset();
      },
    ],
    [
      "a state without a balloon is given to it",
      ({ at }) => {
        at.balloon.compat.set_state(undefined);
      },
    ],
    [
      "a state is refused",
      ({ at }) => {
        at.balloon.compat.set_state(["ballonet", "{"]);
      },
    ],
    [
      "the balloon ends",
      ({ at }) => {
        at.balloon.dispose();
      },
    ],
    [
      "a pending balloon ends",
      (line) => {
        line.raiseBalloon();
        line.at.balloon.dispose();
      },
    ],
    ["the machine is saved", ({ at }) => at.guest.emulator.save_state()],
  ])("the line stays up when %s", async (_, act) => {
    const line = await machine();
    line.raiseNe2k();
    await act(line);
    expect(line.level).toBe(true);
  });
});

test("after a restore only the devices that asserted the line in the state keep it up", async () => {
  const line = await machine();
  const idle = await line.at.guest.emulator.save_state();
  line.raiseNe2k();
  line.raiseBalloon();
  await line.at.guest.emulator.restore_state(idle);
  expect(line.level).toBe(false);
  line.raiseBalloon();
  line.lowerBalloon();
  expect(line.level).toBe(false);
});

test("an interrupt that a refused balloon asserted does not stay up for ever", async () => {
  const from = await machine();
  from.raiseBalloon();
  const state = await from.at.guest.emulator.save_state();
  const to = await machine(0x0f);
  await to.at.guest.emulator.restore_state(state);
  expect(to.at.balloon.restoreRefusal).toContain("PCI slot 13");
  expect(to.level).toBe(false);
});

test("levels follow when the guest connects the line to another IRQ", async () => {
  const line = await machine();
  const { pci } = line.cpu.devices;
  line.raiseNe2k();
  line.raiseBalloon();
  pci.pci_write8((1 << 11) | 0x60, OTHER_IRQ);
  expect([line.level, line.levelOf(OTHER_IRQ)]).toEqual([false, true]);
  line.lowerNe2k();
  expect(line.levelOf(OTHER_IRQ)).toBe(true);
  // Bit 7: not connected.
  pci.pci_write8((1 << 11) | 0x60, 0x80);
  expect(line.levelOf(OTHER_IRQ)).toBe(false);
  pci.pci_write8((1 << 11) | 0x60, IRQ);
  expect(line.level).toBe(true);
  line.lowerBalloon();
  expect(line.level).toBe(false);
});

test("a line that falls before the processor takes its interrupt leaves no request at the master", async () => {
  const line = await machine();
  const { flags } = line.cpu as unknown as { flags: Int32Array };
  const requested = (): number => (line.cpu.get_state_pic()[3] as number) & 4;
  flags[0]! &= ~0x200; // interrupts off
  line.raiseNe2k();
  expect(requested()).toBe(4);
  line.lowerNe2k();
  expect(requested()).toBe(0);
  line.raiseNe2k();
  expect(requested()).toBe(4);
});

test("machines do not disturb one another", async () => {
  const [one, two] = [await machine(), await machine()];
  one.raiseNe2k();
  two.raiseBalloon();
  two.lowerBalloon();
  expect([one.level, two.level]).toEqual([true, false]);
  one.raiseBalloon();
  one.lowerNe2k();
  expect([one.level, two.level]).toEqual([true, false]);
});

test("the default slot shares its line with no device that v86 has by itself", async () => {
  const { cpu, at } = await machine(0x0f);
  const pirq = (pci_id: number): number => ((pci_id >> 3) - 1) & 3;
  const ours = (at.balloon as unknown as { pci_id: number }).pci_id;
  const sharing = cpu.devices.pci.devices.flatMap((device, pci_id) =>
    device !== undefined && pci_id !== ours && pirq(pci_id) === pirq(ours) && pci_id > 1 << 3
      ? [device.name]
      : [],
  );
  expect(sharing).toEqual([]);
});
