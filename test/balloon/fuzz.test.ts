import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { RecordingHost, ZeroingHost } from "../../src/host/index.ts";
import type { Balloon } from "../../src/balloon/index.ts";
import type { HostMemory } from "../../src/host/index.ts";
import type { LockFailureAction } from "../../src/lock/index.ts";
import { LegacyBar, MmioTransport, Status } from "../../src/virtio/index.ts";
import type { RegisterAccess } from "../../src/virtio/index.ts";
import { FRAME_BYTES, framesOf, Machine, range } from "./harness.ts";
import type { MachineOptions } from "./harness.ts";
import { virtioOf } from "./internals.ts";

const FRAMES = 24;
const MEMORY = FRAMES * FRAME_BYTES;

const word = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: MEMORY / 16 }).map((n) => 16 * n) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xffffffff }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 2 ** 32, 2 ** 53, 0x80000000, 0xffff, 0x10000) },
);
const offset = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 0x7f }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0x44 }).map((n) => 4 * n) },
  { weight: 1, arbitrary: fc.integer({ min: -8, max: 0x10000 }) },
);
const width = fc.constantFrom(1, 2, 4);
const role = fc.constantFrom(
  "inflate" as const,
  "deflate" as const,
  "stats" as const,
  "hint" as const,
  "report" as const,
);

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("write" as const), offset, width, word }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const), offset, width }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("poke" as const),
      at: fc.integer({ min: 0, max: MEMORY / 4 - 1 }),
      words: fc.array(word, { maxLength: 8 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("chain" as const),
      role,
      address: word,
      bytes: word,
      writable: fc.boolean(),
      kick: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("batch" as const),
      role,
      pfns: fc.array(word, { maxLength: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("offer" as const), role, word }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("up", "stats", "hint", "target", "timer", "migrate", "fail"),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

type Kind = "modern" | "legacy" | "mmio";

/** A second way to the same registers, as a hostile guest would try it. */
function registersOf(machine: Machine<HostMemory>, kind: Kind): RegisterAccess {
  if (kind === "modern") return machine.bar;
  return kind === "legacy" ? new LegacyBar(machine.device) : new MmioTransport(machine.device);
}

function act(machine: Machine<HostMemory>, registers: RegisterAccess, action: Action): void {
  switch (action.do) {
    case "write":
      registers.write(action.offset, action.width, action.word);
      break;
    case "read": {
      const value = registers.read(action.offset, action.width);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(256 ** action.width);
      break;
    }
    case "poke":
      action.words.forEach((value, i) => {
        if (4 * (action.at + i) < MEMORY) machine.memory.write32(4 * (action.at + i), value);
      });
      break;
    case "chain": {
      const { role, address, bytes, writable, kick } = action;
      machine.queue(role).add({ address, bytes, writable });
      if (kick) machine.queue(role).kick();
      break;
    }
    case "batch": {
      const { role, pfns } = action;
      pfns.forEach((pfn, i) => {
        machine.memory.write32(4 * i, pfn);
      });
      machine.send(role, { address: 0, bytes: 4 * pfns.length });
      break;
    }
    case "offer":
      machine.queue(action.role).offer(action.word & 0xffff);
      machine.queue(action.role).kick();
      break;
    case "up":
      machine.driver.reset();
      machine.up(undefined, 8);
      break;
    case "stats":
      machine.device.requestStats();
      break;
    case "hint":
      machine.device.requestFreePages();
      break;
    case "target":
      machine.device.target = (FRAMES >> 1) * 4096;
      break;
    case "timer":
      if (machine.timer.planned > 0) machine.timer.fire();
      break;
    case "migrate":
      machine.migrate();
      break;
    case "fail":
      if (machine.host instanceof RecordingHost) machine.host.failCall(0);
      break;
  }
}

/** What must hold after every step. */
function check({ canaryIntact, device, host, ballooned }: Machine<HostMemory>): void {
  expect(canaryIntact).toBe(true);
  expect(ballooned.every((frame) => frame < FRAMES)).toBe(true);
  expect(device.target).toBeLessThanOrEqual(FRAMES * 4096);
  if (ballooned.length > 0) expect(virtioOf(device).status & Status.FEATURES_OK).not.toBe(0);
  if (host instanceof RecordingHost) checkLocks(device, host, ballooned);
}

function checkLocks(device: Balloon, host: RecordingHost, ballooned: readonly number[]): void {
  const { keptLocked, owed } = device.state().lock;
  const kept = framesOf(keptLocked);
  const unlocked = new Set(framesOf(owed));
  if (device.counters().locking)
    for (const frame of ballooned) if (!kept.includes(frame)) unlocked.add(frame);
  expect(range(0, FRAMES).filter((frame) => !host.isLocked(frame))).toEqual(
    [...unlocked].sort((a, b) => a - b),
  );
  expect(kept.filter((frame) => !ballooned.includes(frame))).toEqual([]);
}

function fuzz(kind: Kind, options: Partial<MachineOptions<HostMemory>>, numRuns: number): void {
  let ended = 0;
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40, size: "max" }), (actions) => {
      // Rings of 8 for five queues, three pages from the end: batches and pokes reach them too.
      const machine = new Machine({
        frames: FRAMES,
        scratch: 12,
        freePageReporting: true,
        relockFreePages: true,
        host: pinnedHost,
        ...options,
      }).up(undefined, 8);
      let registers = registersOf(machine, kind);
      for (const action of actions) {
        try {
          act(machine, registers, action);
        } catch (error) {
          // The driver's side may run out of memory or lack the queue: that is not the device's fault.
          if (!(error instanceof Error && DRIVER_SIDE.test(error.message))) throw error;
        }
        if (action.do === "migrate") registers = registersOf(machine, kind);
        check(machine);
      }
      if (machine.ballooned.length > 0) ended++;
    }),
    { numRuns, seed: 20120907 },
  );
  expect(ended).toBeGreaterThan(numRuns / 20);
}

const DRIVER_SIDE = /^no (report|hint|stats) queue$/;
const pinnedHost = (ram: Uint8Array): HostMemory =>
  new RecordingHost({ frames: FRAMES, inner: new ZeroingHost(new LinearMemory(() => ram)) });

describe("whatever a guest does, nothing throws, nothing outside memory is written, and the locks are known:", () => {
  test.each<[Kind, LockFailureAction]>([
    ["modern", "degrade"],
    ["modern", "withhold"],
    ["modern", "needs-reset"],
    ["legacy", "withhold"],
    ["mmio", "withhold"],
  ])("through %s registers, with the lock policy %s", (kind, onLockFailure) => {
    fuzz(kind, { onLockFailure }, 300);
  });

  test("on memory that is not pinned, where hints are taken and pages are zeroed", () => {
    const host = (ram: Uint8Array): HostMemory => new ZeroingHost(new LinearMemory(() => ram));
    fuzz("modern", { host, queueNumbering: "spec" }, 300);
    fuzz("legacy", { host, poisonedPages: "fill" }, 200);
  });

  test("on a device of class never, through both kinds of registers", () => {
    fuzz("modern", { silentDeflate: "never" }, 200);
    fuzz("legacy", { silentDeflate: "never" }, 200);
  });
});
