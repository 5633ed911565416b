import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { LinearMemory } from "../../../src/memory/index.ts";
import { ConfigField } from "../../../src/balloon/config.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/balloon/index.ts";
import type { QueueRole } from "../../../src/balloon/index.ts";
import { ZeroingHost } from "../../../src/host/index.ts";
import type { HostMemory } from "../../../src/host/index.ts";
import { Common } from "../../../src/virtio/index.ts";
import { FlakyHost } from "../../lock/flaky-host.ts";
import { FRAME_BYTES, framesOf, Machine, range } from "../harness.ts";
import type { Model } from "./model.ts";
import { CALM, FRAMES, PAGES } from "./setup.ts";
import type { HostMood, Setup } from "./setup.ts";
import { queuesOf, saysWhereToKick, viewOf } from "./view.ts";
import type { QueueView, View } from "./view.ts";

/** The device with the shipped driver at its registers, to be compared with a {@link Model}. */
export class Real {
  readonly machine: Machine<HostMemory>;
  #mood = CALM;
  #generation: number;
  /** Totals of the devices that were restored elsewhere. */
  readonly #faults: [fault: string, times: number][] = [];

  constructor({ silentDeflate, silentDeflateBit, pinned, poisonedPages }: Setup) {
    this.machine = new Machine<HostMemory>({
      frames: FRAMES,
      scratch: PAGES,
      silentDeflate,
      ...(silentDeflateBit === undefined ? {} : { silentDeflateBit }),
      poisonedPages,
      freePageReporting: true,
      relockFreePages: true,
      onLockFailure: () => this.#mood.answer,
      host: (ram) => (pinned ? this.#flaky() : new ZeroingHost(new LinearMemory(() => ram))),
    });
    this.#generation = this.#readGeneration();
  }

  /** Returns whether the device accepted; then the queues are set up. */
  negotiate(features: bigint, size: number): boolean {
    const agreed = this.machine.driver.negotiate(features);
    if (agreed) this.machine.setUpQueues(features, size);
    return agreed;
  }

  setMood(mood: HostMood): void {
    this.#mood = mood;
    if (this.machine.host instanceof FlakyHost) this.machine.host.trouble = mood.trouble;
  }

  /** Writes the first word of pages. */
  write(pages: readonly number[], word: number): void {
    for (const page of pages) this.machine.memory.write32(page * FRAME_BYTES, word);
  }

  /** Saves the device, and continues with another one over the same guest memory. */
  saveAndRestore(): void {
    this.#faults.push(...Object.entries(this.machine.faults));
    expect(this.machine.migrate({}, (state) => decodeSnapshot(encodeSnapshot(state)))).toBeUndefined();
  }

  /** The driver looks at everything and takes its interrupts. */
  expectSame(model: Model): void {
    const seen = this.#look(model);
    const told = viewOf(model);
    // Vitest's comparison explains failures well, but takes most of the time.
    if (!isDeepStrictEqual(seen, told)) expect(seen).toEqual(told);
    if (!this.machine.canaryIntact) throw new Error("a byte outside guest memory was written");
  }

  #look(model: Model): View {
    const { device, memory, ballooned, timer, driver } = this.machine;
    const { withheld, statsBuffer, hint, lock } = device.state();
    return {
      ballooned,
      words: range(0, PAGES).map((page) => memory.read32(page * FRAME_BYTES)),
      keptLocked: framesOf(lock.keptLocked),
      owed: framesOf(lock.owed),
      unlocked: this.#unlocked,
      withheld: withheld && { head: withheld.head, frames: framesOf(withheld.runs) },
      statsBuffer,
      hint,
      outcome: this.#outcome,
      status: driver.status,
      config: Object.values(ConfigField).map((field) => driver.readConfig(field)),
      configChanged: this.#configChanged(),
      interrupt: this.#interrupts(),
      queues: queuesOf(model).map((role) => this.#lookInto(role, model)),
      faults: this.#faultsSoFar,
      planned: timer.planned,
    };
  }

  get #unlocked(): number[] {
    const { host } = this.machine;
    if (!(host instanceof FlakyHost)) return [];
    return range(0, FRAMES).filter((frame) => !host.recording.isLocked(frame));
  }

  get #outcome(): View["outcome"] {
    const { outcome } = this.machine.device.counters();
    if (outcome === undefined) return undefined;
    const { result, lockPolicy, promise } = outcome;
    return { result, lockPolicy, promise };
  }

  #configChanged(): boolean {
    const before = this.#generation;
    this.#generation = this.#readGeneration();
    return this.#generation !== before;
  }

  /** The line must agree with the register. Reading the register clears both. */
  #interrupts(): View["interrupt"] {
    const { line, driver } = this.machine;
    const { raised } = line;
    const interrupt = driver.interrupts();
    expect([raised, line.raised]).toEqual([interrupt.queue || interrupt.config, false]);
    return interrupt;
  }

  /** Asks to be told of the next chain, as a driver with event indices does. */
  #lookInto(role: QueueRole, model: Model): QueueView {
    const queue = this.machine.queue(role);
    const used = queue.used().map(({ head }) => head);
    queue.setUsedEvent(queue.usedIndex);
    return { role, used, kickAt: saysWhereToKick(model) ? queue.availEvent : undefined };
  }

  get #faultsSoFar(): View["faults"] {
    const sums = new Map<string, number>();
    for (const [fault, times] of [...this.#faults, ...Object.entries(this.machine.faults)])
      sums.set(fault, (sums.get(fault) ?? 0) + times);
    return [...sums].sort();
  }

  #readGeneration(): number {
    return this.machine.bar.read(Common.CONFIG_GENERATION, 1);
  }

  #flaky(): FlakyHost {
    const host = new FlakyHost(FRAMES);
    host.trouble = this.#mood.trouble;
    return host;
  }
}
