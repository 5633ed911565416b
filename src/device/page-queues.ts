import { RunList } from "../lock/index.ts";
import type { FrameRuns, LockFailureAction, LockPolicy } from "../lock/index.ts";
import type { BatchResult, PageTracker } from "../tracker/index.ts";
import type { GuestMemory, SplitQueue } from "../virtio/index.ts";
import type { WithheldState } from "./balloon-state.ts";
import type { Disposition } from "./disposition.ts";
import type { BalloonEvents, Emitter } from "./events.ts";
import type { FaultCounters } from "./guest-faults.ts";
import { batchFault, stagePfns } from "./pfn-batch.ts";

/** A deflate whose frames could not be locked: the driver waits for it, the frames stay in the balloon. */
export interface WithheldDeflate {
  /** Head of the chain to return. */
  readonly head: number;
  readonly runs: RunList;
  /** Tries so far. */
  readonly attempts: number;
}

export interface PageQueuesOptions {
  readonly memory: GuestMemory;
  readonly held: PageTracker;
  readonly policy: LockPolicy;
  readonly faults: FaultCounters;
  readonly events: Emitter<BalloonEvents>;
}

/** The inflate and deflate queues: the page set, and the order of host calls and acknowledgements (§5.5.6). */
export class PageQueues {
  /** Batches that took effect. */
  readonly batches = { inflate: 0, deflate: 0 };
  withheld: WithheldDeflate | undefined;
  readonly #memory: GuestMemory;
  readonly #held: PageTracker;
  readonly #policy: LockPolicy;
  readonly #faults: FaultCounters;
  readonly #events: Emitter<BalloonEvents>;

  constructor({ memory, held, policy, faults, events }: PageQueuesOptions) {
    this.#memory = memory;
    this.#held = held;
    this.#policy = policy;
    this.#faults = faults;
    this.#events = events;
  }

  /** One chain of the inflate queue: unlock, discard, then the caller acknowledges. */
  inflate(queue: SplitQueue): Disposition {
    const pfns = this.#stage(queue);
    if (pfns === 0) return "return";
    const { changed } = this.#count(pfns, this.#held.inflateStaged(pfns), "pfn-already-held");
    this.#policy.release(this.#changedRuns());
    this.batches.inflate++;
    this.#events.emit("inflate", { pfns, changed, held: this.#held.count });
    return "return";
  }

  /** One chain of the deflate queue: lock, then the caller acknowledges — or not, as the failure policy says. */
  deflate(queue: SplitQueue): Disposition {
    const pfns = this.#stage(queue);
    if (pfns === 0) return "return";
    const { changed } = this.#count(pfns, this.#held.deflateStaged(pfns), "pfn-not-held");
    const runs = this.#changedRuns();
    const action = this.#policy.reclaim(runs);
    if (action !== "degrade") return this.#rollBack(queue.chain.head, RunList.from(runs), action);
    this.#deflated(pfns, changed);
    return "return";
  }

  /** Tries the withheld deflate again. `"return"`: its chain may be returned, it is no longer withheld. */
  retryWithheld(): Disposition {
    const { runs, attempts } = this.withheld!;
    const action = this.#policy.reclaim(runs, attempts);
    this.withheld = { ...this.withheld!, attempts: attempts + 1 };
    if (action !== "degrade") return action === "withhold" ? "stall" : "needs-reset";
    this.withheld = undefined;
    let changed = 0;
    for (let i = 0; i < runs.length; i++) changed += this.#held.deflateRange(runs.first(i), runs.frames(i));
    this.#deflated(changed, changed);
    return "return";
  }

  /** The driver is gone: every frame is the guest's again (§2.4), and locked where it can be. */
  reset(): void {
    this.withheld = undefined;
    this.#policy.reclaimAll(new RunList(this.#held.allRuns()));
    this.#held.clear();
  }

  /** Takes over a saved page set: releases it on this host, as the negotiation allows. */
  restore(held: Uint32Array, withheld: WithheldState | undefined): void {
    const runs = new RunList(held);
    for (let i = 0; i < runs.length; i++) this.#held.inflateRange(runs.first(i), runs.frames(i));
    this.#policy.adopt(runs);
    this.withheld = withheld && { head: withheld.head, runs: new RunList(withheld.runs), attempts: 1 };
  }

  #stage(queue: SplitQueue): number {
    const fault = batchFault(queue.chain);
    if (fault === undefined) return stagePfns(queue.chain, this.#memory, this.#held);
    this.#faults.add(fault);
    return 0;
  }

  #count(
    pfns: number,
    result: BatchResult,
    already: "pfn-already-held" | "pfn-not-held",
  ): { changed: number } {
    const { changed, redundant, outOfRange } = result;
    this.#faults.add("pfn-out-of-range", outOfRange);
    if (redundant > 0) {
      const duplicates = this.#held.stagedDuplicates(pfns);
      this.#faults.add("pfn-duplicate", duplicates);
      this.#faults.add(already, redundant - duplicates);
    }
    return { changed };
  }

  /** Copied where the host may fail and tell a listener, who may ask the tracker and so end the view's life. */
  #changedRuns(): FrameRuns {
    return this.#policy.active ? RunList.from(this.#held.runs) : this.#held.runs;
  }

  #rollBack(head: number, runs: RunList, action: LockFailureAction): Disposition {
    for (let i = 0; i < runs.length; i++) this.#held.inflateRange(runs.first(i), runs.frames(i));
    if (action === "needs-reset") return "needs-reset";
    this.withheld = { head, runs, attempts: 1 };
    return "stall";
  }

  #deflated(pfns: number, changed: number): void {
    this.batches.deflate++;
    this.#events.emit("deflate", { pfns, changed, held: this.#held.count });
  }
}
