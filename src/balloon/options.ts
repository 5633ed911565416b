import type { HostMemory } from "../host/index.ts";
import type { OnLockFailure } from "../lock/index.ts";
import type { DeviceClass, DeviceRevision, FeatureSet } from "../negotiation/index.ts";
import { Feature, featureSet, hasFeature, offeredByClass } from "../negotiation/index.ts";
import type { GuestMemory } from "../memory/index.ts";
import type { InterruptLine } from "../virtio/index.ts";
import type { PoisonedPages } from "./queues/free-pages.ts";
import type { QueueNumbering } from "./queues/queue-map.ts";
import type { ChainListener } from "./chain-listener.ts";
import type { Timer } from "./serving/retry-timer.ts";

/** Options of {@link Balloon}. Only the first three are required. */
export interface BalloonOptions {
  /** Guest RAM: `guestMemory(() => ram)`, or an object of your own. */
  readonly memory: GuestMemory;
  readonly interrupt: InterruptLine;
  /** The host that unlocks, discards and locks guest memory. */
  readonly host: HostMemory;
  /** Device class of the negotiation. Default `"optional"`. */
  readonly silentDeflate?: DeviceClass;
  /** Bit number of SILENT_DEFLATE, 17–23 or 50–127; 50 is suggested. Default: not offered. */
  readonly silentDeflateBit?: number;
  /**
   * Hardware revision. Revision 1 does not offer WILL_TELL_HOST, which is allowed only for class `"always"`. Default 2.
   */
  readonly revision?: DeviceRevision;
  /** What to do when a page cannot be locked again. With the default, `"degrade"`, the guest goes on. */
  readonly onLockFailure?: OnLockFailure;
  /** Offer guest statistics (STATS_VQ). Default true. */
  readonly stats?: boolean;
  /** Milliseconds between two requests for statistics, as `statsInterval` of the device. Default 0: none. */
  readonly statsInterval?: number;
  /** Allow the guest to deflate by itself when it runs out of memory (DEFLATE_ON_OOM). Default false. */
  readonly deflateOnOom?: boolean;
  /** Offer FREE_PAGE_HINT. It is never offered if memory is pinned. Default true. */
  readonly freePageHint?: boolean;
  /** Offer PAGE_REPORTING. If memory is pinned, it is offered only with {@link relockFreePages}. Default false. */
  readonly freePageReporting?: boolean;
  /**
   * Unlock reported pages of pinned memory, discard them, and lock them again before the acknowledgement. Default
   * false.
   */
  readonly relockFreePages?: boolean;
  /** What to do with reported pages if the guest uses page poisoning. Default `"skip"`. */
  readonly poisonedPages?: PoisonedPages;
  /** How queues are numbered. Default `"negotiated"`, as in Linux. */
  readonly queueNumbering?: QueueNumbering;
  /**
   * Size of the guest's own pages in bytes, a power of two. Targets are rounded down to whole guest pages: a guest
   * with pages larger than 4 KiB gives all frames of a page or none, so it never reaches any other target. Default
   * 4096.
   */
  readonly guestPageBytes?: number;
  /** Called with every well-formed chain before it takes effect, to record it. Default: none. */
  readonly onChain?: ChainListener;
  /** Clock for retries, work that is left, `statsInterval` and time limits. Default: setTimeout. */
  readonly timer?: Timer;
}

/** The options that decide which features the host can support. */
type HostOptions = Pick<BalloonOptions, "host" | "relockFreePages" | "silentDeflate" | "silentDeflateBit">;

/**
 * The features that the device can support on this host, whether it offers them or not. A guest that was offered such a
 * feature elsewhere may go on with it here. Hinted and reported pages have no deflate, so the guest always reuses them
 * silently. If memory is pinned, hinting is therefore not possible, and reporting is possible only if the pages are
 * locked again first.
 */
export function supportedFeatures(options: HostOptions): FeatureSet {
  const { host, relockFreePages, silentDeflate = "optional", silentDeflateBit } = options;
  const { pinned } = host;
  const own = featureSet(...ALWAYS_SUPPORTED);
  const hints = pinned ? 0n : featureSet(Feature.FREE_PAGE_HINT);
  const reports = pinned && relockFreePages !== true ? 0n : featureSet(Feature.PAGE_REPORTING);
  return own | hints | reports | offeredByClass({ silentDeflate, silentDeflateBit });
}

const TRANSPORT = [
  Feature.VERSION_1,
  Feature.RING_INDIRECT_DESC,
  Feature.RING_EVENT_IDX,
  Feature.RING_RESET,
] as const;
const ALWAYS_SUPPORTED = [
  ...TRANSPORT,
  Feature.STATS_VQ,
  Feature.DEFLATE_ON_OOM,
  Feature.PAGE_POISON,
] as const;

/**
 * Returns the features that the device offers: those that the options ask for and the host supports. Reporting includes
 * PAGE_POISON, because without it a guest with page poisoning gives up reporting (DRV-F3).
 */
export function offeredFeatures(options: BalloonOptions): FeatureSet {
  const { stats = true, deflateOnOom = false, freePageHint = true, freePageReporting = false } = options;
  const { silentDeflate = "optional", silentDeflateBit, revision } = options;
  const promises = offeredByClass({ silentDeflate, silentDeflateBit, revision });
  const supported = supportedFeatures(options);
  const bits: [number, boolean][] = [
    [Feature.STATS_VQ, stats],
    [Feature.DEFLATE_ON_OOM, deflateOnOom],
    [Feature.FREE_PAGE_HINT, freePageHint],
    [Feature.PAGE_POISON, freePageReporting && hasFeature(supported, Feature.PAGE_REPORTING)],
    [Feature.PAGE_REPORTING, freePageReporting],
  ];
  const asked = bits.filter(([, wanted]) => wanted).map(([bit]) => bit);
  return promises | (featureSet(...TRANSPORT, ...asked) & supported);
}
