import type { SplitQueue } from "../../virtio/index.ts";
import { ConfigField } from "../config.ts";
import type { BalloonConfig } from "../config.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { FreePages, PoisonedPages } from "./free-pages.ts";
import type { BalloonQueue, Disposition } from "./queue.ts";

export interface ReportQueueOptions {
  readonly config: BalloonConfig;
  readonly freePages: FreePages;
  readonly poisonedPages: PoisonedPages;
  readonly events: Emitter<BalloonEvents>;
}

/** Serves free page reporting, VIRTIO 1.3 §5.5.6.7: the guest continuously names pages that it does not use. */
export class ReportQueue implements BalloonQueue {
  readonly role = "report";
  readonly ordered = false;
  chains = 0;
  readonly #options: ReportQueueOptions;

  constructor(options: ReportQueueOptions) {
    this.#options = options;
  }

  /** DEV-R2: pages with a poison value must keep it, so they are left alone or filled with it. */
  process({ chain }: SplitQueue): Disposition {
    const { config, freePages, poisonedPages, events } = this.#options;
    // This is 0 without PAGE_POISON.
    const word = config.get(ConfigField.POISON_VAL);
    if (word !== 0 && poisonedPages === "skip") return "return";
    const discarded = freePages.discard(chain, word);
    if (discarded === undefined) return "return";
    events.emit("report", discarded.pages);
    return discarded.locked ? "return" : "needs-reset";
  }
}
