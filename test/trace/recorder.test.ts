import { describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { Balloon } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import {
  decodeTrace,
  encodeTrace,
  replayDevice,
  TraceRecorder,
  unpinnedHost,
} from "../../src/trace/index.ts";
import { MockDriver, ModernBar } from "../../src/virtio/index.ts";
import type { MockBuffer, MockQueue } from "../../src/virtio/index.ts";
import { virtioOf } from "../balloon/internals.ts";

const FRAMES = 4096;

/** A device whose chains are recorded, and a function that sends it a chain on queue `index`. */
function machine(recorder: TraceRecorder): {
  send: (index: number, ...buffers: MockBuffer[]) => void;
  memory: LinearMemory;
  device: Balloon;
  start: () => void;
} {
  const ram = new Uint8Array(4096 * FRAMES);
  const memory = new LinearMemory(() => ram);
  const interrupt = { raise: () => undefined, lower: () => undefined };
  const { onChain } = recorder;
  const device = new Balloon({
    memory,
    interrupt,
    host: unpinnedHost,
    stats: false,
    freePageReporting: true,
    onChain,
  });
  const driver = new MockDriver(new ModernBar(virtioOf(device)), memory, 0x1000);
  let queues: MockQueue[] = [];
  const start = (): void => {
    driver.negotiate(
      featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST, Feature.FREE_PAGE_HINT, Feature.PAGE_REPORTING),
    );
    queues = [0, 1, 2, 3].map((index) => driver.queue(index));
    driver.ready();
  };
  start();
  const send = (index: number, ...buffers: MockBuffer[]): void => {
    queues[index]!.add(...buffers);
    queues[index]!.kick();
  };
  return { send, memory, device, start };
}

/** Puts PFNs at an address, and returns their buffer. */
function words(memory: LinearMemory, address: number, ...pfns: number[]): MockBuffer {
  pfns.forEach((pfn, i) => {
    memory.write32(address + 4 * i, pfn);
  });
  return { address, bytes: 4 * pfns.length };
}

describe("a recorder", () => {
  test("records what the driver sent, in its order and unchanged", () => {
    const recorder = new TraceRecorder();
    const { send, memory } = machine(recorder);
    send(0, words(memory, 0x100000, 300, 302, 300, 0xffffffff));
    send(2, { address: 0x400000, bytes: 0x400000, writable: true });
    send(
      3,
      { address: 0x200000, bytes: 0x4000, writable: true },
      { address: 0x301000, bytes: 4096, writable: true },
    );
    send(1, words(memory, 0x100000, 302), words(memory, 0x100100, 300));
    const { records, guestFrames } = recorder.trace(FRAMES);
    expect(guestFrames).toBe(FRAMES);
    expect(records).toMatchObject([
      { kind: "ballooned", timeUs: 0, ranges: Uint32Array.of() },
      { kind: "inflate", pfns: Uint32Array.of(300, 302, 300, 0xffffffff) },
      { kind: "hint", ranges: Uint32Array.of(0x400, 0x400) },
      { kind: "report", ranges: Uint32Array.of(0x200, 4, 0x301, 1) },
      { kind: "deflate", pfns: Uint32Array.of(302, 300) },
    ]);
  });

  test("leaves out what a trace cannot contain: broken chains, incomplete PFNs and pages, command ids", () => {
    const recorder = new TraceRecorder();
    const { send, memory } = machine(recorder);
    send(0, { address: 0x100000, bytes: 7 });
    send(0, { address: 0x100000, bytes: 8, writable: true });
    send(0, { address: 4096 * FRAMES - 4, bytes: 8 });
    send(2, words(memory, 0x100000, 0x80000000));
    send(3, { address: 0x200800, bytes: 4096, writable: true });
    expect(recorder.trace(FRAMES).records).toEqual([]);
    expect(recorder.full).toBe(false);
  });

  test("says what is ballooned when it begins, and again after a restore and a reset", () => {
    const first = machine(new TraceRecorder());
    first.send(0, words(first.memory, 0x100000, 300, 301, 302));
    const state = first.device.state();

    const recorder = new TraceRecorder();
    const { send, memory, device, start } = machine(recorder);
    memory.bytes.set(first.memory.bytes);
    expect(device.restore(state)).toBeUndefined();
    const deflate = words(memory, 0x100000, 301);
    send(1, deflate);
    virtioOf(device).reset();
    start();
    send(0, words(memory, 0x100000, 300));
    send(0, words(memory, 0x100000, 303));
    const trace = recorder.trace(FRAMES);
    expect(
      trace.records.map((record) => [record.kind, ...("pfns" in record ? record.pfns : record.ranges)]),
    ).toEqual([["ballooned", 300, 3], ["deflate", 301], ["ballooned"], ["inflate", 300], ["inflate", 303]]);
    const { balloon, balloonedRuns } = replayDevice(decodeTrace(encodeTrace(trace)));
    expect({ faults: balloon.faults, broken: balloon.broken }).toEqual({ faults: {}, broken: [] });
    expect(balloonedRuns).toEqual(device.pages.allRuns());
  });

  test("stops at its limit, however small the records are", () => {
    const recorder = new TraceRecorder(10_000);
    const { send, memory } = machine(recorder);
    for (let i = 0; i < 1000; i++) send(0, words(memory, 0x100000, 300));
    expect(recorder.full).toBe(true);
    expect(recorder.length).toBeLessThan(100);
  });

  test("stops before a record that does not fit: a chain, free pages, or the page set of a restored balloon", () => {
    const pfns = Array.from({ length: 500 }, (_, i) => 1000 + 2 * i);
    const batch = new TraceRecorder(1000);
    const first = machine(batch);
    first.send(0, words(first.memory, 0x100000, ...pfns));
    expect([batch.full, batch.trace(FRAMES).records.map(({ kind }) => kind)]).toEqual([true, ["ballooned"]]);

    const restored = new TraceRecorder(1000);
    const second = machine(restored);
    second.memory.bytes.set(first.memory.bytes);
    expect(second.device.restore(first.device.state())).toBeUndefined();
    second.send(1, words(second.memory, 0x100000, 1000));
    expect([restored.full, restored.trace(FRAMES).records]).toEqual([true, []]);

    const pages = new TraceRecorder(300);
    machine(pages).send(3, { address: 0x200000, bytes: 0x4000, writable: true });
    expect([pages.full, pages.trace(FRAMES).records.map(({ kind }) => kind)]).toEqual([true, ["ballooned"]]);
  });
});
