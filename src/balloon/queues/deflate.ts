import type { LockPolicy } from "../../lock/index.ts";
import { Feature, hasFeature } from "../../negotiation/index.ts";
import { Runs } from "../../tracker/index.ts";
import type { SplitQueue, VirtioDevice } from "../../virtio/index.ts";
import type { Compliance } from "../compliance.ts";
import { ConfigField } from "../config.ts";
import type { BalloonConfig } from "../config.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { WithheldState } from "../state/balloon-state.ts";
import type { Ballooned } from "./ballooned.ts";
import type { PfnBatch } from "./pfn-batch.ts";
import type { BalloonQueue, Disposition } from "./queue.ts";

/**
 * A deflate whose frames could not be locked. The driver waits for its acknowledgement, and the frames stay in the
 * balloon.
 */
interface WithheldDeflate {
  /** Head of the chain to return. */
  readonly head: number;
  readonly runs: Runs;
  /** Number of attempts so far. */
  readonly attempts: number;
}

export interface DeflateQueueOptions {
  readonly virtio: VirtioDevice;
  readonly config: BalloonConfig;
  readonly ballooned: Ballooned;
  readonly batch: PfnBatch;
  readonly policy: LockPolicy;
  readonly compliance: Compliance;
  readonly events: Emitter<BalloonEvents>;
}

/**
 * Serves deflates: the guest takes frames back. The frames are locked and then the chain is returned, which is the
 * acknowledgement that a driver with WILL_TELL_HOST waits for (VIRTIO 1.3 §5.5.6). If a lock fails, the failure policy
 * may withhold it.
 */
export class DeflateQueue implements BalloonQueue {
  readonly role = "deflate";
  readonly ordered = true;
  readonly takesPfns = true;
  chains = 0;
  /** Number of batches that took effect. */
  batches = 0;
  readonly #options: DeflateQueueOptions;
  #withheld: WithheldDeflate | undefined;
  /** A copy that is reused for each batch. Host code may call the tracker, which invalidates the tracker's own runs. */
  readonly #runs = new Runs();

  constructor(options: DeflateQueueOptions) {
    this.#options = options;
  }

  /** The withheld deflate, if any. */
  get withheld(): WithheldDeflate | undefined {
    return this.#withheld;
  }

  process(ring: SplitQueue): Disposition {
    const { batch, policy } = this.#options;
    const pfns = batch.stage(ring.chain);
    if (pfns === 0) return "return";
    return policy.active ? this.#lock(ring, pfns) : this.#take(pfns);
  }

  retry(): Disposition {
    const { ballooned, policy, events } = this.#options;
    const withheld = this.#withheld!;
    const { runs, attempts } = withheld;
    this.#withheld = { ...withheld, attempts: attempts + 1 };
    const pages = ballooned.remove(runs);
    ballooned.begin("removed", runs);
    const result = policy.deflate(pages, attempts);
    if (!ballooned.finish() || result === "superseded") return "keep";
    if (result !== "acknowledge") {
      ballooned.add(runs);
      return result === "withhold" ? "stall" : "needs-reset";
    }
    this.#withheld = undefined;
    this.#deflated(runs.total, runs.total);
    events.emit("withheld", false);
    return "return";
  }

  forget(): void {
    if (this.#withheld !== undefined) this.#options.events.emit("withheld", false);
    this.#withheld = undefined;
  }

  reset(): void {
    this.forget();
  }

  /** The withheld deflate, for a saved state. */
  state(): WithheldState | undefined {
    return this.#withheld && { head: this.#withheld.head, runs: this.#withheld.runs.toArray() };
  }

  /** Takes over a withheld deflate. The server tries it again. */
  restore(state: WithheldState | undefined): void {
    this.#withheld = state && { head: state.head, runs: new Runs(state.runs), attempts: 1 };
  }

  /** Takes a batch out of the balloon. Nothing is locked, so no host code runs. */
  #take(pfns: number): Disposition {
    const { batch, ballooned } = this.#options;
    const before = ballooned.tracker.count;
    ballooned.tracker.deflateSilentlyInto(batch.result, pfns);
    this.#countFaults(pfns, before);
    return this.#deflated(pfns, batch.result.changed);
  }

  /** Takes a batch out of the balloon and locks it. If that fails, the batch is undone. */
  #lock(ring: SplitQueue, pfns: number): Disposition {
    const { ballooned, batch, policy } = this.#options;
    const { tracker } = ballooned;
    const { epoch } = ring;
    const before = tracker.count;
    const removed = ballooned.inFrames ? undefined : tracker.stagedMembers(pfns);
    tracker.deflateStagedInto(batch.result, pfns);
    const runs = tracker.copyRuns(this.#runs);
    ballooned.begin("removed", removed ?? runs);
    const result = policy.deflate(runs);
    if (!ballooned.finish() || result === "superseded") return "keep";
    this.#countFaults(pfns, before);
    if (result === "acknowledge") return this.#deflated(pfns, batch.result.changed);
    const rolledBack = removed ?? runs.clone();
    ballooned.add(rolledBack);
    // Host code may have reset this queue. In that case the driver no longer waits for the chain.
    return ring.epoch !== epoch || result === "needs-reset"
      ? "needs-reset"
      : this.#withhold(ring.chain.head, rolledBack);
  }

  #withhold(head: number, runs: Runs): Disposition {
    this.#withheld = { head, runs, attempts: 1 };
    this.#options.events.emit("withheld", true);
    return "stall";
  }

  /** Counts what is wrong with a batch that was staged when the balloon had `before` frames. */
  #countFaults(pfns: number, before: number): void {
    const { batch, compliance } = this.#options;
    const { changed } = batch.result;
    if (changed !== pfns) batch.count(pfns, "pfn-not-ballooned");
    if (changed > 0 && !this.#mayTake(before)) compliance.broke("DRV-O4");
  }

  /** DRV-O4, DRV-O5: whether the driver may take frames from a balloon of `frames` frames. */
  #mayTake(frames: number): boolean {
    const { virtio, config } = this.#options;
    return frames > config.get(ConfigField.NUM_PAGES) || hasFeature(virtio.accepted, Feature.DEFLATE_ON_OOM);
  }

  #deflated(pfns: number, changed: number): Disposition {
    const { ballooned, events } = this.#options;
    this.batches++;
    if (events.hears("deflate"))
      events.emit("deflate", { pfns, changed, balloonedFrames: ballooned.tracker.count });
    return "return";
  }
}
