import { BALLOON_OPTIONS } from "../balloon/check-options.ts";
import type { BalloonOptions } from "../balloon/index.ts";
import { HOST_MEMORY } from "../host/host-memory.ts";
import type { HostMemory } from "../host/index.ts";
import type { Table } from "../options/index.ts";
import type { PciTransport } from "./pci-function.ts";

/** What the machine of v86 gives, or decides by itself. */
type Given = "memory" | "interrupt" | "host" | "timer" | "guestPageBytes";

/** Options of {@link attachBalloon}: those of a Balloon, under the same names and defaults, and its place in the machine. */
export interface V86BalloonOptions extends Omit<BalloonOptions, Given> {
  /**
   * What to do with a machine if its driver or its saved balloon is refused: let it "run", or "stop" it, which amounts
   * to a guest that fails to start. The events "balloon0-refused" and "balloon0-restore-refused" report the two cases.
   * @default "run"
   */
  readonly onRefused?: OnRefused;
  /**
   * The host that unlocks, discards and locks the memory, or a function that makes one around the default host, which
   * zeroes discarded frames. The function is called once the machine is ready. If the host it returns has a method
   * `dispose`, that method is called when the balloon ends. @default the zeroing host
   */
  readonly host?: HostMemory | ((zeroing: HostMemory, frames: number) => HostMemory);
  /**
   * Which drivers find the device: "modern" ones (virtio 1.0 and later), "legacy" ones (before 1.0), or both with
   * "transitional". @default "modern"
   */
  readonly transport?: PciTransport;
  /**
   * PCI slot, 1 to 31. A state can be restored only in the slot it was saved in. The default slot shares its interrupt
   * with none of v86's default devices. @default 0x0f
   */
  readonly pciSlot?: number;
  /** First I/O port of the device, a multiple of 256. The device takes up to 192 ports. @default 0xdc00 */
  readonly ioPort?: number;
}

/** What to do with a machine if its driver or its saved balloon is refused. */
export type OnRefused = "run" | "stop";

/** The place of the device in the machine, and what to do on a refusal. */
export interface Placement {
  readonly pciSlot: number;
  readonly ioPort: number;
  readonly onRefused: OnRefused;
}

/** The options that do not belong to the device itself, with their defaults. */
export function placementOf({
  pciSlot = 0x0f,
  ioPort = 0xdc00,
  onRefused = "run",
}: V86BalloonOptions): Placement {
  return { pciSlot, ioPort, onRefused };
}

/** The kind of every option of {@link attachBalloon}. */
export const V86_BALLOON_OPTIONS: Table<V86BalloonOptions> = {
  silentDeflate: BALLOON_OPTIONS.silentDeflate,
  silentDeflateBit: BALLOON_OPTIONS.silentDeflateBit,
  revision: BALLOON_OPTIONS.revision,
  onLockFailure: BALLOON_OPTIONS.onLockFailure,
  onRefused: { oneOf: ["run", "stop"] satisfies OnRefused[] },
  host: { ...HOST_MEMORY, orFunction: true },
  stats: "boolean",
  statsInterval: BALLOON_OPTIONS.statsInterval,
  deflateOnOom: "boolean",
  freePageHint: "boolean",
  freePageReporting: "boolean",
  relockFreePages: "boolean",
  poisonedPages: BALLOON_OPTIONS.poisonedPages,
  queueNumbering: BALLOON_OPTIONS.queueNumbering,
  onChain: "function",
  transport: { oneOf: ["modern", "legacy", "transitional"] satisfies PciTransport[] },
  pciSlot: { integer: [[1, 31]] },
  // v86 does not move ports below 0x1000.
  ioPort: { integer: [[0x1000, 0xff00]], multipleOf: 0x100 },
};
