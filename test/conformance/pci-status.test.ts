import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { V86Like } from "../../src/v86/index.ts";
import { bootMachine, settle } from "../v86/machine.ts";
import type { Machine } from "../v86/machine.ts";
import { virtioOf } from "../balloon/internals.ts";

const PCI_ID = 0x0f << 3;

let machine: Machine;

beforeEach(async () => {
  machine = await bootMachine();
  await settle(machine, 10);
});

afterEach(() => machine.guest.destroy());

/** The command and status registers as the guest reads them. */
function commandStatus(): number {
  const { v86 } = machine.guest.emulator as unknown as V86Like;
  return v86.cpu.devices.pci.device_spaces[PCI_ID]![1]!;
}

describe("the PCI status register", () => {
  test("shows an interrupt until the ISR status is read, and nothing else changes (PCI-18)", () => {
    const virtio = virtioOf(machine.balloon.device);
    virtio.readIsr();
    const before = commandStatus();
    machine.balloon.device.target = 20 * 4096;
    expect(commandStatus()).toBe(before | (1 << 19));
    virtio.readIsr();
    expect(commandStatus()).toBe(before);
    expect(before & (1 << 20)).not.toBe(0);
  });
});
