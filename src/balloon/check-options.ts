import { HOST_MEMORY } from "../host/host-memory.ts";
import { ON_LOCK_FAILURE } from "../lock/lock-failure.ts";
import { DEVICE_CLASS, REVISION, SILENT_DEFLATE_BIT } from "../negotiation/device-class.ts";
import { checkRegions, FRAME_BYTES, GUEST_MEMORY } from "../memory/index.ts";
import { readOptions } from "../options/index.ts";
import type { Kind, Table } from "../options/index.ts";
import { INTERRUPT_LINE } from "../virtio/virtio-device.ts";
import type { BalloonOptions } from "./options.ts";
import type { PoisonedPages } from "./queues/free-pages.ts";
import type { QueueNumbering } from "./queues/queue-map.ts";
import { INTERVAL_MS } from "./stats-poll.ts";

const POISONED_PAGES: Kind = { oneOf: ["skip", "fill"] satisfies PoisonedPages[] };
const QUEUE_NUMBERING: Kind = { oneOf: ["negotiated", "offered", "spec"] satisfies QueueNumbering[] };

/** Linux has pages of 4 KiB to 256 KiB. */
const GUEST_PAGE_BYTES: Kind = { integer: [[FRAME_BYTES, 0x40000]], powerOfTwo: true };

/** The kind of every option of a device. */
export const BALLOON_OPTIONS: Table<BalloonOptions> = {
  memory: { needed: GUEST_MEMORY },
  interrupt: { needed: INTERRUPT_LINE },
  host: { needed: HOST_MEMORY },
  silentDeflate: DEVICE_CLASS,
  silentDeflateBit: SILENT_DEFLATE_BIT,
  revision: REVISION,
  onLockFailure: ON_LOCK_FAILURE,
  stats: "boolean",
  statsInterval: INTERVAL_MS,
  deflateOnOom: "boolean",
  freePageHint: "boolean",
  freePageReporting: "boolean",
  relockFreePages: "boolean",
  poisonedPages: POISONED_PAGES,
  queueNumbering: QUEUE_NUMBERING,
  guestPageBytes: GUEST_PAGE_BYTES,
  onChain: "function",
  timer: "function",
};

/** Reads and checks the options of a balloon. @throws TypeError or RangeError for wrong options */
export function readBalloonOptions(options: BalloonOptions): BalloonOptions {
  const read = readOptions("Balloon", BALLOON_OPTIONS, options);
  checkRegions("memory.regions", read.memory.regions);
  return read;
}
