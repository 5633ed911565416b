import { LinearMemory } from "../../src/memory/index.ts";
import { Balloon } from "../../src/balloon/index.ts";
import type { BalloonCounters } from "../../src/balloon/index.ts";
import type { OnLockFailure } from "../../src/lock/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { NodeHost } from "../../src/node/index.ts";
import { MockDriver, ModernBar } from "../../src/virtio/index.ts";
import type { MockQueue } from "../../src/virtio/index.ts";
import { Line, ManualTimer, range } from "../balloon/harness.ts";
import { lockedByKernel } from "./process-status.ts";
import { virtioOf } from "../balloon/internals.ts";

const FRAME_BYTES = 4096;
/** 16 MiB of guest memory; the driver's rings and buffers are in the last quarter. */
export const FRAMES = 4096;

/** A balloon device over memory that is really locked, and a driver that took WILL_TELL_HOST. */
export class LockedMachine {
  readonly device: Balloon;
  readonly host: NodeHost;
  readonly timer: ManualTimer = new ManualTimer();
  readonly driver: MockDriver;
  readonly #memory: LinearMemory;
  readonly #queues: readonly MockQueue[];
  readonly #lockedBefore = lockedByKernel();

  constructor(onLockFailure: OnLockFailure, maxBorders?: number) {
    const wasm = new WebAssembly.Memory({ initial: FRAMES / 16 });
    const ram = (): Uint8Array => new Uint8Array(wasm.buffer);
    this.host = new NodeHost({ ram, lock: true, ...(maxBorders === undefined ? {} : { maxBorders }) });
    this.#memory = new LinearMemory(ram);
    const { host, timer } = this;
    this.device = new Balloon({
      memory: this.#memory,
      interrupt: new Line(),
      host,
      onLockFailure,
      timer: timer.timer,
    });
    this.driver = new MockDriver(
      new ModernBar(virtioOf(this.device)),
      this.#memory,
      (FRAMES / 4) * 3 * FRAME_BYTES,
    );
    this.driver.negotiate(featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST));
    this.#queues = [this.driver.queue(0), this.driver.queue(1)];
    this.driver.ready();
    this.device.target = (FRAMES / 2 + FRAMES / 4) * 4096;
  }

  get counters(): BalloonCounters {
    return this.device.counters();
  }

  /** Frames of this machine that are locked, as the kernel counts them. */
  get lockedByKernel(): number {
    return lockedByKernel() - this.#lockedBefore;
  }

  /** Frames that are locked according to the device: all but the ballooned and the owed ones. */
  get lockedByReport(): number {
    const { frames, balloonedFrames: ballooned, keptLockedFrames, owedFrames } = this.counters;
    return frames - ballooned + keptLockedFrames - owedFrames;
  }

  /** Sends one batch. Returns whether it was acknowledged at once. */
  inflate(...runs: [first: number, frames: number][]): boolean {
    return this.#send(0, runs);
  }

  deflate(...runs: [first: number, frames: number][]): boolean {
    return this.#send(1, runs);
  }

  /** Chains of the deflate queue that were acknowledged since they were last asked for. */
  acknowledged(): number {
    return this.#queues[1]!.used().length;
  }

  #send(index: number, runs: readonly [number, number][]): boolean {
    const pfns = runs.flatMap(([first, frames]) => range(first, frames));
    const address = this.driver.allocate(4 * pfns.length);
    pfns.forEach((pfn, i) => {
      this.#memory.write32(address + 4 * i, pfn);
    });
    const queue = this.#queues[index]!;
    queue.add({ address, bytes: 4 * pfns.length });
    queue.kick();
    return queue.used().length > 0;
  }
}
