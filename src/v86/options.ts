import type { ChainListener, PoisonedPages, QueueNumbering } from "../device/index.ts";
import type { HostMemory } from "../host/index.ts";
import type { OnLockFailure } from "../lock/index.ts";
import type { DeviceClass } from "../negotiation/index.ts";
import type { PciTransport } from "./pci-function.ts";

/** Options of {@link attach_balloon}, in v86's style. */
export interface V86BalloonOptions {
  /** Device class of the negotiation. @default "optional" */
  readonly silent_deflate?: DeviceClass;
  /** Bit number of SILENT_DEFLATE, 17–23 or 50–127. @default not offered */
  readonly silent_deflate_bit?: number;
  /** What to do when a page cannot be locked again. @default "degrade" */
  readonly on_lock_failure?: OnLockFailure;
  /**
   * What to do with a machine whose driver is refused, or whose saved balloon is: let it "run", or "stop" it, which is
   * what failing to start a guest is. Both are told by the events "balloon0-refused" and "balloon0-restore-refused".
   * @default "run"
   */
  readonly on_refused?: OnRefused;
  /**
   * Where the memory is unlocked, discarded and locked; or a function that makes it around the host that zeroes
   * discarded frames of guest memory. The function is called once the machine is ready, and what it returns ends with
   * the balloon, if it has a method `dispose`. @default that zeroing host
   */
  readonly host?: HostMemory | ((zeroing: HostMemory, frames: number) => HostMemory);
  /** @default true */
  readonly stats?: boolean;
  /** @default false */
  readonly deflate_on_oom?: boolean;
  /** @default true */
  readonly free_page_hint?: boolean;
  /** @default false */
  readonly free_page_reporting?: boolean;
  /** Reported pages of pinned memory are locked again before the acknowledgement. @default false: not asked for */
  readonly relock_free_pages?: boolean;
  /** Reported pages of a guest with page poisoning: "skip" or "fill" them. @default "skip" */
  readonly poisoned_pages?: PoisonedPages;
  /** @default "negotiated" */
  readonly queue_numbering?: QueueNumbering;
  /** Sees what the driver sends, chain by chain, to record it: see `TraceRecorder` of ballonet/trace. */
  readonly on_chain?: ChainListener;
  /**
   * Which drivers find the device: "modern" ones (virtio 1.0 and later), "legacy" ones from before, or, with
   * "transitional", both. @default "modern"
   */
  readonly transport?: PciTransport;
  /**
   * 1 to 31; a state restores only where it was saved. The default shares its interrupt with none of the devices v86 has
   * unless told. @default 0x0f
   */
  readonly pci_slot?: number;
  /** First I/O port of the device, a multiple of 256; it takes up to 192. @default 0xdc00 */
  readonly io_port?: number;
}

/** What becomes of a machine whose driver, or saved balloon, is refused. */
export type OnRefused = "run" | "stop";

/** Where the device is. */
export interface Placement {
  readonly pci_slot: number;
  readonly io_port: number;
  readonly on_refused: OnRefused;
}

/** What is not the device's own. @throws TypeError or RangeError for wrong options */
export function checkPlacement(options: V86BalloonOptions): Placement {
  const { pci_slot = 0x0f, io_port = 0xdc00, on_refused = "run" } = options;
  checkNumber("pci_slot", pci_slot, "an integer of 1 to 31", pci_slot >= 1 && pci_slot <= 31);
  // v86 moves no ports below 0x1000.
  const isPort = io_port % 256 === 0 && io_port >= 0x1000 && io_port <= 0xff00;
  checkNumber("io_port", io_port, "a multiple of 256 from 0x1000 to 0xff00", isPort);
  if (!["run", "stop"].includes(on_refused))
    throw new TypeError(`on_refused must be "run" or "stop", got ${on_refused}`);
  return { pci_slot, io_port, on_refused };
}

function checkNumber(name: string, value: number, expected: string, good: boolean): void {
  if (typeof value !== "number") throw new TypeError(`${name} must be ${expected}, got ${typeof value}`);
  if (!Number.isInteger(value) || !good) throw new RangeError(`${name} must be ${expected}, got ${value}`);
}
