import type { HostMemory } from "../host/index.ts";
import type { OnLockFailure } from "../lock/index.ts";
import type { DeviceClass, FeatureSet } from "../negotiation/index.ts";
import { Feature, featureSet, offeredByClass } from "../negotiation/index.ts";
import type { GuestMemory, InterruptLine } from "../virtio/index.ts";
import { readBalloonOptions } from "./check-options.ts";
import type { PoisonedPages } from "./free-pages.ts";
import type { QueueNumbering } from "./queue-map.ts";
import type { ChainListener } from "./queue-server.ts";
import type { Timer } from "./retry-timer.ts";

/** Options of {@link BalloonDevice}; only the first three are needed. */
export interface BalloonOptions {
  readonly memory: GuestMemory;
  readonly interrupt: InterruptLine;
  /** Where guest memory is unlocked, discarded and locked. */
  readonly host: HostMemory;
  /** Device class of the negotiation. Default `"optional"`. */
  readonly silentDeflate?: DeviceClass;
  /** Bit number of SILENT_DEFLATE, 17–23 or 50–127; 50 is suggested. Default: not offered. */
  readonly silentDeflateBit?: number;
  /** Only class `"always"` may decline to offer WILL_TELL_HOST. Default true. */
  readonly offerWillTellHost?: boolean;
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

/**
 * What the device offers. Hints and reports have no deflate, so their pages are reused silently by nature: where memory
 * is pinned, hinting is not offered, and reporting only if its pages are locked again first. PAGE_POISON goes with
 * reporting, since a guest with page poisoning gives up reporting when it is missing (DRV-F3).
 * @throws TypeError or RangeError for wrong options
 */
export function offeredFeatures(given: BalloonOptions): FeatureSet {
  const options = readBalloonOptions("offeredFeatures", given);
  const { stats = true, deflateOnOom = false, freePageHint = true, freePageReporting = false } = options;
  const { silentDeflate = "optional", silentDeflateBit, offerWillTellHost } = options;
  const { pinned } = options.host;
  const reporting = freePageReporting && (!pinned || options.relockFreePages === true);
  const bits: [number, boolean][] = [
    [Feature.VERSION_1, true],
    [Feature.RING_INDIRECT_DESC, true],
    [Feature.RING_EVENT_IDX, true],
    [Feature.RING_RESET, true],
    [Feature.STATS_VQ, stats],
    [Feature.DEFLATE_ON_OOM, deflateOnOom],
    [Feature.FREE_PAGE_HINT, !pinned && freePageHint],
    [Feature.PAGE_POISON, reporting],
    [Feature.PAGE_REPORTING, reporting],
  ];
  const own = featureSet(...bits.filter(([, wanted]) => wanted).map(([bit]) => bit));
  return own | offeredByClass({ silentDeflate, silentDeflateBit, offerWillTellHost });
}
