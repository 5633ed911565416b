import type { SplitQueue } from "../virtio/index.ts";
import type { Disposition } from "./disposition.ts";
import type { FreePagesEvent } from "./events.ts";
import type { FreePages, PoisonedPages } from "./free-pages.ts";

export interface ReportQueueOptions {
  readonly reclaim: FreePages;
  readonly poisonedPages: PoisonedPages;
  /** poison_val of the configuration; 0 without PAGE_POISON. */
  readonly poison: () => number;
  readonly onPages: (pages: FreePagesEvent) => void;
}

/** Free page reporting, VIRTIO 1.3 §5.5.6.7: the guest says all the time which pages it does not use. */
export class ReportQueue {
  readonly #options: ReportQueueOptions;

  constructor(options: ReportQueueOptions) {
    this.#options = options;
  }

  /** DEV-R2: pages with a poison value must keep it, so they are left alone or filled with it. */
  handle({ chain }: SplitQueue): Disposition {
    const { reclaim, poisonedPages, poison, onPages } = this.#options;
    const word = poison();
    if (word !== 0 && poisonedPages === "skip") return "return";
    const pages = reclaim.take(chain, word);
    if (pages !== undefined) onPages(pages);
    return reclaim.broken ? "needs-reset" : "return";
  }
}
