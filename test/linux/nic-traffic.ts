import type { V86 } from "v86";
import { FRAME_BYTES } from "../../src/memory/index.ts";
import type { V86Like } from "../../src/v86/index.ts";
import type { LinuxMachine } from "./machine.ts";

/** How long a machine may make no progress. */
const STALL_MS = 30_000;
const GUEST = [10, 0, 0, 2];
const HOST = [10, 0, 0, 1];
const HOST_MAC = [2, 0, 0, 0, 0, 1];

/** "Who has the guest's address?", as an Ethernet frame; the guest answers each one. */
const ARP_REQUEST: Uint8Array = Uint8Array.from([
  ...[255, 255, 255, 255, 255, 255, ...HOST_MAC, 0x08, 0x06],
  ...[0, 1, 0x08, 0, 6, 4, 0, 1, ...HOST_MAC, ...HOST, 0, 0, 0, 0, 0, 0, ...GUEST],
  ...Array.from({ length: 18 }, () => 0),
]);

interface Bus {
  send(name: string, value: unknown): void;
}

/** After this time a packet counts as lost. */
const RESEND_MS = 50;

/** v86's network card. */
interface Ne2k {
  readonly isr: number;
  readonly imr: number;
}

/**
 * Sends packets to the guest's ne2k as fast as it answers, with an interrupt for each. As on any network, a packet may be
 * lost, such as one under way when the machine was restored, and is sent again. But not while the card waits for its
 * interrupt to be served: the next packet would raise a lost interrupt a second time.
 */
export class NicTraffic {
  /** How many answers the guest sent. */
  answers = 0;
  readonly #emulator: V86;
  readonly #timer: NodeJS.Timeout;
  #seen = 0;
  #on = true;
  readonly #answered = (): void => {
    this.answers++;
    setImmediate(() => {
      this.#ask();
    });
  };

  constructor(emulator: V86) {
    this.#emulator = emulator;
    emulator.add_listener("net0-send", this.#answered);
    this.#ask();
    this.#timer = setInterval(() => {
      if (this.answers === this.#seen && !this.#pending) this.#ask();
      this.#seen = this.answers;
    }, RESEND_MS);
  }

  stop(): void {
    this.#on = false;
    clearInterval(this.#timer);
    this.#emulator.remove_listener("net0-send", this.#answered);
  }

  get #pending(): boolean {
    const { net } = (this.#emulator as unknown as V86Like).v86.cpu.devices as unknown as { net: Ne2k };
    return (net.isr & net.imr) !== 0;
  }

  #ask(): void {
    if (this.#on) (this.#emulator as unknown as { bus: Bus }).bus.send("net0-receive", ARP_REQUEST);
  }
}

/** Brings the guest's network card up. */
export async function bringUpNic({ guest }: LinuxMachine): Promise<void> {
  await guest.shell("insmod /modules/8390.ko && insmod /modules/ne2k-pci.ko");
  await guest.shell("ip addr add 10.0.0.2/24 dev eth0 && ip link set eth0 up");
}

/**
 * Saves and restores the machine `cycles` times while packets come and the balloon moves.
 * @returns how many answers the guest sent
 * @throws Error when the network or the balloon makes no progress after a restore
 */
export async function restoreUnderTraffic(machine: LinuxMachine, cycles: number): Promise<number> {
  const { guest, balloon } = machine;
  const traffic = new NicTraffic(guest.emulator);
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const target = cycle % 2 === 0 ? 6000 : 1000;
      balloon.target = target * FRAME_BYTES;
      await moved(`cycle ${cycle}, before`, () => traffic.answers, 20);
      await new Promise((resolve) => setTimeout(resolve, cycle));
      await guest.restore(await guest.save());
      if (balloon.restoreRefusal !== undefined) throw new Error(balloon.restoreRefusal);
      await moved(`cycle ${cycle}, packets`, () => traffic.answers, 20);
      await reached(`cycle ${cycle}, balloon`, () => balloon.actual === target * FRAME_BYTES);
    }
    return traffic.answers;
  } finally {
    traffic.stop();
  }
}

async function moved(what: string, count: () => number, by: number): Promise<void> {
  const before = count();
  await reached(what, () => count() >= before + by);
}

async function reached(what: string, condition: () => boolean): Promise<void> {
  for (const end = Date.now() + STALL_MS; !condition();) {
    if (Date.now() > end) throw new Error(`${what}: nothing for ${STALL_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
