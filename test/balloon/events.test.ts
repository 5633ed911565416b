import { afterEach, describe, expect, test, vi } from "vitest";
import { Emitter } from "../../src/balloon/events.ts";
import type { BalloonEvents } from "../../src/balloon/index.ts";
import { LegacyBar, LegacyPciTransport, MockDriver } from "../../src/virtio/index.ts";
import { pinned, unpinned } from "./harness.ts";
import { virtioOf } from "./internals.ts";

interface Names {
  tick: number;
  tock: string;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Errors that would surface as uncaught. */
function uncaught(): (() => void)[] {
  const tasks: (() => void)[] = [];
  vi.stubGlobal("queueMicrotask", (task: () => void) => tasks.push(task));
  return tasks;
}

describe("an emitter", () => {
  test("calls every listener of the event, in order, until it is removed", () => {
    const emitter = new Emitter<Names>();
    const seen: unknown[] = [];
    const stop = emitter.on("tick", (value) => seen.push(["first", value]));
    emitter.on("tick", (value) => seen.push(["second", value]));
    emitter.on("tock", (value) => seen.push(value));
    emitter.emit("tick", 1);
    emitter.flush();
    stop();
    emitter.emit("tick", 2);
    emitter.flush();
    expect(seen).toEqual([
      ["first", 1],
      ["second", 1],
      ["second", 2],
    ]);
  });

  test("does not call a listener that was removed meanwhile, by itself or before the flush", () => {
    const emitter = new Emitter<Names>();
    const seen: unknown[] = [];
    const stopOnce = emitter.on("tick", (value) => {
      seen.push(["once", value]);
      stopOnce();
    });
    const stop = emitter.on("tick", (value) => seen.push(["never", value]));
    emitter.emit("tick", 1);
    emitter.emit("tick", 2);
    stop();
    emitter.flush();
    expect(seen).toEqual([["once", 1]]);
  });

  test("says that it hears an event only while the event has listeners", () => {
    const emitter = new Emitter<Names>();
    const seen: number[] = [];
    const stop = emitter.on("tick", () => undefined);
    stop();
    expect(emitter.hears("tick")).toBe(false);
    const stopNew = emitter.on("tick", (value) => seen.push(value));
    stop();
    expect(emitter.hears("tick")).toBe(true);
    emitter.emit("tick", 1);
    emitter.flush();
    expect(seen).toEqual([1]);
    stopNew();
    expect(emitter.hears("tick")).toBe(false);
  });

  test("calls nobody before flush; then it calls in order, with events that listeners cause at the end", () => {
    const emitter = new Emitter<Names>();
    const seen: unknown[] = [];
    emitter.on("tick", (value) => {
      seen.push(value);
      emitter.emit("tock", `after ${value}`);
      emitter.flush();
    });
    emitter.on("tock", (value) => seen.push(value));
    emitter.emit("tick", 1);
    emitter.emit("tick", 2);
    expect(seen).toEqual([]);
    emitter.flush();
    expect(seen).toEqual([1, 2, "after 1", "after 2"]);
    emitter.flush();
    expect(seen).toHaveLength(4);
  });

  test("goes on after a listener that throws; the error surfaces later", () => {
    const tasks = uncaught();
    const emitter = new Emitter<Names>();
    const seen: number[] = [];
    emitter.on("tick", () => {
      throw new Error("a listener's own");
    });
    emitter.on("tick", (value) => seen.push(value));
    emitter.emit("tick", 1);
    emitter.flush();
    expect(seen).toEqual([1]);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toThrow("a listener's own");
  });
});

describe("a device whose listeners all throw", () => {
  test("does the same as a device without listeners", () => {
    const tasks = uncaught();
    const names: (keyof BalloonEvents)[] = [
      "negotiated",
      "inflate",
      "deflate",
      "actual",
      "lock-failure",
      "withheld",
      "guest-fault",
      "stats",
      "reset",
      "needs-reset",
    ];
    const outcomes = [false, true].map((throwing) => {
      const machine = pinned({ onLockFailure: "withhold" });
      for (const name of throwing ? names : []) {
        machine.device.on(name, () => {
          throw new Error(name);
        });
      }
      machine.up();
      machine.inflate(1, 2, 3, 9999);
      machine.host.failCall(0);
      machine.deflate(2, 3);
      machine.timer.fire();
      machine.driver.writeConfig(4, 1);
      machine.send("stats", machine.buffer([4, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
      machine.queue("inflate").offer(999);
      machine.queue("inflate").kick();
      return { ...machine.counters, used: machine.queue("deflate").used(), calls: machine.host.calls };
    });
    expect(outcomes[1]).toEqual(outcomes[0]);
    const thrown = tasks.map((task) => {
      try {
        task();
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    });
    expect([...new Set(thrown)].sort()).toEqual([...names].sort());
  });

  test("lets a listener use the tracker without disturbing the batch", () => {
    const machine = pinned().up();
    machine.device.on("guest-fault", () => {
      machine.device.pages.forEachRun(() => undefined);
      machine.device.state();
    });
    machine.inflate(1, 1, 2, 5, 5, 9999, 7);
    expect(machine.ballooned).toEqual([1, 2, 5, 7]);
    expect(machine.host.calls.map(({ call, first, frames }) => `${call} ${first}+${frames}`)).toEqual([
      "unlock 1+2",
      "unlock 5+1",
      "unlock 7+1",
      "discard 1+2",
      "discard 5+1",
      "discard 7+1",
    ]);
    expect(machine.faults).toEqual({ "pfn-out-of-range": 1, "pfn-duplicate": 2 });
  });
});

describe("the events", () => {
  test("are sent when the device is consistent: a state saved by a listener has every chain returned", () => {
    const machine = pinned();
    const states: { batches: number; nextAvail: number; nextUsed: number; status: number }[] = [];
    const save = (): void => {
      const { status, queues } = machine.device.state().virtio;
      const { nextAvail, nextUsed } = queues[0]!;
      states.push({ batches: machine.counters.batches.inflate, nextAvail, nextUsed, status });
    };
    machine.device.on("negotiated", save);
    machine.device.on("inflate", save);
    machine.up();
    machine.queue("inflate").add(machine.pfns([1, 2]));
    machine.inflate(3);
    expect(states).toEqual([
      { batches: 0, nextAvail: 0, nextUsed: 0, status: 11 },
      { batches: 2, nextAvail: 2, nextUsed: 2, status: 15 },
      { batches: 2, nextAvail: 2, nextUsed: 2, status: 15 },
    ]);
  });

  test("of a restore come after it: the old driver is gone, the new one has negotiated", () => {
    const machine = pinned().up();
    const state = machine.device.state();
    const seen: string[] = [];
    for (const name of ["reset", "negotiated"] as const) {
      machine.device.on(name, () => seen.push(`${name}, status ${machine.driver.status}`));
    }
    machine.device.restore(state);
    expect(seen).toEqual(["reset, status 0", "negotiated, status 15"]);
  });

  test("of a refused legacy driver come with the notification that checks it", () => {
    const machine = pinned({ silentDeflate: "never" });
    const seen: unknown[] = [];
    machine.device.on("negotiated", ({ result }) => seen.push(result));
    const registers = new LegacyBar(virtioOf(machine.device));
    const driver = new MockDriver(registers, machine.memory, 0x200000, LegacyPciTransport);
    driver.negotiate(0n);
    driver.queue(0).kick();
    expect(seen).toEqual(["needs-reset"]);
    expect(machine.counters.needsReset).toBe(true);
  });

  test("of batches say what was sent, what changed, and what is ballooned now", () => {
    const machine = pinned();
    const seen: unknown[] = [];
    for (const name of ["inflate", "deflate", "reset"] as const) {
      machine.device.on(name, (event: unknown) => seen.push([name, event]));
    }
    machine.up();
    machine.inflate(1, 2, 2);
    machine.deflate(1, 7);
    machine.driver.reset();
    expect(seen).toEqual([
      ["reset", undefined],
      ["inflate", { pfns: 3, changed: 2, balloonedFrames: 2 }],
      ["deflate", { pfns: 2, changed: 1, balloonedFrames: 1 }],
      ["reset", undefined],
    ]);
  });
});

test("a withheld acknowledgement that a reset cancels is reported as no longer withheld", () => {
  const machine = pinned({ onLockFailure: "withhold" }).up();
  const seen: boolean[] = [];
  machine.device.on("withheld", (withheld) => seen.push(withheld));
  machine.inflate(1, 2);
  machine.host.failCall(0);
  machine.deflate(1, 2);
  machine.driver.reset();
  machine.driver.reset();
  expect(seen).toEqual([true, false]);
});

test("a hinting run that a reset ends early reports what it gave", () => {
  const machine = unpinned().up();
  const seen: number[] = [];
  machine.device.on("hint-done", (frames) => seen.push(frames));
  machine.device.requestFreePages();
  machine.send("hint", machine.buffer([0, 0, 0, 0x80]));
  machine.send("hint", { address: 0x10000, bytes: 3 * 4096, writable: true });
  machine.driver.reset();
  machine.driver.reset();
  expect(seen).toEqual([3]);
});

describe("a chain listener that throws", () => {
  test.each([
    ["line", 0],
    ["line", 1],
    ["memory", 1],
  ] as const)(
    "stops the device although its %s fails next, after %i chains; the next driver is served",
    (failing, chainsBefore) => {
      const tasks = uncaught();
      let fails = true;
      const chains = unpinned({
        onChain: (_role, { head }) => {
          if (!fails || head < chainsBefore) return;
          const target =
            failing === "line" ? vi.spyOn(chains.line, "raise") : vi.spyOn(chains.memory, "words");
          target.mockImplementation(() => {
            throw new Error(`no ${failing}`);
          });
          throw new Error("disk full");
        },
      }).up();
      const reasons: string[] = [];
      chains.device.on("needs-reset", (reason) => reasons.push(reason));
      chains.queue("inflate").add(chains.pfns([1]));
      chains.queue("inflate").add(chains.pfns([2]));
      expect(() => {
        chains.queue("inflate").kick();
      }).not.toThrow();
      expect(reasons).toEqual(["the host failed: Error: disk full"]);
      expect(tasks).toHaveLength(1);
      expect(tasks[0]).toThrow(`no ${failing}`);
      vi.restoreAllMocks();
      fails = false;
      chains.up().inflate(3);
      expect(chains.ballooned).toEqual([3]);
    },
  );

  test("stops the device and gives the reason", () => {
    const chains = unpinned({
      onChain: () => {
        throw new Error("disk full");
      },
    }).up();
    const reasons: string[] = [];
    chains.device.on("needs-reset", (reason) => reasons.push(reason));
    chains.inflate(1);
    expect(reasons).toEqual(["the host failed: Error: disk full"]);
  });

  test("leaves the new driver alone if it has reset the device, and its error still surfaces", () => {
    const tasks = uncaught();
    const chains = unpinned({
      onChain: (_role, _chain, _memory, balloon) => {
        balloon.reset();
        throw new Error("disk full");
      },
    }).up();
    chains.inflate(1);
    expect(chains.counters.needsReset).toBe(false);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toThrow("disk full");
  });
});
