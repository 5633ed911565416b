import { ConfigField } from "../../../src/balloon/config.ts";
import type { GuestFault, QueueRole } from "../../../src/balloon/index.ts";
import type { DeflateResult } from "../../../src/lock/index.ts";
import type { Outcome } from "../../../src/negotiation/index.ts";
import { Feature, featureSet, hasFeature } from "../../../src/negotiation/index.ts";
import { FrameModel, runsOf, wholeFrames } from "../../lock/frame-model.ts";
import { CALM, FRAMES, PAGES, SILENT_DEFLATE, UNKNOWN } from "./setup.ts";
import { OPTIONAL_QUEUES, ROLES } from "../optional-queues.ts";
import type { DriverChoice, HostMood, Range, Setup } from "./setup.ts";

/** What happens to a chain: it is returned, kept for later or withheld with all chains behind it, or the device stops. */
export type Fate = "return" | "keep" | "withhold" | "stop";

interface Sent {
  readonly head: number;
  readonly descriptors: number;
  readonly act: (head: number) => Fate;
}

interface Withheld {
  readonly head: number;
  readonly frames: readonly number[];
  readonly attempts: number;
}

type Table<T> = Record<QueueRole, T>;
type Choice = Pick<Outcome, "result" | "lockPolicy" | "promise">;

const STOP = 0;
const DONE = 1;
const FIRST_RUN = 0x80000000;
const MAX_ATTEMPTS = 10;

/**
 * A balloon device and its driver as you would explain them to a colleague: pages are a Set, locks a state for each
 * frame, a queue is what was sent and what came back. Save and restore change only {@link Model.restored}.
 */
export class Model {
  readonly offered: bigint;
  accepted = 0n;
  outcome: Choice | undefined;
  driver: "away" | "refused" | "setting-up" | "up" = "away";
  needsReset = false;
  size = 0;

  readonly ballooned: Set<number> = new Set();
  locks: FrameModel = new FrameModel(FRAMES);
  withheld: Withheld | undefined;
  statsBuffer: number | undefined;
  hint: "idle" | "requested" | "running" = "idle";
  run: number = FIRST_RUN - 1;
  /** The run that the driver named last is not the current one. */
  foreign = false;
  /** The driver may still work on a run that a restore ended: its pages are no fault. */
  abandoned = false;

  /** The first word of every page of the guest. */
  readonly words: number[] = new Array<number>(PAGES).fill(0);
  readonly config: Record<number, number> = { 0: 0, 4: 0, 8: STOP, 12: 0 };
  /** Changes since the driver looked last. */
  configChanged = false;
  interrupt = { queue: false, config: false };

  readonly faults: Map<GuestFault, number> = new Map();
  available: Table<Sent[]> = tableOf(() => []);
  /** Heads that came back since the driver looked last, and chains the device took since the queue was set up. */
  used: Table<number[]> = tableOf(() => []);
  taken: Table<number> = tableOf(() => 0);
  /** What the clock will do, in order. */
  planned: ("retry" | "say-done")[] = [];

  mood: HostMood = CALM;
  readonly #setup: Setup;

  constructor(setup: Setup, offered: bigint) {
    this.#setup = setup;
    this.offered = offered;
  }

  // --- the driver ---

  choice({ without, greedy }: DriverChoice): bigint {
    return (this.offered & ~featureSet(...without)) | (greedy ? featureSet(UNKNOWN) : 0n);
  }

  negotiate(choice: DriverChoice): void {
    this.reset();
    this.accepted = this.choice(choice);
    this.outcome = this.#negotiate();
    this.driver = this.outcome.result === "accepted" ? "setting-up" : "refused";
    this.size = choice.size;
  }

  ready(): void {
    this.driver = "up";
    for (const role of ROLES) this.#serve(role);
  }

  reset(): void {
    if (this.#locking) this.locks.reset(this.mood.trouble);
    this.ballooned.clear();
    this.accepted = 0n;
    this.outcome = this.withheld = this.statsBuffer = undefined;
    this.driver = "away";
    this.needsReset = this.abandoned = false;
    this.hint = "idle";
    Object.assign(this.config, { 4: 0, 8: STOP, 12: 0 });
    this.configChanged = true;
    this.interrupt = { queue: false, config: false };
    this.available = tableOf(() => []);
    this.used = tableOf(() => []);
    this.taken = tableOf(() => 0);
    this.planned = this.planned.filter((what) => what !== "retry");
  }

  has(role: QueueRole): boolean {
    const feature = QUEUE_FEATURE[role];
    const queues = this.driver === "setting-up" || this.driver === "up";
    return queues && (feature === undefined || hasFeature(this.accepted, feature));
  }

  took(feature: number): boolean {
    return hasFeature(this.accepted, feature);
  }

  /** Whether a chain of so many descriptors fits beside the chains that have not come back. */
  fits(role: QueueRole, descriptors: number): boolean {
    const waiting = this.available[role].reduce((sum, sent) => sum + sent.descriptors, 0);
    return this.has(role) && waiting + descriptors + 2 <= this.size;
  }

  send(role: QueueRole, head: number, descriptors: number, act: Sent["act"]): void {
    this.available[role].push({ head, descriptors, act });
    this.#serve(role);
  }

  resetQueue(role: QueueRole): void {
    this.available[role] = [];
    this.used[role] = [];
    this.taken[role] = 0;
    if (role === "deflate") {
      this.withheld = undefined;
      this.#cancelRetry();
    }
    if (role === "stats") this.statsBuffer = undefined;
    if (role === "hint" && this.hint !== "idle") this.#endRun(DONE);
  }

  /** Pages that the driver has not given. */
  get ownPages(): number[] {
    return [...this.words.keys()].filter((page) => !this.ballooned.has(page));
  }

  /** The guest writes to its pages. */
  write(word: number): void {
    for (const page of this.ownPages) this.words[page] = word;
  }

  writePoison(word: number): void {
    if (this.took(Feature.PAGE_POISON) && this.driver !== "up") this.config[ConfigField.POISON_VAL] = word;
    else this.#fault("poison-write");
  }

  // --- what a chain does ---

  inflate(pfns: readonly number[]): Fate {
    const frames = this.#sound(pfns, "pfn-already-ballooned", (frame) => this.ballooned.has(frame));
    const given = ascending(frames.filter((frame) => !this.ballooned.has(frame)));
    for (const frame of given) this.ballooned.add(frame);
    if (this.#locking) this.locks.inflate(runsOf(given), this.mood.trouble);
    else if (this.#setup.pinned) this.locks.retry(this.mood.trouble);
    if (!this.#setup.pinned) for (const frame of given) this.words[frame] = 0;
    return "return";
  }

  deflate(pfns: readonly number[], head: number): Fate {
    const frames = this.#sound(pfns, "pfn-not-ballooned", (frame) => !this.ballooned.has(frame));
    const wanted = ascending(frames.filter((frame) => this.ballooned.has(frame)));
    const action = this.#giveBack(wanted);
    if (action === "needs-reset") return "stop";
    if (action === "acknowledge") return "return";
    this.withheld = { head, frames: wanted, attempts: 1 };
    this.planned.push("retry");
    return "withhold";
  }

  leaveStats(head: number): Fate {
    if (this.statsBuffer === undefined) {
      this.statsBuffer = head;
      return "keep";
    }
    this.#fault("stats-extra-buffer");
    return "return";
  }

  report(ranges: readonly Range[]): Fate {
    const poison = this.config[ConfigField.POISON_VAL]!;
    if (poison !== 0 && this.#setup.poisonedPages === "skip") return "return";
    return this.#free(ranges, poison) ? "return" : "stop";
  }

  hintId(id: number): Fate {
    if (id === STOP) {
      this.abandoned = false;
      if (this.hint === "running") this.#endRun(DONE);
      return "return";
    }
    this.foreign = id !== this.run;
    if (!this.foreign && this.hint === "requested") {
      this.hint = "running";
      this.abandoned = false;
    } else if (!this.abandoned && (this.foreign || this.hint === "idle")) this.#fault("hint-id");
    return "return";
  }

  hintPages(ranges: readonly Range[]): Fate {
    if (this.hint === "running" && !this.foreign) return this.#free(ranges, 0) ? "return" : "stop";
    if (!this.abandoned) this.#fault("hint-unasked");
    return "return";
  }

  /** The driver has seen everything new. */
  looked(): void {
    this.used = tableOf(() => []);
    this.interrupt = { queue: false, config: false };
    this.configChanged = false;
  }

  // --- the host ---

  setConfig(field: number, value: number): void {
    this.config[field] = value;
    this.configChanged = true;
    if (this.driver === "up") this.interrupt.config = true;
  }

  /** Returns whether the driver is told. */
  askForStats(): boolean {
    if (!this.#running || !this.has("stats") || this.statsBuffer === undefined) return false;
    this.#giveUsed("stats", this.statsBuffer);
    this.statsBuffer = undefined;
    return true;
  }

  /** Returns whether the driver is told. */
  askForPages(): boolean {
    if (!this.#running || !this.has("hint")) return false;
    this.run++;
    this.hint = "requested";
    this.setConfig(ConfigField.FREE_PAGE_HINT_CMD_ID, this.run);
    return true;
  }

  /** Returns the frames that are still not locked. */
  retryLocks(): number {
    this.locks.retry(this.mood.trouble);
    return this.locks.framesIn("guest-but-unlocked").length;
  }

  clock(): void {
    if (this.planned.shift() === "retry") this.#retryWithheld();
    // Unless a later run, or a reset, has put another value there.
    else if (this.hint === "idle" && this.config[ConfigField.FREE_PAGE_HINT_CMD_ID]! >= FIRST_RUN)
      this.setConfig(ConfigField.FREE_PAGE_HINT_CMD_ID, DONE);
  }

  /** Everything but the hinting run continues on another host, which has locked all memory. */
  restored(): void {
    this.locks = new FrameModel(FRAMES);
    if (this.#locking) this.locks.inflate(runsOf(ascending(this.ballooned)), this.mood.trouble);
    if (this.driver === "refused") this.outcome = undefined;
    this.planned = [];
    if (this.withheld !== undefined) {
      this.withheld = { ...this.withheld, attempts: 1 };
      if (this.#running) this.planned.push("retry");
    }
    if (this.hint !== "idle") this.abandoned = true;
    this.hint = "idle";
    this.foreign = false;
    if (this.config[ConfigField.FREE_PAGE_HINT_CMD_ID]! >= FIRST_RUN) this.planned.push("say-done");
  }

  /** What a save must not lose. */
  get notable(): string[] {
    const { withheld, statsBuffer, hint, driver, needsReset, available } = this;
    const found: Readonly<Record<string, boolean>> = {
      "a withheld deflate": withheld !== undefined,
      "deflates behind it": withheld !== undefined && available.deflate.length > 0,
      "a statistics buffer": statsBuffer !== undefined,
      "a run of hints": hint !== "idle",
      "a driver that sets up": driver === "setting-up",
      "a device that needs a reset": needsReset,
      "owed locks": this.locks.framesIn("guest-but-unlocked").length > 0,
      "pages kept locked": this.locks.framesIn("ballooned-but-locked").length > 0,
      "a target": this.config[ConfigField.NUM_PAGES]! > 0,
    };
    return Object.keys(found).filter((what) => found[what]);
  }

  // --- parts ---

  get #running(): boolean {
    return this.driver === "up" && !this.needsReset;
  }

  /** Pages are unlocked and locked: the driver has promised to tell, and this memory is pinned. */
  get #locking(): boolean {
    return this.#setup.pinned && this.outcome?.lockPolicy === "on";
  }

  /** The table of the 2012 proposal. */
  #negotiate(): Choice {
    const off = { result: "accepted", lockPolicy: "off" } as const;
    if ((this.accepted & ~this.offered) !== 0n || !this.took(Feature.VERSION_1))
      return { result: "refused", lockPolicy: "off", promise: "invalid" };
    if (this.took(SILENT_DEFLATE)) return { ...off, promise: "silent" };
    if (this.took(Feature.WILL_TELL_HOST))
      return { result: "accepted", lockPolicy: "on", promise: "tells-host" };
    const result = this.#setup.silentDeflate === "never" ? "refused" : "accepted";
    return { ...off, result, promise: "assumed-silent" };
  }

  #serve(role: QueueRole): void {
    while (this.#running && !(role === "deflate" && this.withheld !== undefined)) {
      const sent = this.available[role].shift();
      if (sent === undefined) return;
      this.taken[role]++;
      const fate = sent.act(sent.head);
      if (fate === "return") this.#giveUsed(role, sent.head);
      if (fate === "stop") this.#stop();
    }
  }

  #giveUsed(role: QueueRole, head: number): void {
    this.used[role].push(head);
    this.interrupt.queue = true;
  }

  #stop(): void {
    this.needsReset = true;
    this.interrupt.config = true;
    this.#cancelRetry();
  }

  #cancelRetry(): void {
    this.planned = this.planned.filter((what) => what !== "retry");
  }

  #retryWithheld(): void {
    const { head, frames, attempts } = this.withheld!;
    const action = this.#giveBack(frames);
    if (action === "acknowledge") {
      this.withheld = undefined;
      this.#giveUsed("deflate", head);
      this.#serve("deflate");
      return;
    }
    this.withheld = { head, frames, attempts: attempts + 1 };
    if (action === "needs-reset" || attempts + 1 > MAX_ATTEMPTS) this.#stop();
    else this.planned.push("retry");
  }

  /** The host locks, if it must, and the frames leave the balloon, unless the lock policy keeps them there. */
  #giveBack(frames: readonly number[]): DeflateResult {
    const { trouble, answer } = this.mood;
    const action = this.#locking ? this.locks.deflate(runsOf(frames), trouble, () => answer) : "acknowledge";
    if (action === "acknowledge") for (const frame of frames) this.ballooned.delete(frame);
    return action;
  }

  /** Counts the faults of a batch; returns each frame of memory in it once. */
  #sound(pfns: readonly number[], wrong: GuestFault, isWrong: (frame: number) => boolean): number[] {
    const inMemory = pfns.filter((pfn) => pfn < FRAMES);
    const frames = [...new Set(inMemory)];
    this.#fault("pfn-out-of-range", pfns.length - inMemory.length);
    this.#fault("pfn-duplicate", inMemory.length - frames.length);
    this.#fault(wrong, frames.filter(isWrong).length);
    return frames;
  }

  /** Whole pages that are not ballooned lose their contents. Returns whether the device may go on. */
  #free(ranges: readonly Range[], poison: number): boolean {
    const { trouble, answer } = this.mood;
    let goOn = true;
    const own = new Set(this.ownPages);
    for (const part of wholeFrames(ranges.map(({ address, bytes }) => [address, bytes] as const))) {
      const pages = part.filter((page) => own.has(page));
      if (!this.#setup.pinned) for (const page of pages) this.words[page] = poison;
      else if (poison === 0) goOn = this.locks.free(runsOf(pages), trouble, () => answer) && goOn;
    }
    return goOn;
  }

  #endRun(command: number): void {
    this.hint = "idle";
    this.setConfig(ConfigField.FREE_PAGE_HINT_CMD_ID, command);
  }

  #fault(fault: GuestFault, times = 1): void {
    if (times > 0) this.faults.set(fault, (this.faults.get(fault) ?? 0) + times);
  }
}

const QUEUE_FEATURE: Readonly<Table<number | undefined>> = {
  inflate: undefined,
  deflate: undefined,
  ...OPTIONAL_QUEUES,
};

function tableOf<T>(make: () => T): Table<T> {
  return Object.fromEntries(ROLES.map((role) => [role, make()])) as Table<T>;
}

function ascending(frames: Iterable<number>): number[] {
  return [...frames].sort((a, b) => a - b);
}
