import type { LockPolicy } from "../lock/index.ts";
import { PageTracker, Runs } from "../tracker/index.ts";
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
  readonly runs: Runs;
  /** Tries so far. */
  readonly attempts: number;
}

export interface PageQueuesOptions {
  readonly memory: GuestMemory;
  readonly ballooned: PageTracker;
  readonly policy: LockPolicy;
  readonly faults: FaultCounters;
  readonly compliance: Compliance;
  readonly events: Emitter<BalloonEvents>;
  /** Whether the driver may take pages out of a balloon of `ballooned` frames (DRV-O4, DRV-O5). */
  readonly mayTake: (ballooned: number) => boolean;
}

/** The inflate and deflate queues: the page set, and the order of host calls and acknowledgements (§5.5.6). */
export class PageQueues {
  /** Batches that took effect. */
  readonly batches = { inflate: 0, deflate: 0 };
  withheld: WithheldDeflate | undefined;
  readonly reader: PfnReader;
  readonly #ballooned: PageTracker;
  readonly #policy: LockPolicy;
  readonly #faults: FaultCounters;
  readonly #compliance: Compliance;
  readonly #events: Emitter<BalloonEvents>;
  readonly #mayTake: (ballooned: number) => boolean;
  /** The runs that the batch at hand has changed, in a list used again for each batch. */
  readonly #runs = new Runs();
  /** What the batch at hand has changed in the page set, as long as the host is being called for it. */
  #changes: "added" | "removed" | "nothing" = "nothing";
  #changed: Runs = this.#runs;

  constructor({ memory, ballooned, policy, faults, compliance, events, mayTake }: PageQueuesOptions) {
    this.reader = new PfnReader(memory, ballooned);
    this.#ballooned = ballooned;
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
    const others = this.#inFrames ? undefined : this.#ballooned.stagedOthers(pfns);
    const { changed, redundant, outOfRange } = this.#ballooned.inflateStaged(pfns);
    const runs = this.#ballooned.copyRuns(this.#runs);
    this.#begin("added", others ?? runs);
    this.#policy.release(runs);
    if (!this.#finish()) return "keep";
    this.batches.inflate++;
    this.#countFaults(pfns, redundant, outOfRange, "pfn-already-ballooned");
    this.#events.emit("inflate", { pfns, changed, balloonedFrames: this.#ballooned.count });
    return "return";
  }

  /** One chain of the deflate queue: lock, then the caller acknowledges — or not, as the failure policy says. */
  deflate(queue: SplitQueue): Disposition {
    const pfns = this.#stage(queue);
    if (pfns === 0) return "return";
    const { epoch } = queue;
    const before = this.#ballooned.count;
    const members = this.#inFrames ? undefined : this.#ballooned.stagedMembers(pfns);
    const { changed, redundant, outOfRange } = this.#ballooned.deflateStaged(pfns);
    // Only a policy that locks asks for the runs, whose order is not free.
    const runs = this.#policy.active ? this.#ballooned.copyRuns(this.#runs) : this.#runs.clear();
    this.#begin("removed", members ?? runs);
    const action = this.#policy.reclaim(runs);
    if (!this.#finish() || action === "superseded") return "keep";
    this.#countFaults(pfns, redundant, outOfRange, "pfn-not-ballooned");
    if (changed > 0 && !this.#mayTake(before)) this.#compliance.broke("DRV-O4");
    if (action === "degrade") return this.#deflated(pfns, changed);
    const rolledBack = members ?? runs.clone();
    this.#hold(rolledBack);
    // The queue may have been reset alone meanwhile: then nobody waits for the chain.
    if (queue.epoch !== epoch || action === "needs-reset") return "needs-reset";
    this.withheld = { head: queue.chain.head, runs: rolledBack, attempts: 1 };
    return "stall";
  }

  /** Tries the withheld deflate again. `"return"`: its chain may be returned, it is no longer withheld. */
  retryWithheld(): Disposition {
    const withheld = this.withheld!;
    const { runs, attempts } = withheld;
    this.withheld = { ...withheld, attempts: attempts + 1 };
    const pages = this.#takeOut(runs);
    this.#begin("removed", runs);
    const action = this.#policy.reclaim(pages, attempts);
    if (!this.#finish() || action === "superseded") return "keep";
    if (action !== "degrade") {
      this.#hold(runs);
      return action === "withhold" ? "stall" : "needs-reset";
    }
    this.withheld = undefined;
    return this.#deflated(runs.total, runs.total);
  }

  /** The driver is gone: every frame is the guest's again (§2.4), and locked where it can be. */
  reset(): void {
    const given = new Runs(this.#ballooned.allHostPages());
    this.#changes = "nothing";
    this.withheld = undefined;
    this.reader.pfnBytes = 4;
    this.#ballooned.clear();
    this.#policy.reclaimAll(given);
  }

  /** The page set, as [first, frames] pairs: in the middle of a batch, as it was before. */
  savedRuns(): Uint32Array {
    if (this.#changes === "nothing") return this.#ballooned.allRuns();
    const before = new PageTracker(this.#ballooned.frames);
    before.inflateRuns(this.#ballooned.allRuns());
    for (let i = 0; i < this.#changed.length; i++) {
      const first = this.#changed.first(i);
      const frames = this.#changed.frames(i);
      if (this.#changes === "added") before.deflateRange(first, frames);
      else before.inflateRange(first, frames);
    }
    return before.allRuns();
  }

  /** Takes over a saved page set: releases it on this host, as the negotiation allows. */
  restore(ballooned: Uint32Array, withheld: WithheldState | undefined): void {
    this.#hold(new Runs(ballooned));
    this.withheld = withheld && { head: withheld.head, runs: new Runs(withheld.runs), attempts: 1 };
    this.#policy.adopt(new Runs(this.#ballooned.allHostPages()));
  }

  get #inFrames(): boolean {
    return this.#ballooned.hostPageFrames === 1;
  }

  /** Host code runs from now on. `runs` are exactly the frames that changed, which host pages would not be. */
  #begin(changes: "added" | "removed", runs: Runs): void {
    this.#changes = changes;
    this.#changed = runs;
  }

  /** Host code has run. Returns false when it has reset the device: the batch ends without effect. */
  #finish(): boolean {
    const stands = this.#changes !== "nothing";
    this.#changes = "nothing";
    return stands;
  }

  #stage(queue: SplitQueue): number {
    const fault = this.reader.fault(queue.chain);
    if (fault === undefined) return this.reader.stage(queue.chain);
    this.#faults.add(fault);
    return 0;
  }

  /** Last, since each fault is told to listeners, and a listener may ask the tracker and so end the runs' life. */
  #countFaults(pfns: number, redundant: number, outOfRange: number, already: PfnFault): void {
    const duplicates = redundant === 0 ? 0 : this.#ballooned.stagedDuplicates(pfns);
    this.#faults.add("pfn-out-of-range", outOfRange);
    this.#faults.add("pfn-duplicate", duplicates);
    this.#faults.add(already, redundant - duplicates);
  }

  #hold(runs: Runs): void {
    this.#ballooned.inflateRuns(runs.toArray());
  }

  /** Takes runs out of the page set; returns the host pages that this makes the guest's. */
  #takeOut(runs: Runs): Runs {
    const pages = new Runs();
    for (let i = 0; i < runs.length; i++) {
      this.#ballooned.deflateRange(runs.first(i), runs.frames(i));
      for (const [first, frames] of this.#ballooned.runs) pages.push(first, frames);
    }
    return pages;
  }

  #deflated(pfns: number, changed: number): Disposition {
    this.batches.deflate++;
    this.#events.emit("deflate", { pfns, changed, balloonedFrames: this.#ballooned.count });
    return "return";
  }
}
