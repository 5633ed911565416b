import { BALLOON_OPTIONS } from "../device/check-options.ts";
import type { ChainListener, PoisonedPages, QueueNumbering } from "../device/index.ts";
import { HOST_MEMORY } from "../host/host-memory.ts";
import type { HostMemory } from "../host/index.ts";
import type { OnLockFailure } from "../lock/index.ts";
import type { DeviceClass, DeviceRevision } from "../negotiation/index.ts";
import type { Table } from "../options/index.ts";
import type { PciTransport } from "./pci-function.ts";

/** Options of {@link attach_balloon}, in v86's style. */
export interface V86BalloonOptions {
  /** Device class of the negotiation. @default "optional" */
  readonly silent_deflate?: DeviceClass;
  /** Bit number of SILENT_DEFLATE, 17–23 or 50–127. @default not offered */
  readonly silent_deflate_bit?: number;
  /** Hardware revision: 1, which does not offer WILL_TELL_HOST, is for class "always" only. @default 2 */
  readonly revision?: DeviceRevision;
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

/** Where the device is, and what a refusal does. */
export interface Placement {
  readonly pci_slot: number;
  readonly io_port: number;
  readonly on_refused: OnRefused;
}

/** What is not the device's own, with its defaults. */
export function placementOf({
  pci_slot = 0x0f,
  io_port = 0xdc00,
  on_refused = "run",
}: V86BalloonOptions): Placement {
  return { pci_slot, io_port, on_refused };
}

/** The kind of every option of {@link attach_balloon}. */
export const V86_BALLOON_OPTIONS: Table<V86BalloonOptions> = {
  silent_deflate: BALLOON_OPTIONS.silentDeflate,
  silent_deflate_bit: BALLOON_OPTIONS.silentDeflateBit,
  revision: BALLOON_OPTIONS.revision,
  on_lock_failure: BALLOON_OPTIONS.onLockFailure,
  on_refused: { oneOf: ["run", "stop"] satisfies OnRefused[] },
  host: { ...HOST_MEMORY, orFunction: true },
  stats: "boolean",
  deflate_on_oom: "boolean",
  free_page_hint: "boolean",
  free_page_reporting: "boolean",
  relock_free_pages: "boolean",
  poisoned_pages: BALLOON_OPTIONS.poisonedPages,
  queue_numbering: BALLOON_OPTIONS.queueNumbering,
  on_chain: "function",
  transport: { oneOf: ["modern", "legacy", "transitional"] satisfies PciTransport[] },
  pci_slot: { integer: [[1, 31]] },
  // v86 moves no ports below 0x1000.
  io_port: { integer: [[0x1000, 0xff00]], multipleOf: 0x100 },
};
