import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Balloon } from "../../src/balloon/index.ts";
import type { BalloonOptions, BalloonState } from "../../src/balloon/index.ts";
import { RecordingHost, ZeroingHost } from "../../src/host/index.ts";
import type { HostMemory } from "../../src/host/index.ts";
import { guestMemory } from "../../src/memory/index.ts";
import type { GuestMemory } from "../../src/memory/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import {
  decodeTrace,
  encodeTrace,
  replayDevice,
  replayTracker,
  TraceRecorder,
} from "../../src/trace/index.ts";
import { MmioDriverTransport, MmioTransport, MockDriver, ModernBar } from "../../src/virtio/index.ts";
import type { MockBuffer } from "../../src/virtio/index.ts";
import { SparseMemory, SwappedMemory } from "../memory/sparse-memory.ts";

const FRAME = 4096;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

interface Kind {
  readonly memory: () => GuestMemory;
  readonly mmio: boolean;
  /** [first, frames] of RAM. */
  readonly ram: readonly (readonly [number, number])[];
  /** PFNs that are not frames of this machine, although some lie between frames. */
  readonly holes: readonly number[];
}

const linear = (base: number, size: number): GuestMemory => {
  const ram = new Uint8Array(size);
  return guestMemory([{ base, bytes: () => ram }]);
};

const MACHINES: Readonly<Record<string, Kind>> = {
  "RISC-V virt": {
    memory: () => linear(0x80000000, 64 * MIB),
    mmio: true,
    ram: [[0x80000, 0x4000]],
    holes: [0, 1, 0x7ffff, 0x84000],
  },
  "ARM virt": {
    memory: () => linear(0x40000000, 64 * MIB),
    mmio: true,
    ram: [[0x40000, 0x4000]],
    holes: [0, 0x3ffff, 0x44000, 0x80000],
  },
  "PC of 6 GiB with its hole": {
    memory: () =>
      new SparseMemory([
        { base: 0, size: 3 * GIB },
        { base: 4 * GIB, size: 3 * GIB },
      ]),
    mmio: false,
    ram: [
      [0, 0xc0000],
      [0x100000, 0xc0000],
    ],
    holes: [0xc0000, 0xd1234, 0xfffff, 0x1c0000],
  },
  "board with swapped words": {
    memory: () => new SwappedMemory([{ base: 0x1000000, size: 16 * MIB }]),
    mmio: true,
    ram: [[0x1000, 0x1000]],
    holes: [0, 0xfff, 0x2000],
  },
};

const FEATURES = featureSet(
  Feature.VERSION_1,
  Feature.WILL_TELL_HOST,
  Feature.STATS_VQ,
  Feature.FREE_PAGE_HINT,
  Feature.PAGE_REPORTING,
);

/** A device of such a machine and the driver's side of it. Rings and buffers are in the last MiB. */
class Board<Host extends HostMemory> {
  readonly memory: GuestMemory;
  readonly host: Host;
  readonly balloon: Balloon;
  readonly driver: MockDriver;

  constructor(
    { memory, mmio, ram }: Kind,
    makeHost: (memory: GuestMemory) => Host,
    options: Partial<BalloonOptions> = {},
  ) {
    this.memory = memory();
    this.host = makeHost(this.memory);
    this.balloon = this.make(options);
    const end = ram.at(-1)![0] + ram.at(-1)![1];
    const scratch = end * FRAME - MIB;
    this.driver = mmio
      ? new MockDriver(new MmioTransport(this.balloon), this.memory, scratch, MmioDriverTransport)
      : new MockDriver(new ModernBar(this.balloon), this.memory, scratch);
  }

  make(options: Partial<BalloonOptions> = {}): Balloon {
    const interrupt = { raise: () => undefined, lower: () => undefined };
    return new Balloon({
      memory: this.memory,
      interrupt,
      host: this.host,
      freePageReporting: true,
      ...options,
    });
  }

  words(...words: number[]): MockBuffer {
    const address = this.driver.allocate(4 * words.length);
    words.forEach((word, i) => {
      this.memory.write32(address + 4 * i, word);
    });
    return { address, bytes: 4 * words.length };
  }

  send(
    queue: { add(...buffers: MockBuffer[]): number; kick(): void; used(): unknown[] },
    ...buffers: MockBuffer[]
  ): void {
    queue.add(...buffers);
    queue.kick();
    expect(queue.used()).toHaveLength(1);
  }
}

describe.each(Object.entries(MACHINES))("on a %s", (_name, kind) => {
  const [first, frames] = kind.ram.at(-1)!;
  const total = kind.ram.reduce((sum, [, count]) => sum + count, 0);

  test("RAM counts without its holes, and the target goes up to all of it", () => {
    const { balloon } = new Board(kind, (memory) => new ZeroingHost(memory));
    expect(balloon.frames).toBe(total);
    balloon.target = total * FRAME;
    expect(() => (balloon.target = (total + 1) * FRAME)).toThrow(RangeError);
  });

  test("inflates and deflates frames, and counts PFNs in holes as those beyond the end", () => {
    const board = new Board(kind, (memory) => new RecordingHost({ memory }));
    const { balloon, host } = board;
    expect(host.lockedFrames).toBe(total);
    const pinned = board.driver;
    expect(pinned.negotiate(featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST))).toBe(true);
    const [inflate, deflate] = [pinned.queue(0), pinned.queue(1)];
    pinned.ready();
    board.send(inflate, board.words(first, ...kind.holes, first + 1, ...kind.holes, first + 9));
    expect([...balloon.pages.allRuns()]).toEqual([first, 2, first + 9, 1]);
    expect(balloon.counters().faults).toEqual({ "pfn-out-of-range": 2 * kind.holes.length });
    expect(host.calls.map(({ call, first: at, frames: count, failed }) => [call, at, count, failed])).toEqual(
      [
        ["unlock", first, 2, undefined],
        ["unlock", first + 9, 1, undefined],
        ["discard", first, 2, undefined],
        ["discard", first + 9, 1, undefined],
      ],
    );
    board.send(deflate, board.words(first + 1, ...kind.holes));
    expect(balloon.counters().faults).toEqual({ "pfn-out-of-range": 3 * kind.holes.length });
    expect([host.isLocked(first), host.isLocked(first + 1)]).toEqual([false, true]);
    for (const pfn of kind.holes) expect(() => host.isLocked(pfn)).toThrow(RangeError);
  });

  test("serves statistics, hints and reports by physical address", () => {
    const board = new Board(kind, (memory) => new ZeroingHost(memory));
    const { balloon, driver, memory } = board;
    expect(driver.negotiate(FEATURES)).toBe(true);
    const [stats, hint, report] = [driver.queue(2), driver.queue(3), driver.queue(4)];
    driver.ready();
    const entry = driver.allocate(10);
    memory.write16(entry, 5);
    memory.write32(entry + 2, 1234);
    memory.write32(entry + 6, 0);
    stats.add({ address: entry, bytes: 10 });
    stats.kick();
    expect(balloon.counters().stats).toEqual({ MEMTOT: 1234n });

    const page = (pfn: number): MockBuffer => ({ address: pfn * FRAME, bytes: FRAME, writable: true });
    for (const pfn of [first + 2, first + 3]) memory.write32(pfn * FRAME + 8, 0x5a5a5a5a);
    board.send(report, page(first + 2));
    balloon.requestFreePages();
    board.send(hint, board.words(driver.readConfig(8)));
    board.send(hint, page(first + 3));
    expect([first + 2, first + 3].map((pfn) => memory.isZero(pfn * FRAME, FRAME))).toEqual([true, true]);
    for (const pfn of kind.holes) board.send(report, page(pfn));
    expect(balloon.counters().faults).toEqual({ "address-out-of-range": kind.holes.length });
  });

  test("a recording has the regions, and its replay finds the same faults", () => {
    const recorder = new TraceRecorder();
    const board = new Board(kind, (memory) => new ZeroingHost(memory), { onChain: recorder.onChain });
    board.driver.negotiate(FEATURES);
    const [inflate, deflate] = [board.driver.queue(0), board.driver.queue(1)];
    board.driver.ready();
    // Frames that a replay has room for, too.
    board.send(inflate, board.words(first, ...kind.holes, first + 1, first));
    board.send(deflate, board.words(first + 1, ...kind.holes, first + 7));
    const trace = decodeTrace(encodeTrace(recorder.trace(1)));
    expect(trace.memory).toEqual(Uint32Array.from(kind.ram.flat()));
    const { faults } = board.balloon.counters();
    const tracked = replayTracker(trace);
    expect(tracked.balloonedRuns).toEqual(board.balloon.pages.allRuns());
    expect(tracked.outOfRange).toBe(faults["pfn-out-of-range"]);
    if (total * FRAME > GIB) return;
    const replayed = replayDevice(trace);
    expect(replayed.balloon.faults).toEqual(faults);
    expect(replayed.balloonedRuns).toEqual(tracked.balloonedRuns);
  });

  test("a state goes on in a machine with the same memory only", () => {
    const board = new Board(kind, (memory) => new ZeroingHost(memory));
    board.driver.negotiate(FEATURES);
    const inflate = board.driver.queue(0);
    board.driver.ready();
    board.send(inflate, board.words(first, first + 1, first + frames - 1));
    const state = structuredClone(board.balloon.state());
    const copy = board.make();
    expect(copy.restore(state)).toBeUndefined();
    expect([...copy.pages.allRuns()]).toEqual([first, 2, first + frames - 1, 1]);
    for (const other of Object.values(MACHINES)) {
      if (other === kind) continue;
      const elsewhere = new Board(other, (memory) => new ZeroingHost(memory));
      expect(elsewhere.balloon.restore(state)).toContain("other guest memory");
    }
    const wild: BalloonState = { ...state, ballooned: Uint32Array.of(...kind.holes.slice(0, 1), 1) };
    expect(copy.canRestore(wild)).toContain("ballooned");
  });

  test("follows a plain set of PFNs, whatever batches the guest sends", () => {
    const near = fc.integer({ min: -6, max: 6 });
    const edges = [...kind.ram.flatMap(([from, count]) => [from, from + count]), first + 64];
    const pfn = fc
      .tuple(fc.constantFrom(...edges), near)
      // Frame 0 as every second PFN means PFNs of 8 bytes.
      .map(([edge, by]) => Math.max(1, edge + by))
      // The driver's rings must stay as they are.
      .filter((at) => at < first + frames - 256 || at >= first + frames);
    const batch = fc.record({ deflate: fc.boolean(), pfns: fc.array(pfn, { minLength: 1, maxLength: 12 }) });
    const isFrame = (at: number): boolean =>
      kind.ram.some(([from, count]) => at >= from && at < from + count);
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
        const board = new Board(kind, (memory) => new ZeroingHost(memory));
        board.driver.negotiate(FEATURES);
        const queues = [board.driver.queue(0), board.driver.queue(1)] as const;
        board.driver.ready();
        const model = new Set<number>();
        let outOfRange = 0;
        for (const { deflate, pfns } of batches) {
          board.send(queues[Number(deflate) as 0 | 1], board.words(...pfns));
          for (const at of pfns) {
            if (!isFrame(at)) outOfRange++;
            else if (deflate) model.delete(at);
            else model.add(at);
          }
        }
        expect([...board.balloon.pages.toArray()]).toEqual([...model].sort((a, b) => a - b));
        expect(board.balloon.counters().faults["pfn-out-of-range"] ?? 0).toBe(outOfRange);
      }),
      { numRuns: 25 },
    );
  });
});
