import { LinearMemory } from "../../src/memory/index.ts";
import { BALLOON_OPTIONS } from "../../src/balloon/check-options.ts";
import { Balloon } from "../../src/balloon/index.ts";
import type {
  BalloonOptions,
  BalloonCounters,
  BalloonState,
  QueueRole,
  Timer,
} from "../../src/balloon/index.ts";
import { RecordingHost, ZeroingHost } from "../../src/host/index.ts";
import type { HostMemory, HostResult, RecordingHostOptions } from "../../src/host/index.ts";
import { MockDriver, ModernBar } from "../../src/virtio/index.ts";
import type { MockBuffer, InterruptLine, MockQueue, RegisterAccess } from "../../src/virtio/index.ts";
import { modelOf, virtioOf } from "./internals.ts";
import { rolesOf } from "./optional-queues.ts";

export const FRAME_BYTES = 4096;
/** Canary on either side of guest memory. */
const GUARD_BYTES = 0x10000;
const CANARY = Buffer.alloc(GUARD_BYTES, 0xa5);

/** A clock that moves only when told to. */
export class ManualTimer {
  /** Every delay that was asked for. */
  readonly delays: number[] = [];
  readonly #planned: (() => void)[] = [];

  readonly timer: Timer = (callback, delay) => {
    this.delays.push(delay);
    this.#planned.push(callback);
    return () => {
      const at = this.#planned.indexOf(callback);
      if (at >= 0) this.#planned.splice(at, 1);
    };
  };

  /** Callbacks that are planned and not cancelled. */
  get planned(): number {
    return this.#planned.length;
  }

  /** Runs the oldest planned callback. */
  fire(): void {
    const callback = this.#planned.shift();
    if (callback === undefined) throw new Error("nothing is planned");
    callback();
  }
}

export class Line implements InterruptLine {
  raised = false;

  raise(): void {
    this.raised = true;
  }

  lower(): void {
    this.raised = false;
  }
}

type Own = "memory" | "interrupt" | "host" | "timer";
export interface MachineOptions<Host extends HostMemory> extends Omit<BalloonOptions, Own> {
  readonly frames?: number;
  /** Bytes of guest memory after the last whole frame. */
  readonly spare?: number;
  /** The first frame that rings and buffers may use. */
  readonly scratch?: number;
  readonly host: (ram: Uint8Array, frames: number) => Host;
}

/** A balloon device, guest memory between canaries, and the driver's side of everything. */
export class Machine<Host extends HostMemory = RecordingHost> {
  device: Balloon;
  host: Host;
  bar: ModernBar;
  timer: ManualTimer = new ManualTimer();
  line: Line = new Line();
  readonly memory: LinearMemory;
  readonly driver: MockDriver;
  readonly #options: MachineOptions<Host>;
  readonly #around: Uint8Array;
  #queues = new Map<QueueRole, MockQueue>();

  constructor(options: MachineOptions<Host>) {
    const { frames = 1024, spare = 0, scratch = frames >> 1 } = options;
    const bytes = frames * FRAME_BYTES + spare;
    this.#options = options;
    this.#around = new Uint8Array(bytes + 2 * GUARD_BYTES);
    this.#guards.forEach((guard) => {
      guard.set(CANARY);
    });
    const ram = this.#around.subarray(GUARD_BYTES, GUARD_BYTES + bytes);
    this.memory = new LinearMemory(() => ram);
    this.host = this.#makeHost();
    this.device = this.#makeDevice({});
    this.bar = new ModernBar(virtioOf(this.device));
    const registers: RegisterAccess = {
      read: (offset, width) => this.bar.read(offset, width),
      write: (offset, width, value) => {
        this.bar.write(offset, width, value);
      },
    };
    this.driver = new MockDriver(registers, this.memory, scratch * FRAME_BYTES);
  }

  /**
   * Saves the device and restores it as another device on another host. Guest memory and driver stay. Returns why the
   * other device refused. `edit` may change the state on the way.
   */
  migrate(
    changes: Partial<BalloonOptions> = {},
    edit: (state: BalloonState) => BalloonState = (state) => state,
  ): string | undefined {
    const state = edit(structuredClone(this.device.state()));
    const { selection } = this.bar;
    this.timer = new ManualTimer();
    this.line = new Line();
    this.host = this.#makeHost();
    this.device = this.#makeDevice(changes);
    this.bar = new ModernBar(virtioOf(this.device));
    const refusal = this.device.restore(state);
    if (refusal === undefined) Object.assign(this.bar.selection, selection);
    return refusal;
  }

  /** Negotiates, sets up every queue of the features, in Linux's numbering, and says DRIVER_OK. */
  up(features: bigint = modelOf(this.device).offeredFeatures, size?: number): this {
    this.setUp(features, size);
    this.driver.ready();
    return this;
  }

  /** {@link up} without DRIVER_OK. */
  setUp(features: bigint = modelOf(this.device).offeredFeatures, size?: number): this {
    if (!this.driver.negotiate(features)) throw new Error("the device refused the features");
    return this.setUpQueues(features, size);
  }

  /** The part of {@link setUp} after FEATURES_OK. */
  setUpQueues(features: bigint, size?: number): this {
    this.#queues = new Map(rolesOf(features).map((role, index) => [role, this.driver.queue(index, size)]));
    return this;
  }

  /** Resets one queue, and sets it up again elsewhere. */
  renewQueue(role: QueueRole, size?: number): void {
    const { index } = this.queue(role);
    this.driver.resetQueue(index);
    this.#queues.set(role, this.driver.queue(index, size));
  }

  queue(role: QueueRole): MockQueue {
    const queue = this.#queues.get(role);
    if (queue === undefined) throw new Error(`no ${role} queue`);
    return queue;
  }

  /** Puts PFNs into guest memory. */
  pfns(pfns: readonly number[]): MockBuffer {
    const address = this.driver.allocate(4 * pfns.length);
    pfns.forEach((pfn, i) => {
      this.memory.write32(address + 4 * i, pfn);
    });
    return { address, bytes: 4 * pfns.length };
  }

  /** Puts bytes into guest memory. */
  buffer(bytes: ArrayLike<number>): MockBuffer {
    const address = this.driver.allocate(bytes.length);
    this.memory.bytes.set(bytes, address);
    return { address, bytes: bytes.length };
  }

  /** Makes one chain available and notifies. Returns its head. */
  send(role: QueueRole, ...buffers: MockBuffer[]): number {
    const head = this.queue(role).add(...buffers);
    this.queue(role).kick();
    return head;
  }

  inflate(...pfns: number[]): number {
    return this.send("inflate", this.pfns(pfns));
  }

  deflate(...pfns: number[]): number {
    return this.send("deflate", this.pfns(pfns));
  }

  /** The page set. */
  get ballooned(): number[] {
    return framesOf(this.device.pages.allRuns());
  }

  get counters(): BalloonCounters {
    return this.device.counters();
  }

  get faults(): BalloonCounters["faults"] {
    return this.counters.faults;
  }

  /** Whether nothing outside guest memory was written. */
  get canaryIntact(): boolean {
    return this.#guards.every((guard) => CANARY.equals(guard));
  }

  #makeHost(): Host {
    const { bytes } = this.memory;
    return this.#options.host(bytes, Math.floor(bytes.length / FRAME_BYTES));
  }

  #makeDevice(changes: Partial<BalloonOptions>): Balloon {
    const { memory, line, host } = this;
    const { timer } = this.timer;
    const given = Object.entries(this.#options).filter(([name]) => name in BALLOON_OPTIONS);
    const options: Partial<BalloonOptions> = Object.fromEntries(given);
    return new Balloon({ ...options, memory, interrupt: line, host, timer, ...changes });
  }

  get #guards(): Uint8Array[] {
    return [this.#around.subarray(0, GUARD_BYTES), this.#around.subarray(-GUARD_BYTES)];
  }
}

type Options = Omit<MachineOptions<HostMemory>, "host">;

/** A machine with pinned memory: locked frame by frame, with every host call recorded. */
export function pinned(options: Options & Omit<RecordingHostOptions, "frames" | "inner"> = {}): Machine {
  const { lockLimit = Infinity, pageFrames = 1, ...rest } = options;
  return new Machine({
    ...rest,
    host: (ram, frames) =>
      new RecordingHost({
        frames,
        lockLimit,
        pageFrames,
        inner: new ZeroingHost(new LinearMemory(() => ram)),
      }),
  });
}

/** A machine whose memory is not pinned: discarded frames are zeroed and listed in `host.zeroed`. */
export function unpinned(options: Options = {}): Machine<ListingHost> {
  return new Machine({ ...options, host: (ram) => new ListingHost(ram) });
}

export class ListingHost extends ZeroingHost {
  readonly zeroed: number[] = [];

  constructor(ram: Uint8Array) {
    super(new LinearMemory(() => ram));
  }

  override discard(first: number, frames: number): HostResult {
    return this.#list(first, frames, super.discard(first, frames));
  }

  override fill(first: number, frames: number, word: number): HostResult {
    return this.#list(first, frames, super.fill(first, frames, word));
  }

  #list(first: number, frames: number, result: HostResult): HostResult {
    if (result === undefined) for (let i = 0; i < frames; i++) this.zeroed.push(first + i);
    return result;
  }
}

/** All frames of [first, frames] pairs. */
export function framesOf(pairs: Uint32Array): number[] {
  const frames: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) frames.push(...range(pairs[i]!, pairs[i + 1]!));
  return frames;
}

export function range(first: number, frames: number): number[] {
  return Array.from({ length: frames }, (_, i) => first + i);
}
