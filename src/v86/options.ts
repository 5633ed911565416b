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
   * Where the memory is unlocked, discarded and locked; or a function that makes it around the host that zeroes
   * discarded frames of guest memory. @default that zeroing host
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
  /** @default 0x0d */
  readonly pci_slot?: number;
  /** First I/O port of the device, a multiple of 256; it takes up to 192. @default 0xdc00 */
  readonly io_port?: number;
}

/** The kind of every option of {@link attach_balloon}. */
export const V86_BALLOON_OPTIONS: Table<V86BalloonOptions> = {
  silent_deflate: BALLOON_OPTIONS.silentDeflate,
  silent_deflate_bit: BALLOON_OPTIONS.silentDeflateBit,
  revision: BALLOON_OPTIONS.revision,
  on_lock_failure: BALLOON_OPTIONS.onLockFailure,
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
  pci_slot: { integer: [[0, 31]] },
  io_port: { integer: [[0x100, 0xff00]], multipleOf: 0x100 },
};
