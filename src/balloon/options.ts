import type { HostMemory } from "../host/index.ts";
import type { OnLockFailure } from "../lock/index.ts";
import type { DeviceClass, DeviceRevision, FeatureSet } from "../negotiation/index.ts";
import { Feature, featureSet, hasFeature, offeredByClass } from "../negotiation/index.ts";
import type { GuestMemory, InterruptLine } from "../virtio/index.ts";
import { readBalloonOptions } from "./check-options.ts";
import type { PoisonedPages } from "./queues/free-pages.ts";
import type { QueueNumbering } from "./queues/queue-map.ts";
import type { ChainListener } from "./chain-listener.ts";
import type { Timer } from "./serving/retry-timer.ts";

/** Options of {@link Balloon}; only the first three are needed. */
export interface BalloonOptions {
  readonly memory: GuestMemory;
  readonly interrupt: InterruptLine;
  /** Where guest memory is unlocked, discarded and locked. */
  readonly host: HostMemory;
  /** Device class of the negotiation. Default `"optional"`. */
  readonly silentDeflate?: DeviceClass;
  /** Bit number of SILENT_DEFLATE, 17–23 or 50–127; 50 is suggested. Default: not offered. */
  readonly silentDeflateBit?: number;
  /** Hardware revision: 1 does not offer WILL_TELL_HOST, which only class `"always"` may do. Default 2. */
  readonly revision?: DeviceRevision;
  /** What to do when a page cannot be locked again. Default `"degrade"`: the guest goes on. */
  readonly onLockFailure?: OnLockFailure;
  /** Offer guest statistics (STATS_VQ). Default true. */
  readonly stats?: boolean;
  /** Let the guest deflate by itself when it runs out of memory (DEFLATE_ON_OOM). Default false. */
  readonly deflateOnOom?: boolean;
  /** Offer FREE_PAGE_HINT; never where memory is pinned. Default true. */
  readonly freePageHint?: boolean;
  /** Offer PAGE_REPORTING; where memory is pinned only with {@link relockFreePages}. Default false. */
  readonly freePageReporting?: boolean;
  /** Unlock reported pages of pinned memory for the discard and lock them before the acknowledgement. Default false. */
  readonly relockFreePages?: boolean;
  /** What to do with reported pages of a guest with page poisoning. Default `"skip"`. */
  readonly poisonedPages?: PoisonedPages;
  /** Default `"negotiated"`, as Linux counts. */
  readonly queueNumbering?: QueueNumbering;
  /** Sees every well-formed chain before it takes effect, to record it. Default: nobody. */
  readonly onChain?: ChainListener;
  /** Clock of the withheld acknowledgements. Default: setTimeout. */
  readonly timer?: Timer;
}

/** What decides about the features that a host can keep a guest's promise of. */
type HostOptions = Pick<BalloonOptions, "host" | "relockFreePages" | "silentDeflate" | "silentDeflateBit">;

/**
 * What the device can do on this host, offered or not: a guest that was offered it elsewhere may go on with it here.
 * Hints and reports have no deflate, so their pages are reused silently by nature: where memory is pinned there is no
 * hinting, and reporting only if its pages are locked again first.
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
 * What the device offers: what was asked for and is supported. PAGE_POISON goes with reporting, since a guest with page
 * poisoning gives up reporting when it is missing (DRV-F3).
 * @throws TypeError or RangeError for wrong options
 */
export function offeredFeatures(given: BalloonOptions): FeatureSet {
  const options = readBalloonOptions("offeredFeatures", given);
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
