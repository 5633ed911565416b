import type { DescriptorChain, GuestMemory, SplitQueue } from "../../virtio/index.ts";
import type { Compliance } from "../compliance.ts";
import { ConfigField } from "../config.ts";
import type { BalloonConfig } from "../config.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { FaultCounters } from "../guest-faults.ts";
import type { FreePages } from "./free-pages.ts";
import type { BalloonQueue, Disposition } from "./queue.ts";

/** Command ids of VIRTIO 1.3 §5.5.6.5; any other value names a run. */
export const HintCommand = { STOP: 0, DONE: 1 } as const;

const ID_BYTES = 4;

/** Runs are numbered from here, as QEMU does: far from STOP and DONE, so that a stale id is never mistaken for them. */
const FIRST_RUN = 0x80000000;

/**
 * - `idle`: nothing asked for
 * - `requested`: the id is in the configuration, the driver has not answered yet
 * - `running`: the driver has named the id; its pages are free
 */
export type HintPhase = "idle" | "requested" | "running";

/** Where a hinting run is, for a snapshot. */
export interface HintState {
  readonly phase: HintPhase;
  /** Id of the last run. */
  readonly run: number;
  /** Whether the driver may still be at a run that a restore ended. */
  readonly abandoned: boolean;
}

/** What a snapshot has of hinting. */
export interface SavedHints {
  readonly hint: HintState;
  /** free_page_hint_cmd_id of the configuration. */
  readonly hintCommand: number;
}

export interface HintQueueOptions {
  readonly memory: GuestMemory;
  readonly config: BalloonConfig;
  readonly freePages: FreePages;
  readonly faults: FaultCounters;
  readonly compliance: Compliance;
  readonly events: Emitter<BalloonEvents>;
}

/** Free page hinting: the host asks once, the driver answers with all its free pages, the host says DONE. */
export class HintQueue implements BalloonQueue {
  readonly role = "hint";
  readonly ordered = false;
  readonly #options: HintQueueOptions;
  #phase: HintPhase = "idle";
  #run = FIRST_RUN - 1;
  #frames = 0;
  /** Whether the last id the driver named is another run's: the pages after it are not this run's (DEV-H3). */
  #foreign = false;
  /** Whether the driver may still be at a run that the device has given up: its pages are ignored, without blame. */
  #abandoned = false;
  /** Whether the configuration still names a run that is over: DONE is due. */
  #overdue = false;
  /** What a state has in the middle of a chain: all as it was before. */
  #before: SavedHints | undefined;

  constructor(options: HintQueueOptions) {
    this.#options = options;
  }

  get phase(): HintPhase {
    return this.#phase;
  }

  /** Starts a run with an id that was not used before (DEV-H2). */
  start(): void {
    this.#run = this.#run >= 0xffffffff ? FIRST_RUN : this.#run + 1;
    this.#phase = "requested";
    this.#overdue = false;
    this.#frames = 0;
    this.#announce(this.#run);
  }

  /** One chain: a command id in readable bytes, free pages in writable buffers, or both. */
  process(ring: SplitQueue): Disposition {
    const { chain, epoch } = ring;
    let locked = true;
    this.#before = this.state();
    if (chain.readable > 0) this.#readCommand(chain);
    if (chain.writableBytes > 0 && ring.epoch === epoch) locked = this.#discard(ring);
    // Otherwise host code has reset the device, and perhaps restored another run.
    if (ring.epoch === epoch) this.#before = undefined;
    return locked ? "return" : "needs-reset";
  }

  /** The driver is gone: it holds no hinted pages, and the run ends without its answer. */
  reset(): void {
    this.#before = undefined;
    this.#abandoned = this.#overdue = false;
    this.#end(HintCommand.STOP);
    this.#announce(HintCommand.STOP);
  }

  /** Whoever asked for the run must not wait for a driver that nobody hears any more. */
  stop(): void {
    if (this.#phase === "idle") return;
    this.#phase = "idle";
    this.#options.events.emit("hint-done", this.#frames);
  }

  /** The queue is gone, its driver is not: a run must end in DONE for it to take its pages back (DEV-H6). */
  forget(): void {
    this.#before = undefined;
    this.#end(HintCommand.DONE);
  }

  /** For a snapshot: in the middle of a chain, what was before it. */
  state(): SavedHints {
    const hint = { phase: this.#phase, run: this.#run, abandoned: this.#abandoned };
    const hintCommand = this.#options.config.get(ConfigField.FREE_PAGE_HINT_CMD_ID);
    return this.#before ?? { hint, hintCommand };
  }

  /**
   * After a restore a run does not go on: the guest may have reused pages it hinted but the device has not seen
   * (DEV-H4). Returns whether `command`, the configuration's, names one: {@link abandon} must end it once the guest can
   * be interrupted, whether it went on until this restore or an earlier one that was saved before it could tell.
   */
  restore({ phase, run, abandoned }: HintState, command: number): boolean {
    this.#run = Math.max(run, FIRST_RUN - 1);
    this.#phase = "idle";
    this.#abandoned = abandoned || phase !== "idle";
    this.#overdue = command !== HintCommand.STOP && command !== HintCommand.DONE;
    return this.#overdue;
  }

  /** Ends a run that nobody waits for: DONE makes the driver take all its pages back (DRV-H10). */
  abandon(): void {
    if (this.#overdue) this.#announce(HintCommand.DONE);
    this.#overdue = false;
  }

  /** DRV-H1: the id is 4 bytes, wherever they lie. */
  #readCommand(chain: DescriptorChain): void {
    if (chain.readableBytes !== ID_BYTES) {
      this.#options.faults.add("hint-id-size");
      return;
    }
    const id = new Uint8Array(ID_BYTES);
    chain.copyReadable(this.#options.memory.bytes, id);
    this.#obey(new DataView(id.buffer).getUint32(0, true));
  }

  #obey(id: number): void {
    if (id === HintCommand.STOP) {
      this.#abandoned = false;
      if (this.#phase === "running") this.#end(HintCommand.DONE);
      return;
    }
    this.#foreign = id !== this.#run;
    if (!this.#foreign && this.#phase === "requested") this.#begin();
    else if (this.#abandoned) return;
    else if (this.#foreign || this.#phase === "idle") this.#options.faults.add("hint-id");
    else this.#options.compliance.broke("DRV-H3");
  }

  #begin(): void {
    this.#phase = "running";
    this.#abandoned = false;
  }

  /** Ends the run there is: whoever asked for it hears what it gave, whether the driver finished or went away. */
  #end(command: number): void {
    if (this.#phase === "idle") return;
    this.#announce(command);
    this.stop();
  }

  /** Publishes a command id to the driver. */
  #announce(id: number): void {
    this.#options.config.announce(ConfigField.FREE_PAGE_HINT_CMD_ID, id);
  }

  /** Returns whether the device may go on: the pages are as locked as before. */
  #discard(ring: SplitQueue): boolean {
    const { freePages, faults, events } = this.#options;
    if (this.#phase !== "running" || this.#foreign) {
      if (!this.#abandoned) faults.add("hint-unasked");
      return true;
    }
    const { epoch } = ring;
    const run = this.#run;
    const discarded = freePages.discard(ring.chain, 0);
    if (discarded === undefined) return true;
    // Host code may have begun another run, or reset the queue.
    if (ring.epoch === epoch) {
      if (run === this.#run) this.#frames += discarded.pages.frames;
      events.emit("hint", discarded.pages);
    }
    return discarded.locked;
  }
}
