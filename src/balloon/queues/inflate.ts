import type { LockPolicy } from "../../lock/index.ts";
import { Runs } from "../../tracker/index.ts";
import type { SplitQueue } from "../../virtio/index.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { Ballooned } from "./ballooned.ts";
import type { PfnBatch } from "./pfn-batch.ts";
import type { BalloonQueue, Disposition } from "./queue.ts";

/**
 * Serves inflates: the guest gives frames. They are unlocked and discarded, and then the chain is returned (VIRTIO 1.3
 * §5.5.6).
 */
export class InflateQueue implements BalloonQueue {
  readonly role = "inflate";
  readonly ordered = true;
  readonly takesPfns = true;
  chains = 0;
  /** Number of batches that took effect. */
  batches = 0;
  readonly #ballooned: Ballooned;
  readonly #batch: PfnBatch;
  readonly #policy: LockPolicy;
  readonly #events: Emitter<BalloonEvents>;
  /** A copy that is reused for each batch. Host code may call the tracker, which invalidates the tracker's own runs. */
  readonly #runs = new Runs();

  constructor(ballooned: Ballooned, batch: PfnBatch, policy: LockPolicy, events: Emitter<BalloonEvents>) {
    this.#ballooned = ballooned;
    this.#batch = batch;
    this.#policy = policy;
    this.#events = events;
  }

  process({ chain }: SplitQueue): Disposition {
    const pfns = this.#batch.stage(chain);
    if (pfns === 0) return "return";
    const { tracker, inFrames } = this.#ballooned;
    const added = inFrames ? undefined : tracker.stagedOthers(pfns);
    const { changed } = tracker.inflateStagedInto(this.#batch.result, pfns);
    const runs = tracker.copyRuns(this.#runs);
    this.#ballooned.begin("added", added ?? runs);
    this.#policy.inflate(runs);
    if (!this.#ballooned.finish()) return "keep";
    this.batches++;
    if (changed !== pfns) this.#batch.count(pfns, "pfn-already-ballooned");
    if (this.#events.hears("inflate"))
      this.#events.emit("inflate", { pfns, changed, balloonedFrames: tracker.count });
    return "return";
  }

  reset(): void {
    this.#batch.reader.pfnBytes = 4;
  }
}
