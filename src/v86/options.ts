import { BALLOON_OPTIONS } from "../balloon/check-options.ts";
import type { BalloonOptions } from "../balloon/index.ts";
import { HOST_MEMORY } from "../host/host-memory.ts";
import type { HostMemory } from "../host/index.ts";
import type { Table } from "../options/index.ts";
import type { PciTransport } from "./pci-function.ts";

/** What the machine of v86 gives, or decides by itself. */
type Given = "memory" | "interrupt" | "host" | "timer";

/** Options of {@link attachBalloon}: those of a Balloon, under the same names and defaults, and its place in the machine. */
export interface V86BalloonOptions extends Omit<BalloonOptions, Given> {
  /**
   * What to do with a machine whose driver is refused, or whose saved balloon is: let it "run", or "stop" it, which is
   * what failing to start a guest is. Both are told by the events "balloon0-refused" and "balloon0-restore-refused".
   * @default "run"
   */
  readonly onRefused?: OnRefused;
  /**
   * Where the memory is unlocked, discarded and locked; or a function that makes it around the host that zeroes
   * discarded frames of guest memory. The function is called once the machine is ready, and what it returns ends with
   * the balloon, if it has a method `dispose`. @default that zeroing host
   */
  readonly host?: HostMemory | ((zeroing: HostMemory, frames: number) => HostMemory);
  /**
   * Which drivers find the device: "modern" ones (virtio 1.0 and later), "legacy" ones from before, or, with
   * "transitional", both. @default "modern"
   */
  readonly transport?: PciTransport;
  /**
   * 1 to 31; a state restores only where it was saved. The default shares its interrupt with none of the devices v86 has
   * unless told. @default 0x0f
   */
  readonly pciSlot?: number;
  /** First I/O port of the device, a multiple of 256; it takes up to 192. @default 0xdc00 */
  readonly ioPort?: number;
}

/** What becomes of a machine whose driver, or saved balloon, is refused. */
export type OnRefused = "run" | "stop";

/** Where the device is, and what a refusal does. */
export interface Placement {
  readonly pciSlot: number;
  readonly ioPort: number;
  readonly onRefused: OnRefused;
}

/** What is not the device's own, with its defaults. */
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
  deflateOnOom: "boolean",
  freePageHint: "boolean",
  freePageReporting: "boolean",
  relockFreePages: "boolean",
  poisonedPages: BALLOON_OPTIONS.poisonedPages,
  queueNumbering: BALLOON_OPTIONS.queueNumbering,
  onChain: "function",
  transport: { oneOf: ["modern", "legacy", "transitional"] satisfies PciTransport[] },
  pciSlot: { integer: [[1, 31]] },
  // v86 moves no ports below 0x1000.
  ioPort: { integer: [[0x1000, 0xff00]], multipleOf: 0x100 },
};
