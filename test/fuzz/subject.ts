import { ConfigField } from "../../src/balloon/config.ts";
import { Balloon, decodeSnapshot, encodeSnapshot } from "../../src/balloon/index.ts";
import type { Timer } from "../../src/balloon/index.ts";
import { ZeroingHost } from "../../src/host/index.ts";
import type { HostMemory } from "../../src/host/index.ts";
import { featureSet } from "../../src/negotiation/index.ts";
import type { MockQueue, RegisterAccess, VirtioDeviceState } from "../../src/virtio/index.ts";
import {
  LegacyBar,
  LegacyPciTransport,
  MmioDriverTransport,
  MmioTransport,
  MockDriver,
  ModernBar,
  ModernPciTransport,
  Status,
} from "../../src/virtio/index.ts";
import { FlakyHost, NO_TROUBLE } from "../lock/flaky-host.ts";
import { decodeAccess } from "./decode-access.ts";
import type { Meaning } from "./decode-access.ts";
import { GuardedMemory } from "./guarded-memory.ts";
import { Ram } from "./ram.ts";
import {
  checkFrames,
  checkSame,
  expectThat,
  framesOf,
  mostHostCalls,
  mostMemoryAccesses,
} from "./invariants.ts";
import { Model } from "./model.ts";
import type { Moment } from "./model.ts";
import { DATA, FRAMES, MEMORY, RINGS } from "./step.ts";
import type { RawDescriptor, Setup, Step } from "./step.ts";
import { modelOf, virtioOf } from "../balloon/internals.ts";

const TRANSPORTS = {
  modern: { Registers: ModernBar, Driver: ModernPciTransport },
  legacy: { Registers: LegacyBar, Driver: LegacyPciTransport },
  mmio: { Registers: MmioTransport, Driver: MmioDriverTransport },
} as const;

type Registers = ModernBar | LegacyBar | MmioTransport;

/** Where indirect tables of `send` go, after its words. */
const TABLE = DATA + 0x800;
const PAUSE_MS = 0;

interface Planned {
  readonly callback: () => void;
  readonly delay: number;
}

/** Runs on every new device before it is used, so that a test can break one. */
export type Sabotage = (device: Balloon) => void;

/** A device that a guest and a host use, and the model that says what it must do. */
export class Subject {
  readonly memory: GuardedMemory;
  readonly model: Model;
  device!: Balloon;
  migrations = 0;
  hostCalls = 0;
  resets = 0;
  lockFailures = 0;
  withheld = 0;
  /** Moments at which the device stopped and asked for a reset. */
  stops = 0;
  readonly faults: Map<string, number> = new Map();
  readonly #setup: Setup;
  readonly #ram: Ram;
  readonly #sabotage: Sabotage;
  #host!: FlakyHost | ZeroingHost;
  #registers!: Registers;
  #trouble = NO_TROUBLE;
  #planned: Planned[] = [];
  #queues: MockQueue[] = [];
  #driver!: MockDriver;
  /** Whether the driver's promise was in force before the access that is being checked. */
  #promisedBefore = false;
  /** An exception that the device caught while it served a queue, and answered by asking for a reset. */
  #hostFailed: string | undefined;
  readonly #copy = new Uint8Array(MEMORY);
  /** The total of frames discarded or filled. */
  #discarded = 0;

  constructor(setup: Setup, sabotage: Sabotage = () => undefined) {
    this.#setup = setup;
    this.#ram = new Ram(setup.ram);
    this.memory = new GuardedMemory(this.#ram);
    this.#sabotage = sabotage;
    this.#plugIn();
    this.model = new Model(setup, modelOf(this.device).offeredFeatures);
    this.#driver = this.#newDriver();
  }

  /** Whether no driver is up that could do anything. */
  get idle(): boolean {
    const virtio = virtioOf(this.device);
    return !virtio.has(Status.DRIVER_OK) || virtio.has(Status.NEEDS_RESET);
  }

  /** @throws Error when the device does something other than the model */
  apply(step: Step): void {
    this.#act(step);
    this.#compare();
  }

  #act(step: Step): void {
    switch (step.do) {
      case "write":
        this.#write(step.offset, step.width, step.value);
        break;
      case "read":
        this.#read(step.offset, step.width);
        break;
      case "poke":
        step.words.forEach((word, i) => {
          if (this.#ram.contains(step.at + 4 * i, 4)) this.memory.write32(step.at + 4 * i, word);
        });
        break;
      case "up":
        this.#up(step.without, step.size);
        break;
      case "reset":
        this.#driver.reset();
        break;
      case "reset-queue":
        this.#driver.resetQueue(step.queue);
        break;
      case "kick":
        this.#driver.transport.notify(step.queue);
        break;
      case "send":
        this.#send(step);
        break;
      case "hint-id":
        this.#sendWords(step.queue, [step.other ?? this.#driver.readConfig(8)]);
        break;
      case "rings":
        this.#scribble(step);
        break;
      case "trouble":
        this.#setTrouble(step);
        break;
      case "target":
        this.device.target = Math.min(step.frames, this.#ram.frames) * 4096;
        break;
      case "ask-stats":
        this.#during((moment, serve) => {
          expectThat(
            serve(() => this.device.requestStats()) === this.model.askForStats(moment()),
            "requestStats",
          );
        });
        break;
      case "ask-free-pages":
        this.#during((moment, serve) => {
          expectThat(
            serve(() => this.device.requestFreePages()) === this.model.askForPages(moment()),
            "requestFreePages",
          );
        });
        break;
      case "retry-locks":
        this.device.retryLocks();
        this.model.locks.retry(this.model.trouble);
        break;
      case "timer":
        this.#fire();
        break;
      case "migrate":
        this.#migrate();
        break;
    }
  }

  // --- the guest ---

  #up(without: readonly number[], size: number): void {
    this.#driver = this.#newDriver();
    this.#queues = [];
    const driver = this.#driver;
    if (!driver.negotiate(modelOf(this.device).offeredFeatures & ~featureSet(...without))) return;
    for (let index = 0; index < 5; index++) this.#enable(index, size);
    driver.ready();
  }

  /** A legacy driver takes the size that it is told, any other driver the one it wants. */
  #enable(index: number, wanted: number): void {
    const most = this.#driver.transport.queueSize(index);
    if (most === 0) return;
    const size = this.#setup.transport === "legacy" ? most : Math.min(most, wanted);
    this.#queues[index] = this.#driver.queue(index, size);
  }

  #send({ queue: index, words, ranges, indirect }: Extract<Step, { do: "send" }>): void {
    const queue = this.#queues[index];
    if (queue === undefined) return;
    words.forEach((word, i) => {
      this.memory.write32(DATA + 4 * i, word);
    });
    const readable = words.length > 0 ? [{ address: DATA, bytes: 4 * words.length }] : [];
    const buffers = [...readable, ...ranges.map(([address, bytes]) => ({ address, bytes, writable: true }))];
    if (indirect) queue.addIndirect(TABLE, ...buffers);
    else queue.add(...buffers);
    queue.kick();
  }

  #sendWords(queue: number, words: readonly number[]): void {
    this.#send({ do: "send", queue, words, ranges: [], indirect: false });
  }

  #scribble({ queue: index, table, data, heads, jump }: Extract<Step, { do: "rings" }>): void {
    const queue = this.#queues[index];
    if (queue === undefined) return;
    for (const [slot, descriptor] of data) this.#describe(DATA + 16 * slot, descriptor);
    for (const [slot, descriptor] of table) this.#describe(queue.descriptors + 16 * slot, descriptor);
    for (const head of heads) queue.offer(head);
    if (jump > 0) queue.publish(this.memory.read16(queue.driver + 2) + jump);
    queue.kick();
  }

  #describe(at: number, { address, bytes, flags, next }: RawDescriptor): void {
    this.memory.write32(at, address >>> 0);
    this.memory.write32(at + 4, Math.floor(address / 2 ** 32) >>> 0);
    this.memory.write32(at + 8, bytes);
    this.memory.write16(at + 12, flags);
    this.memory.write16(at + 14, next);
  }

  #read(offset: number, width: number): void {
    const value = this.#registers.read(offset, width);
    expectThat(
      Number.isInteger(value) && value >= 0 && value < 256 ** width,
      `read ${value} of ${width} bytes`,
    );
  }

  // --- every register write, compared with the model ---

  #write(offset: number, width: number, value: number): void {
    const meaning = decodeAccess(this.#setup.transport, offset, width, value);
    this.#during((moment, serve) => {
      serve(() => {
        this.#registers.write(offset, width, value);
      });
      this.#predict(moment, meaning);
    }, meaning !== undefined);
  }

  #predict(moment: () => Moment, meaning: Meaning | undefined): void {
    const { before, after } = moment();
    if (meaning?.kind === "status" && meaning.status === 0) {
      this.resets++;
      this.model.reset(this.#promisedBefore);
      return;
    }
    this.#forget(before, after);
    const served = servedBy(meaning, before, after);
    this.model.serve(moment(), served);
    const stopped = (before.status ^ after.status) & Status.NEEDS_RESET;
    const refused = (after.status & Status.FEATURES_OK) === 0;
    expectThat(refused || (stopped !== 0) === this.model.stopped, "the device needs a reset, or does not");
    if (stopped) this.stops++;
  }

  /** Queues that were reset alone. */
  #forget(before: VirtioDeviceState, after: VirtioDeviceState): void {
    before.queues.forEach(({ enabled }, index) => {
      if (enabled && after.queues[index]?.enabled === false)
        this.model.forget(this.model.roles(after.accepted)[index]);
    });
  }

  /** Runs `body`, which acts on the device through `serve` and may then ask what the `moment` was; compares memory. */
  #during(body: (moment: () => Moment, serve: <T>(act: () => T) => T) => void, mayServe = true): void {
    const before = virtioOf(this.device).state();
    this.#promisedBefore = this.#promised;
    if (mayServe) this.#copy.set(this.memory.bytes);
    this.memory.begin();
    const from = this.hostCalls;
    const discarded = this.#discarded;
    let accesses = 0;
    const serve = <T>(act: () => T): T => {
      const result = act();
      accesses = this.memory.accesses;
      return result;
    };
    body(() => this.#moment(before), serve);
    this.#checkWork(accesses, this.hostCalls - from, mayServe ? before : undefined);
    // DRIVER_OK notifies every queue, of which three discard.
    const most = before.status === virtioOf(this.device).status ? FRAMES : 3 * FRAMES;
    expectThat(
      this.#discarded - discarded <= most,
      `${this.#discarded - discarded} frames discarded at once`,
    );
    if (mayServe) checkSame("guest memory", this.memory.bytes, this.#copy);
  }

  /** Nothing at all when no queue may be served. */
  #checkWork(accesses: number, calls: number, before: VirtioDeviceState | undefined): void {
    const after = before && virtioOf(this.device).state();
    const mostAccesses = before === undefined ? 0 : mostMemoryAccesses(before.queues, after!.queues);
    const mostCalls = before === undefined ? 0 : mostHostCalls(before.queues, after!.queues);
    expectThat(accesses <= mostAccesses, `${accesses} accesses to memory, at most ${mostAccesses}`);
    expectThat(calls <= mostCalls, `${calls} host calls, at most ${mostCalls}`);
  }

  #moment(before: VirtioDeviceState): Moment {
    return {
      before,
      after: virtioOf(this.device).state(),
      ram: new DataView(this.#copy.buffer),
      promised: this.#promised,
      poison: modelOf(this.device).readConfig(ConfigField.POISON_VAL, 4),
    };
  }

  get #promised(): boolean {
    return this.device.counters().outcome?.lockPolicy === "on";
  }

  // --- the host ---

  #setTrouble({ unlock, lock, discard, throws, answer }: Extract<Step, { do: "trouble" }>): void {
    const trouble = { unlock: new Set(unlock), lock: new Set(lock), discard: new Set(discard), throws };
    this.#trouble = this.model.trouble = trouble;
    this.model.answer = answer;
    if (this.#host instanceof FlakyHost) this.#host.trouble = trouble;
  }

  #fire(): void {
    const next = this.#planned.shift();
    if (next === undefined) return;
    this.#during((moment, serve) => {
      const stopped = virtioOf(this.device).has(Status.NEEDS_RESET);
      serve(next.callback);
      if (next.delay === PAUSE_MS) return;
      this.model.retryWithheld(moment());
      expectThat(
        stopped || virtioOf(this.device).has(Status.NEEDS_RESET) === this.model.stopped,
        "the retry stops",
      );
      if (this.model.stopped) this.stops++;
    });
  }

  #migrate(): void {
    this.migrations++;
    const state = decodeSnapshot(encodeSnapshot(this.device.state()));
    const from = this.#registers;
    this.#countFaults();
    this.#plugIn();
    const refusal = this.device.restore(state);
    expectThat(refusal === undefined, `restore: ${refusal}`);
    takeSelection(this.#registers, from);
    this.model.migrate(this.#promised && this.#setup.pinned);
  }

  /** A device and a host, both empty. */
  #plugIn(): void {
    const { transport, pinned, silentDeflate, queueNumbering, poisonedPages } = this.#setup;
    this.#planned = [];
    this.#host = this.#newHost(pinned);
    this.device = new Balloon({
      memory: this.memory,
      host: this.#counted(this.#host),
      interrupt: { raise: () => undefined, lower: () => undefined },
      timer: this.#timer,
      onLockFailure: () => this.model.answer,
      freePageReporting: true,
      relockFreePages: true,
      silentDeflate,
      queueNumbering,
      poisonedPages,
    });
    this.device.on("needs-reset", (reason) => {
      if (reason.startsWith("the host failed")) this.#hostFailed = reason;
    });
    this.device.on("withheld", (withheld) => (this.withheld += Number(withheld)));
    this.device.on("lock-failure", () => this.lockFailures++);
    this.#registers = new TRANSPORTS[transport].Registers(virtioOf(this.device));
    this.#sabotage(this.device);
  }

  #newHost(pinned: boolean): FlakyHost | ZeroingHost {
    if (!pinned) return new ZeroingHost(this.memory.plain);
    const host = new FlakyHost(this.memory.plain);
    host.trouble = this.#trouble;
    return host;
  }

  #counted(host: HostMemory): HostMemory {
    return {
      pinned: host.pinned,
      unlock: (first, frames) => this.#count(() => host.unlock(first, frames)),
      lock: (first, frames) => this.#count(() => host.lock(first, frames)),
      discard: (first, frames) => {
        this.#discarded += frames;
        return this.#count(() => host.discard(first, frames));
      },
      fill: (first, frames, word) => {
        this.#discarded += frames;
        return this.#count(() => host.fill?.(first, frames, word));
      },
    };
  }

  #count<T>(call: () => T): T {
    this.hostCalls++;
    return call();
  }

  readonly #timer: Timer = (callback, delay) => {
    const planned = { callback, delay };
    this.#planned.push(planned);
    return () => {
      const at = this.#planned.indexOf(planned);
      if (at >= 0) this.#planned.splice(at, 1);
    };
  };

  /** Checks its register accesses one by one. */
  #newDriver(): MockDriver {
    const registers: RegisterAccess = {
      read: (offset, width) => this.#registers.read(offset, width),
      write: (offset, width, value) => {
        this.#write(offset, width, value);
      },
    };
    return new MockDriver(registers, this.memory, RINGS, TRANSPORTS[this.#setup.transport].Driver);
  }

  // --- after every step ---

  #compare(): void {
    const { device, memory, model } = this;
    expectThat(memory.intact && memory.outside === undefined, `outside guest memory: ${memory.outside}`);
    expectThat(this.#hostFailed === undefined, String(this.#hostFailed));
    const state = device.state();
    checkFrames("ballooned", framesOf(state.ballooned), model.ballooned);
    checkFrames("withheld", framesOf(state.withheld?.runs ?? []), model.withheld?.frames ?? []);
    expectThat(state.withheld?.head === model.withheld?.head, "the withheld chain");
    expectThat(state.statsBuffer === model.statsBuffer, "the statistics buffer");
    expectThat(state.hint.phase === model.hint.phase && state.hint.run === model.hint.run, "the hinting run");
    if (!(this.#host instanceof FlakyHost)) return;
    const { recording } = this.#host;
    const unlocked = Array.from({ length: FRAMES }, (_, frame) => frame).filter(
      (frame) => this.#ram.has(frame) && !recording.isLocked(frame),
    );
    checkFrames("unlocked", unlocked, model.locks.framesIn("released", "guest-but-unlocked"));
    checkFrames("owed", framesOf(state.lock.owed), model.locks.framesIn("guest-but-unlocked"));
    checkFrames("kept locked", framesOf(state.lock.keptLocked), model.locks.framesIn("ballooned-but-locked"));
    recording.calls.length = 0;
  }

  #countFaults(): void {
    for (const [fault, times] of Object.entries(this.device.counters().faults))
      this.faults.set(fault, (this.faults.get(fault) ?? 0) + times);
  }

  /** The final check. */
  end(): void {
    this.#countFaults();
  }
}

/** A reset also clears what the driver has selected. */
function takeSelection(to: Registers, from: Registers): void {
  if (to instanceof LegacyBar) to.selection = (from as LegacyBar).selection;
  else Object.assign(to.selection, from.selection);
}

/** The queues that a write makes the device look at. */
function servedBy(
  meaning: Meaning | undefined,
  before: VirtioDeviceState,
  after: VirtioDeviceState,
): readonly number[] {
  const negotiated = (after.status & Status.FEATURES_OK) !== 0 && (before.status & Status.NEEDS_RESET) === 0;
  if (meaning === undefined || !negotiated) return [];
  if (meaning.kind === "status") {
    const started = meaning.status & ~before.status & Status.DRIVER_OK;
    return started ? after.queues.flatMap(({ enabled }, index) => (enabled ? [index] : [])) : [];
  }
  const up = after.interface === "legacy" || (after.status & Status.DRIVER_OK) !== 0;
  return up && before.queues[meaning.queue]?.enabled === true ? [meaning.queue] : [];
}
