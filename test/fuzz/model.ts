import type { QueueRole } from "../../src/balloon/index.ts";
import { Feature, hasFeature } from "../../src/negotiation/index.ts";
import type { DeflateResult, LockFailureAction } from "../../src/lock/index.ts";
import { Status } from "../../src/virtio/index.ts";
import type { QueueState, VirtioDeviceState } from "../../src/virtio/index.ts";
import { NO_TROUBLE } from "../lock/flaky-host.ts";
import type { Trouble } from "../lock/flaky-host.ts";
import { FrameModel, runsOf, wholeFrames } from "../lock/frame-model.ts";
import { pfnsOf, readChain } from "./chain-model.ts";
import type { ModelChain } from "./chain-model.ts";
import { Ram } from "./ram.ts";
import { FRAMES } from "./step.ts";
import type { Setup } from "./step.ts";
import { rolesOf } from "../balloon/optional-queues.ts";

/** Before and after a moment at which the device may look at its rings. */
export interface Moment {
  readonly before: VirtioDeviceState;
  readonly after: VirtioDeviceState;
  /** A copy of guest memory from before, to be changed as the device should change it. */
  readonly ram: DataView;
  /** Whether the driver's promise is in force: pages are unlocked and locked. */
  readonly promised: boolean;
  /** poison_val of the configuration. */
  readonly poison: number;
}

/** What happens to a chain, as in the device. */
type Fate = "return" | "keep" | "stall" | "stop";

const FIRST_RUN = 0x80000000;
const MAX_ATTEMPTS = 10;

/** What a balloon device does, as simply as possible: rings are read byte by byte, pages are a Set, locks go by frame. */
export class Model {
  readonly ballooned: Set<number> = new Set();
  locks: FrameModel = new FrameModel(FRAMES);
  withheld: { readonly head: number; readonly frames: readonly number[]; attempts: number } | undefined;
  statsBuffer: number | undefined;
  hint: { phase: "idle" | "requested" | "running"; run: number } = { phase: "idle", run: FIRST_RUN - 1 };
  /** Chains taken, by queue, since the model was made. */
  readonly chains: Record<QueueRole, number> = { inflate: 0, deflate: 0, stats: 0, hint: 0, report: 0 };
  /** How host calls fail, and how the embedder answers failures. */
  trouble: Trouble = NO_TROUBLE;
  answer: LockFailureAction = "degrade";
  /** Whether the last moment ended in an error that only a reset clears. */
  stopped = false;
  readonly #setup: Setup;
  readonly #offered: bigint;
  readonly #ram: Ram;
  #foreign = false;
  /** How far the device has come in the rings, by queue, during a moment. */
  #nextAvail = 0;
  #nextUsed = 0;
  /** Free frames that this notification may still discard. */
  #discards = 0;

  constructor(setup: Setup, offered: bigint) {
    this.#setup = setup;
    this.#ram = new Ram(setup.ram);
    this.#offered = offered;
  }

  /** Which queue has which number, after negotiation. */
  roles(accepted: bigint): readonly QueueRole[] {
    const counts = { negotiated: accepted, offered: this.#offered, spec: ~0n }[this.#setup.queueNumbering];
    return rolesOf(counts);
  }

  // --- what happens ---

  /** Serves the queues in order, until one turns out to be corrupt. */
  serve(moment: Moment, queues: readonly number[]): void {
    const roles = this.roles(moment.after.accepted);
    this.#resume();
    for (const index of queues) {
      const role = roles[index];
      if (role === undefined || this.stopped) continue;
      this.#drain(moment, index, role);
    }
  }

  /** The driver is gone, and has everything back. */
  reset(promised: boolean): void {
    if (promised) this.locks.reset(this.trouble);
    this.ballooned.clear();
    this.withheld = this.statsBuffer = undefined;
    this.hint.phase = "idle";
  }

  /** The driver takes a queue back from the device, with everything the device had of it. */
  forget(role: QueueRole | undefined): void {
    if (role === "deflate") this.withheld = undefined;
    if (role === "stats") this.statsBuffer = undefined;
    if (role === "hint") this.hint.phase = "idle";
  }

  /** The guest continues with another device, on another host whose memory is all locked. */
  migrate(promised: boolean): void {
    this.locks = new FrameModel(FRAMES);
    if (promised) this.locks.inflate(runsOf(ascending(this.ballooned)), this.trouble);
    if (this.withheld !== undefined) this.withheld.attempts = 1;
    this.#foreign = false;
    this.hint.phase = "idle";
  }

  /** The host asks for statistics. Returns whether the driver is told. */
  askForStats(moment: Moment): boolean {
    const index = this.#usable(moment, "stats");
    if (index === undefined || this.statsBuffer === undefined) return false;
    this.#enter(moment, index);
    this.#push(moment.ram, moment.after.queues[index]!, this.statsBuffer);
    this.statsBuffer = undefined;
    return true;
  }

  /** The host asks for free pages. Returns whether the driver is told. */
  askForPages(moment: Moment): boolean {
    if (this.#usable(moment, "hint") === undefined) return false;
    this.hint.run = this.hint.run >= 0xffffffff ? FIRST_RUN : this.hint.run + 1;
    this.hint.phase = "requested";
    return true;
  }

  /** The clock says that a withheld acknowledgement is due. */
  retryWithheld(moment: Moment): void {
    this.#resume();
    const { withheld } = this;
    const index = this.roles(moment.after.accepted).indexOf("deflate");
    const queue = moment.after.queues[index];
    if (withheld === undefined || queue?.enabled !== true || !this.#inMemory(queue)) return;
    const action = this.#lock(withheld.frames, moment.promised);
    withheld.attempts++;
    if (action === "needs-reset" || (action === "withhold" && withheld.attempts > MAX_ATTEMPTS)) this.#stop();
    if (action !== "acknowledge") return;
    this.withheld = undefined;
    this.#enter(moment, index);
    this.#push(moment.ram, queue, withheld.head);
    this.#takeAll(moment, queue, "deflate");
  }

  // --- rings ---

  /** The number of a role's queue, if the host may use it. */
  #usable({ after }: Moment, role: QueueRole): number | undefined {
    const index = this.roles(after.accepted).indexOf(role);
    const queue = after.queues[index];
    const running = (after.status & Status.DRIVER_OK) !== 0 && (after.status & Status.NEEDS_RESET) === 0;
    return running && queue?.enabled === true && this.#inMemory(queue) ? index : undefined;
  }

  /** Indices from before. Since then a legacy driver may have resized its queue, which starts it again. */
  #enter({ before, after }: Moment, index: number): void {
    const was = before.queues[index]!;
    const same = was.enabled && was.size === after.queues[index]!.size;
    this.#nextAvail = same ? was.nextAvail : 0;
    this.#nextUsed = same ? was.nextUsed : 0;
  }

  #drain(moment: Moment, index: number, role: QueueRole): void {
    const queue = moment.after.queues[index]!;
    if (role === "deflate" && this.withheld !== undefined) return;
    this.#enter(moment, index);
    this.#takeAll(moment, queue, role);
  }

  /** The chains that are available now, and no more than the queue's size. */
  #takeAll(moment: Moment, queue: QueueState, role: QueueRole): void {
    const { ram, after } = moment;
    const until = this.#inMemory(queue) ? ram.getUint16(queue.driver + 2, true) : undefined;
    this.#discards = this.#ram.frames;
    let left = queue.size;
    while (left-- > 0 && this.#nextAvail !== until && this.#takeOne(moment, queue, role));
    if (!this.stopped && hasFeature(after.accepted, Feature.RING_EVENT_IDX))
      ram.setUint16(queue.device + 4 + 8 * queue.size, this.#nextAvail, true);
  }

  #takeOne(moment: Moment, queue: QueueState, role: QueueRole): boolean {
    const { ram } = moment;
    const { size, driver } = queue;
    if (!this.#inMemory(queue)) return this.#stop();
    const waiting = (ram.getUint16(driver + 2, true) - this.#nextAvail) & 0xffff;
    if (waiting === 0) return false;
    if (waiting > size) return this.#stop();
    const head = ram.getUint16(driver + 4 + 2 * (this.#nextAvail % size), true);
    if (head >= size) return this.#stop();
    this.#nextAvail = (this.#nextAvail + 1) & 0xffff;
    this.chains[role]++;
    const fate = this.#handle(moment, queue, role, head);
    if (fate === "return") this.#push(ram, queue, head);
    if (fate === "stop") return this.#stop();
    return fate !== "stall";
  }

  #handle(moment: Moment, queue: QueueState, role: QueueRole, head: number): Fate {
    const indirect = hasFeature(moment.after.accepted, Feature.RING_INDIRECT_DESC);
    const chain = readChain(this.#ram, moment.ram, queue.descriptors, queue.size, head, indirect);
    if (chain === undefined) return "return";
    if (role === "inflate") return this.#inflate(moment, pfnsOf(chain.bytes));
    if (role === "deflate") return this.#deflate(moment, pfnsOf(chain.bytes), head);
    if (role === "stats") return this.#keepStats(head);
    return role === "hint" ? this.#hinted(moment, chain) : this.#reported(moment, chain);
  }

  #push(ram: DataView, { device, size }: QueueState, head: number): void {
    const at = device + 4 + 8 * (this.#nextUsed % size);
    ram.setUint32(at, head, true);
    ram.setUint32(at + 4, 0, true);
    this.#nextUsed = (this.#nextUsed + 1) & 0xffff;
    ram.setUint16(device + 2, this.#nextUsed, true);
  }

  #resume(): void {
    this.stopped = false;
  }

  #stop(): false {
    this.stopped = true;
    this.hint.phase = "idle";
    return false;
  }

  /** §2.7: alignment and room of the three parts, event words included. */
  #inMemory({ size, descriptors, driver, device }: QueueState): boolean {
    return (
      descriptors % 16 === 0 &&
      driver % 2 === 0 &&
      device % 4 === 0 &&
      this.#ram.contains(descriptors, 16 * size) &&
      this.#ram.contains(driver, 6 + 2 * size) &&
      this.#ram.contains(device, 6 + 8 * size)
    );
  }

  // --- pages ---

  #inflate({ ram, promised }: Moment, pfns: readonly number[]): Fate {
    const changed = ascending(new Set(pfns.filter((pfn) => this.#ram.has(pfn) && !this.ballooned.has(pfn))));
    for (const frame of changed) this.ballooned.add(frame);
    if (pfns.length > 0 && this.#setup.pinned) {
      if (promised) this.locks.inflate(runsOf(changed), this.trouble);
      else this.locks.retry(this.trouble);
    }
    if (!this.#setup.pinned) for (const frame of changed) fill(ram, frame, 0);
    return "return";
  }

  #deflate({ promised }: Moment, pfns: readonly number[], head: number): Fate {
    const frames = ascending(new Set(pfns.filter((pfn) => this.ballooned.has(pfn))));
    if (pfns.length === 0) return "return";
    const action = this.#lock(frames, promised);
    if (action === "withhold") this.withheld = { head, frames, attempts: 1 };
    return action === "acknowledge" ? "return" : action === "withhold" ? "stall" : "stop";
  }

  #lock(frames: readonly number[], promised: boolean): DeflateResult {
    const active = promised && this.#setup.pinned;
    const action = active
      ? this.locks.deflate(runsOf(frames), this.trouble, () => this.answer)
      : "acknowledge";
    if (action === "acknowledge") for (const frame of frames) this.ballooned.delete(frame);
    return action;
  }

  #keepStats(head: number): Fate {
    if (this.statsBuffer !== undefined) return "return";
    this.statsBuffer = head;
    return "keep";
  }

  #hinted(moment: Moment, chain: ModelChain): Fate {
    if (chain.readables > 0 && chain.bytes.length === 4) this.#hintCommand(chain.bytes);
    const free = chain.ranges.some(([, bytes]) => bytes > 0);
    if (!free || this.hint.phase !== "running" || this.#foreign) return "return";
    return this.#free(moment, chain, 0) ? "return" : "stop";
  }

  #hintCommand({ buffer, byteOffset }: Uint8Array): void {
    const id = new DataView(buffer, byteOffset).getUint32(0, true);
    if (id === 0) {
      if (this.hint.phase === "running") this.hint.phase = "idle";
      return;
    }
    this.#foreign = id !== this.hint.run;
    if (!this.#foreign && this.hint.phase === "requested") this.hint.phase = "running";
  }

  #reported(moment: Moment, chain: ModelChain): Fate {
    if (moment.poison !== 0 && this.#setup.poisonedPages === "skip") return "return";
    return this.#free(moment, chain, moment.poison) ? "return" : "stop";
  }

  /**
   * The frames inside the ranges that are whole and not ballooned; none if all ranges together exceed what may still be
   * discarded. Returns whether the device may go on.
   */
  #free({ ram }: Moment, { ranges }: ModelChain, poison: number): boolean {
    const parts = wholeFrames(ranges);
    const cost = parts.flat().length;
    if (cost > this.#discards) return true;
    this.#discards -= cost;
    let goOn = true;
    for (const part of parts) {
      const frames = part.filter((frame) => !this.ballooned.has(frame));
      if (!this.#setup.pinned) for (const frame of frames) fill(ram, frame, poison);
      else if (poison === 0) goOn = this.locks.free(runsOf(frames), this.trouble, () => this.answer) && goOn;
    }
    return goOn;
  }
}

function ascending(frames: Iterable<number>): number[] {
  return [...frames].sort((a, b) => a - b);
}

function fill(ram: DataView, frame: number, word: number): void {
  for (let at = 4096 * frame; at < 4096 * (frame + 1); at += 4) ram.setUint32(at, word, true);
}
