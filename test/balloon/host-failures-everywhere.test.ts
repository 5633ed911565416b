import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { Balloon } from "../../src/balloon/index.ts";
import { RecordingHost } from "../../src/host/index.ts";
import type { HostMemory, HostResult } from "../../src/host/index.ts";
import type { LockFailure, LockFailureAction } from "../../src/lock/index.ts";
import { LegacyBar, LegacyPciTransport, MockDriver, ModernBar, Status } from "../../src/virtio/index.ts";
import type { MockQueue, RegisterAccess } from "../../src/virtio/index.ts";
import { FRAME_BYTES, framesOf, Line, ManualTimer, range } from "./harness.ts";
import { modelOf, virtioOf } from "./internals.ts";

const FRAMES = 64;
/** Above the frames that are given: the rings of a legacy driver and what it sends. */
const RINGS = FRAMES * FRAME_BYTES;
const MEMORY = RINGS + 0x20000;
const ALL = MEMORY / FRAME_BYTES;

type Interface = "modern" | "legacy";
type How = "ENOMEM" | "EPERM" | "EAGAIN" | "EINVAL" | "throw";
const HOWS: readonly How[] = ["ENOMEM", "EPERM", "EAGAIN", "EINVAL", "throw"];

/** A pinned host whose call number `failing` fails, counted over all hosts of one guest. */
class FailingOnce implements HostMemory {
  readonly pinned = true;
  recording: RecordingHost = new RecordingHost({ frames: ALL });
  made = 0;
  readonly #failing: number;
  readonly #how: How;

  constructor(failing: number, how: How) {
    this.#failing = failing;
    this.#how = how;
  }

  unlock(first: number, frames: number): HostResult {
    return this.#fail() ?? this.recording.unlock(first, frames);
  }

  lock(first: number, frames: number): HostResult {
    return this.#fail() ?? this.recording.lock(first, frames);
  }

  discard(first: number, frames: number): HostResult {
    return this.#fail() ?? this.recording.discard(first, frames);
  }

  #fail(): HostResult {
    if (this.made++ !== this.#failing) return undefined;
    if (this.#how === "throw") throw new Error("the host broke");
    return { code: this.#how, message: "failed" };
  }
}

/** Inflates, deflates, reports, restores on another host and resets, while one host call fails. */
class Scenario {
  readonly host: FailingOnce;
  readonly told: LockFailure[] = [];
  readonly #via: Interface;
  readonly #action: LockFailureAction;
  readonly #memory: LinearMemory;
  readonly #driver: MockDriver;
  readonly #queues: Record<"inflate" | "deflate" | "report", MockQueue>;
  readonly #sent = new Map<string, readonly number[]>();
  #timer!: ManualTimer;
  #bar!: ModernBar | LegacyBar;
  device!: Balloon;

  constructor(via: Interface, action: LockFailureAction, failing: number, how: How) {
    const ram = new Uint8Array(MEMORY);
    this.#memory = new LinearMemory(() => ram);
    this.host = new FailingOnce(failing, how);
    this.#via = via;
    this.#action = action;
    this.#plugIn();
    const registers: RegisterAccess = {
      read: (offset, width) => this.#bar.read(offset, width),
      write: (offset, width, value) => {
        this.#bar.write(offset, width, value);
      },
    };
    const transport = via === "legacy" ? { Transport: LegacyPciTransport } : {};
    this.#driver = new MockDriver(registers, this.#memory, RINGS, transport.Transport);
    this.#driver.negotiate(modelOf(this.device).offeredFeatures);
    const queue = (index: number): MockQueue => this.#driver.queue(index);
    this.#queues = { inflate: queue(0), deflate: queue(1), report: queue(2) };
    this.#driver.ready();
  }

  run(): this {
    this.#send("inflate", [...range(0, 8), 12, 14, 15]);
    this.#send("report", range(30, 4));
    this.#send("deflate", [1, 2, 3, 12]);
    this.#migrate();
    this.#send("inflate", [2, 40, 41]);
    this.#send("report", range(16, 8));
    this.#send("deflate", [0, 14, 40]);
    this.#wait();
    this.#driver.reset();
    expect(this.device.pages.count).toBe(0);
    this.#check();
    return this;
  }

  /** Pages to be given, taken back or reported, in one chain. */
  #send(what: "inflate" | "deflate" | "report", frames: readonly number[]): void {
    const queue = this.#queues[what];
    const address = this.#driver.allocate(4 * frames.length);
    frames.forEach((frame, i) => {
      this.#memory.write32(address + 4 * i, frame);
    });
    const bytes = FRAME_BYTES * frames.length;
    const pages = { address: FRAME_BYTES * frames[0]!, bytes, writable: true };
    const head = queue.add(what === "report" ? pages : { address, bytes: 4 * frames.length });
    this.#sent.set(`${what} ${head}`, frames);
    queue.kick();
    this.#takeAcknowledged();
    this.#check();
  }

  #migrate(): void {
    const state = structuredClone(this.device.state());
    const from = this.#bar;
    this.host.recording = new RecordingHost({ frames: ALL });
    this.#plugIn();
    expect(this.device.restore(state)).toBeUndefined();
    if (this.#bar instanceof LegacyBar) this.#bar.selection = (from as LegacyBar).selection;
    else Object.assign(this.#bar.selection, from.selection);
    this.#check();
  }

  #wait(): void {
    while (this.#timer.planned > 0) this.#timer.fire();
    this.#takeAcknowledged();
    this.#check();
  }

  /** Memory that the guest is told it may use again is locked, unless the policy is to degrade. */
  #takeAcknowledged(): void {
    for (const what of ["inflate", "deflate", "report"] as const) {
      for (const { head, written } of this.#queues[what].used()) {
        expect(written).toBe(0);
        const frames = this.#sent.get(`${what} ${head}`)!;
        expect(this.#sent.delete(`${what} ${head}`)).toBe(true);
        if (what === "inflate" || this.#action === "degrade") continue;
        const { pages } = this.device;
        const usable = what === "report" ? frames.filter((frame) => !pages.has(frame)) : frames;
        expect(usable.filter((frame) => !this.host.recording.isLocked(frame))).toEqual([]);
      }
    }
    const { withheld } = this.device.counters();
    const stopped = this.#stopped;
    if (!stopped) expect([...this.#sent.keys()].length > 0).toBe(withheld);
  }

  #check(): void {
    const { keptLocked, owed } = this.device.state().lock;
    const ballooned = framesOf(this.device.pages.allRuns());
    const kept = framesOf(keptLocked);
    const owing = framesOf(owed);
    expect(kept.filter((frame) => !ballooned.includes(frame))).toEqual([]);
    expect(owing.filter((frame) => ballooned.includes(frame))).toEqual([]);
    const unlocked = [...ballooned.filter((frame) => !kept.includes(frame)), ...owing];
    expect(range(0, ALL).filter((frame) => !this.host.recording.isLocked(frame))).toEqual(
      unlocked.sort((a, b) => a - b),
    );
    if (this.#action === "degrade") expect(this.#stopped).toBe(false);
  }

  get #stopped(): boolean {
    return virtioOf(this.device).has(Status.NEEDS_RESET);
  }

  #plugIn(): void {
    this.#timer = new ManualTimer();
    this.device = new Balloon({
      memory: this.#memory,
      host: this.host,
      interrupt: new Line(),
      timer: this.#timer.timer,
      stats: false,
      freePageReporting: true,
      relockFreePages: true,
      onLockFailure: (failure) => (this.told.push(failure), this.#action),
    });
    this.#bar = this.#via === "legacy" ? new LegacyBar(this.device) : new ModernBar(this.device);
  }
}

describe.each(["modern", "legacy"] as const)("through %s registers", (via) => {
  const calls = new Scenario(via, "degrade", -1, "throw").run().host.made;

  test("the scenario makes many host calls", () => {
    expect(calls).toBeGreaterThan(20);
  });

  test.each(["degrade", "withhold", "needs-reset"] as const)(
    "the locks are known and end locked, whichever host call fails and however: %s",
    (action) => {
      let told = 0;
      for (let call = 0; call < calls; call++) {
        for (const how of HOWS) {
          const { device, host, told: failures } = new Scenario(via, action, call, how).run();
          told += failures.length;
          for (const { code } of failures) expect(code).toBe(how === "throw" ? "EIO" : how);
          expect(device.retryLocks()).toBe(0);
          expect(host.recording.lockedFrames).toBe(ALL);
        }
      }
      expect(told).toBeGreaterThan(20);
    },
  );
});
