import { RunList } from "../lock/index.ts";
import type { FrameRuns, LockFailureAction, LockPolicy } from "../lock/index.ts";
import type { PageTracker } from "../tracker/index.ts";
import type { GuestMemory, SplitQueue } from "../virtio/index.ts";
import type { WithheldState } from "./balloon-state.ts";
import type { Compliance } from "./compliance.ts";
import type { Disposition } from "./disposition.ts";
import type { BalloonEvents, Emitter } from "./events.ts";
import type { FaultCounters, PfnFault } from "./guest-faults.ts";
import { PfnReader } from "./pfn-reader.ts";

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
  readonly compliance: Compliance;
  readonly events: Emitter<BalloonEvents>;
  /** Whether the driver may take pages out of a balloon of `held` frames (DRV-O4, DRV-O5). */
  readonly mayTake: (held: number) => boolean;
}

const NO_RUNS = new RunList(new Uint32Array(0));

/** The inflate and deflate queues: the page set, and the order of host calls and acknowledgements (§5.5.6). */
export class PageQueues {
  /** Batches that took effect. */
  readonly batches = { inflate: 0, deflate: 0 };
  withheld: WithheldDeflate | undefined;
  readonly reader: PfnReader;
  readonly #held: PageTracker;
  readonly #policy: LockPolicy;
  readonly #faults: FaultCounters;
  readonly #compliance: Compliance;
  readonly #events: Emitter<BalloonEvents>;
  readonly #mayTake: (held: number) => boolean;

  constructor({ memory, held, policy, faults, compliance, events, mayTake }: PageQueuesOptions) {
    this.reader = new PfnReader(memory, held);
    this.#held = held;
    this.#policy = policy;
    this.#faults = faults;
    this.#compliance = compliance;
    this.#events = events;
    this.#mayTake = mayTake;
  }

  /** One chain of the inflate queue: unlock, discard, then the caller acknowledges. */
  inflate(queue: SplitQueue): Disposition {
    const pfns = this.#stage(queue);
    if (pfns === 0) return "return";
    const { changed, redundant, outOfRange } = this.#held.inflateStaged(pfns);
    this.#policy.release(this.#changedRuns());
    this.batches.inflate++;
    this.#countFaults(pfns, redundant, outOfRange, "pfn-already-held");
    this.#events.emit("inflate", { pfns, changed, held: this.#held.count });
    return "return";
  }

  /** One chain of the deflate queue: lock, then the caller acknowledges — or not, as the failure policy says. */
  deflate(queue: SplitQueue): Disposition {
    const pfns = this.#stage(queue);
    if (pfns === 0) return "return";
    const before = this.#held.count;
    const members = this.#mayLeave(pfns);
    const { changed, redundant, outOfRange } = this.#held.deflateStaged(pfns);
    // Only a policy that locks asks for the runs, whose order is not free.
    const runs = this.#policy.active ? this.#changedRuns() : NO_RUNS;
    const action = this.#policy.reclaim(runs);
    this.#countFaults(pfns, redundant, outOfRange, "pfn-not-held");
    if (changed > 0 && !this.#mayTake(before)) this.#compliance.broke("DRV-O4");
    if (action !== "degrade") return this.#rollBack(queue.chain.head, members ?? RunList.from(runs), action);
    this.#deflated(pfns, changed);
    return "return";
  }

  /** Tries the withheld deflate again. `"return"`: its chain may be returned, it is no longer withheld. */
  retryWithheld(): Disposition {
    const { runs, attempts } = this.withheld!;
    const action = this.#policy.reclaim(this.#takeOut(runs), attempts);
    this.withheld = { ...this.withheld!, attempts: attempts + 1 };
    if (action !== "degrade") {
      this.#hold(runs);
      return action === "withhold" ? "stall" : "needs-reset";
    }
    this.withheld = undefined;
    this.#deflated(runs.total, runs.total);
    return "return";
  }

  /** The driver is gone: every frame is the guest's again (§2.4), and locked where it can be. */
  reset(): void {
    this.withheld = undefined;
    this.reader.pfnBytes = 4;
    this.#policy.reclaimAll(new RunList(this.#held.allHostPages()));
    this.#held.clear();
  }

  /** Takes over a saved page set: releases it on this host, as the negotiation allows. */
  restore(held: Uint32Array, withheld: WithheldState | undefined): void {
    this.#hold(new RunList(held));
    this.#policy.adopt(new RunList(this.#held.allHostPages()));
    this.withheld = withheld && { head: withheld.head, runs: new RunList(withheld.runs), attempts: 1 };
  }

  #stage(queue: SplitQueue): number {
    const fault = this.reader.fault(queue.chain);
    if (fault === undefined) return this.reader.stage(queue.chain);
    this.#faults.add(fault);
    return 0;
  }

  /** Last, since each fault is told to listeners, and a listener may ask the tracker and so end the runs' life. */
  #countFaults(pfns: number, redundant: number, outOfRange: number, already: PfnFault): void {
    const duplicates = redundant === 0 ? 0 : this.#held.stagedDuplicates(pfns);
    this.#faults.add("pfn-out-of-range", outOfRange);
    this.#faults.add("pfn-duplicate", duplicates);
    this.#faults.add(already, redundant - duplicates);
  }

  /** Copied where the host may fail and tell a listener, who may ask the tracker and so end the view's life. */
  #changedRuns(): FrameRuns {
    return this.#policy.active ? new RunList(this.#held.runs.toArray()) : this.#held.runs;
  }

  /**
   * What a batch may have to give back exactly when it cannot be locked: asked for beforehand where the changed runs
   * are host pages, which say less.
   */
  #mayLeave(pfns: number): RunList | undefined {
    if (this.#held.hostPageFrames === 1 || !this.#policy.active) return undefined;
    return new RunList(this.#held.stagedMembers(pfns));
  }

  #rollBack(head: number, runs: RunList, action: LockFailureAction): Disposition {
    this.#hold(runs);
    if (action === "needs-reset") return "needs-reset";
    this.withheld = { head, runs, attempts: 1 };
    return "stall";
  }

  #hold(runs: RunList): void {
    this.#held.inflateRuns(runs.pairs);
  }

  /** Takes runs out of the page set; returns the host pages that this makes the guest's. */
  #takeOut(runs: FrameRuns): RunList {
    const pages: number[] = [];
    for (let i = 0; i < runs.length; i++) {
      this.#held.deflateRange(runs.first(i), runs.frames(i));
      pages.push(...this.#held.runs.toArray());
    }
    return new RunList(Uint32Array.from(pages));
  }

  #deflated(pfns: number, changed: number): void {
    this.batches.deflate++;
    this.#events.emit("deflate", { pfns, changed, held: this.#held.count });
  }
}
