import type { GuestMemory } from "../../memory/index.ts";
import type { DescriptorChain, SplitQueue } from "../../virtio/index.ts";
import type { Compliance } from "../compliance.ts";
import { ConfigField } from "../config.ts";
import type { BalloonConfig } from "../config.ts";
import type { BalloonEvents, Emitter } from "../events.ts";
import type { FaultCounters } from "../guest-faults.ts";
import type { FreePages } from "./free-pages.ts";
import type { BalloonQueue, Disposition } from "./queue.ts";

/** Command ids of VIRTIO 1.3 §5.5.6.5. Any other value is the id of a run. */
export const HintCommand = { STOP: 0, DONE: 1 } as const;

const ID_BYTES = 4;

/** The first run id, as in QEMU. It is far from STOP and DONE, so a stale id is never mistaken for one of them. */
const FIRST_RUN = 0x80000000;

/**
 * Phases of a hinting run:
 * - `idle`: the device has asked for nothing
 * - `requested`: the id is in the configuration, and the driver has not answered yet
 * - `running`: the driver has named the id; the pages it sends are free
 */
export type HintPhase = "idle" | "requested" | "running";

/** The state of a hinting run, for a snapshot. */
export interface HintState {
  readonly phase: HintPhase;
  /** Id of the last run. */
  readonly run: number;
  /** Whether the driver may still be busy with a run that a restore ended. */
  readonly abandoned: boolean;
}

/** The hinting state in a snapshot. */
export interface SavedHints {
  readonly hint: HintState;
  /** The free_page_hint_cmd_id field of the configuration. */
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

/** Serves free page hinting: the host asks once, the driver answers with all its free pages, and the host says DONE. */
export class HintQueue implements BalloonQueue {
  readonly role = "hint";
  readonly ordered = false;
  chains = 0;
  readonly #options: HintQueueOptions;
  #phase: HintPhase = "idle";
  #run = FIRST_RUN - 1;
  #frames = 0;
  /** Whether the driver's last id belongs to another run. The pages that follow do not belong to this run (DEV-H3). */
  #foreign = false;
  /**
   * Whether the driver may still be busy with a run that the device has given up. Its pages are ignored and not counted
   * as a fault.
   */
  #abandoned = false;
  /** Whether the configuration still has the id of a finished run, so that DONE must follow. */
  #overdue = false;
  /** The state before the current chain, for a state that is saved in the middle of it. */
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

  /** Processes one chain: a command id in readable bytes, free pages in writable buffers, or both. */
  process(ring: SplitQueue): Disposition {
    const { chain, epoch } = ring;
    let locked = true;
    this.#before = this.state();
    if (chain.readable > 0) this.#readCommand(chain);
    if (chain.writableBytes > 0 && ring.epoch === epoch) locked = this.#discard(ring);
    // Otherwise host code has reset the device, and may have restored another run.
    if (ring.epoch === epoch) this.#before = undefined;
    return locked ? "return" : "needs-reset";
  }

  /** Resets the queue. The driver no longer waits for hinted pages, and the run ends without its answer. */
  reset(): void {
    this.#before = undefined;
    this.#abandoned = this.#overdue = false;
    this.#end(HintCommand.STOP);
    this.#announce(HintCommand.STOP);
  }

  /** Ends the run when the device stops, so that the caller does not wait for a driver that is no longer served. */
  stop(): void {
    if (this.#phase === "idle") return;
    this.#phase = "idle";
    this.#options.events.emit("hint-done", this.#frames);
  }

  /**
   * Called when the queue is gone but its driver is not. The run must end with DONE, so that the driver takes its pages
   * back (DEV-H6).
   */
  forget(): void {
    this.#before = undefined;
    this.#end(HintCommand.DONE);
  }

  /** The state for a snapshot. In the middle of a chain, it is the state before the chain. */
  state(): SavedHints {
    const hint = { phase: this.#phase, run: this.#run, abandoned: this.#abandoned };
    const hintCommand = this.#options.config.get(ConfigField.FREE_PAGE_HINT_CMD_ID);
    return this.#before ?? { hint, hintCommand };
  }

  /**
   * Takes over a saved state. A run does not continue after a restore, because the guest may have reused pages whose
   * hints the device has not seen (DEV-H4). Returns whether `command`, from the saved configuration, names a run.
   * {@link abandon} must then end it once the guest can be interrupted. This also covers a run that an earlier restore
   * ended, if the machine was saved again before the driver was told.
   */
  restore({ phase, run, abandoned }: HintState, command: number): boolean {
    this.#run = Math.max(run, FIRST_RUN - 1);
    this.#phase = "idle";
    this.#abandoned = abandoned || phase !== "idle";
    this.#overdue = command !== HintCommand.STOP && command !== HintCommand.DONE;
    return this.#overdue;
  }

  /** Ends an abandoned run: after DONE the driver takes all its pages back (DRV-H10). */
  abandon(): void {
    if (this.#overdue) this.#announce(HintCommand.DONE);
    this.#overdue = false;
  }

  /** Reads a command id. DRV-H1: the id is 4 bytes long; the bytes may lie in any buffers. */
  #readCommand(chain: DescriptorChain): void {
    if (chain.readableBytes !== ID_BYTES) {
      this.#options.faults.add("hint-id-size");
      return;
    }
    const id = new Uint8Array(ID_BYTES);
    chain.copyReadable(this.#options.memory, id);
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

  /** Ends the current run, whether the driver finished or is gone. The listeners learn how many frames it gave. */
  #end(command: number): void {
    if (this.#phase === "idle") return;
    this.#announce(command);
    this.stop();
  }

  #announce(id: number): void {
    this.#options.config.announce(ConfigField.FREE_PAGE_HINT_CMD_ID, id);
  }

  /** Discards the pages of a chain. Returns whether the device may go on, because the pages are as locked as before. */
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
    // Host code may have started another run, or reset the queue.
    if (ring.epoch === epoch) {
      if (run === this.#run) this.#frames += discarded.pages.frames;
      events.emit("hint", discarded.pages);
    }
    return discarded.locked;
  }
}
