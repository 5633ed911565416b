import { describe, expect, test, vi } from "vitest";
import { WaitError } from "../../src/balloon/index.ts";
import { Feature, featureSet } from "../../src/negotiation/index.ts";
import { Status } from "../../src/virtio/index.ts";
import { FRAME_BYTES, pinned, unpinned } from "./harness.ts";

const POLITE = featureSet(
  Feature.VERSION_1,
  Feature.WILL_TELL_HOST,
  Feature.STATS_VQ,
  Feature.FREE_PAGE_HINT,
);
const ACTUAL = 4;
const MEMFREE = [4, 0, 9, 0, 0, 0, 0, 0, 0, 0];

type Machine = ReturnType<typeof unpinned>;

/** The driver gives frames [first, first + frames), and says so. */
function give(machine: Machine, first: number, frames: number): void {
  machine.send("inflate", machine.pfns(Array.from({ length: frames }, (_, i) => first + i)));
  machine.driver.writeConfig(ACTUAL, machine.device.pages.count);
}

async function errorOf(promise: Promise<unknown>): Promise<WaitError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WaitError);
  return error as WaitError;
}

describe("inflateTo", () => {
  test("resolves when guest and device agree", async () => {
    const machine = unpinned().up(POLITE);
    const settled = vi.fn();
    const promise = machine.device.inflateTo(2 * FRAME_BYTES + 1).then(settled);
    give(machine, 500, 1);
    await Promise.resolve();
    expect(settled).not.toHaveBeenCalled();
    give(machine, 501, 1);
    await promise;
    expect(settled).toHaveBeenCalledWith(2 * FRAME_BYTES);
    expect(machine.timer.planned).toBe(0);
  });

  test("resolves at once if they agree already", async () => {
    const machine = unpinned().up(POLITE);
    expect(await machine.device.inflateTo(0)).toBe(0);
  });

  test("waits for a driver, whose first reset does not end the wait", async () => {
    const machine = unpinned();
    const promise = machine.device.inflateTo(FRAME_BYTES);
    machine.up(POLITE);
    give(machine, 500, 1);
    expect(await promise).toBe(FRAME_BYTES);
  });

  test("says how far a stalled driver got; progress starts the time limit again", async () => {
    const machine = unpinned().up(POLITE);
    const promise = machine.device.inflateTo(2 * FRAME_BYTES, { timeout: 500 });
    give(machine, 500, 1);
    expect(machine.timer.planned).toBe(1);
    expect(machine.timer.delays.filter((delay) => delay === 500).length).toBeGreaterThan(1);
    machine.timer.fire();
    expect(await errorOf(promise)).toMatchObject({
      name: "WaitError",
      reason: "timeout",
      ballooned: FRAME_BYTES,
      message: expect.stringContaining("4096 bytes are in the balloon, the target is 8192") as string,
    });
  });

  test.each([
    [
      "superseded",
      (machine: Machine) => {
        machine.device.target = FRAME_BYTES;
      },
    ],
    [
      "reset",
      (machine: Machine) => {
        machine.driver.reset();
      },
    ],
    [
      "reset",
      (machine: Machine) => {
        machine.device.reset();
      },
    ],
    [
      "disposed",
      (machine: Machine) => {
        machine.device.dispose();
      },
    ],
    [
      "needs-reset",
      (machine: Machine) => {
        machine.queue("inflate").publish(300);
        machine.queue("inflate").kick();
      },
    ],
  ] as const)("ends as %s", async (reason, happen) => {
    const machine = unpinned().up(POLITE);
    const promise = machine.device.inflateTo(2 * FRAME_BYTES);
    happen(machine);
    expect((await errorOf(promise)).reason).toBe(reason);
    expect(machine.timer.planned).toBe(0);
  });

  test("two waits for one target both resolve, and the first of two targets is superseded", async () => {
    const machine = unpinned().up(POLITE);
    const first = machine.device.inflateTo(3 * FRAME_BYTES);
    const waits = [machine.device.inflateTo(FRAME_BYTES), machine.device.inflateTo(FRAME_BYTES)];
    give(machine, 500, 1);
    expect((await errorOf(first)).reason).toBe("superseded");
    expect(await Promise.all(waits)).toEqual([FRAME_BYTES, FRAME_BYTES]);
  });

  test("rejects with the reason of an aborted signal", async () => {
    const machine = unpinned().up(POLITE);
    const abort = new AbortController();
    const promise = machine.device.inflateTo(FRAME_BYTES, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(promise).rejects.toThrow("enough");
    await expect(machine.device.inflateTo(FRAME_BYTES, { signal: abort.signal })).rejects.toThrow("enough");
    expect(machine.timer.planned).toBe(0);
  });

  test("has no effect if the signal is aborted already, like the other methods that wait", async () => {
    const machine = unpinned().up(POLITE);
    machine.send("stats", machine.buffer(MEMFREE));
    const signal = AbortSignal.abort("enough");
    for (const method of ["stats", "cleanup"] as const)
      await expect(machine.device[method]({ signal })).rejects.toBe("enough");
    await expect(machine.device.inflateTo(FRAME_BYTES, { signal })).rejects.toBe("enough");
    const { targetFrames, chains } = machine.counters;
    expect([targetFrames, chains.stats, machine.device.state().hint.phase]).toEqual([0, 1, "idle"]);
    expect(machine.queue("stats").used()).toEqual([]);
  });

  test("resolves when a driver says that it has taken pages back silently", async () => {
    const machine = unpinned().up(featureSet(Feature.VERSION_1));
    give(machine, 500, 2);
    const promise = machine.device.inflateTo(FRAME_BYTES);
    machine.driver.writeConfig(ACTUAL, 1);
    expect(await promise).toBe(FRAME_BYTES);
    expect(machine.device.ballooned).toBe(2 * FRAME_BYTES);
  });

  test("does not believe a driver that says it has given more than it has", async () => {
    const machine = unpinned().up(POLITE);
    const promise = machine.device.inflateTo(2 * FRAME_BYTES, { timeout: 10 });
    give(machine, 500, 1);
    machine.driver.writeConfig(ACTUAL, 2);
    machine.timer.fire();
    expect(await errorOf(promise)).toMatchObject({ reason: "timeout", ballooned: FRAME_BYTES });
  });

  test("has no time limit with Infinity", () => {
    const machine = unpinned().up(POLITE);
    void machine.device.inflateTo(FRAME_BYTES, { timeout: Infinity });
    expect(machine.timer.planned).toBe(0);
  });

  test.each([
    [[-1], "bytes: expected an integer from 0 to"],
    [["1"], "bytes: expected an integer from 0 to"],
    [[0, { timeout: -1 }], "timeout: expected an integer from 0 to 2147483647, or Infinity, got -1"],
    [[0, { timeOut: 1 }], 'inflateTo: unknown option "timeOut"'],
    [[0, { signal: {} }], "signal.aborted"],
  ] as const)("refuses %j and leaves the target alone", async (args, message) => {
    const machine = unpinned().up(POLITE);
    machine.device.target = FRAME_BYTES;
    await expect(
      (machine.device.inflateTo as (...args: unknown[]) => Promise<number>).apply(machine.device, [...args]),
    ).rejects.toThrow(message);
    expect(machine.device.target).toBe(FRAME_BYTES);
  });

  test("leaves no listener and no timer after a thousand calls", async () => {
    const machine = unpinned().up(POLITE);
    const signal = new AbortController().signal;
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    for (let i = 0; i < 1000; i++) {
      const promise = machine.device.inflateTo(FRAME_BYTES, { signal });
      machine.device.target = 0;
      await errorOf(promise);
    }
    expect(machine.timer.planned).toBe(0);
    expect(add).toHaveBeenCalledTimes(1000);
    expect(remove).toHaveBeenCalledTimes(1000);
  });
});

describe("stats", () => {
  test("resolves with fresh statistics", async () => {
    const machine = unpinned().up(POLITE);
    machine.send("stats", machine.buffer(MEMFREE));
    const promise = machine.device.stats();
    expect(machine.queue("stats").used()).toHaveLength(1);
    machine.send("stats", machine.buffer(MEMFREE));
    const { MEMFREE: free } = await promise;
    expect(free).toBe(9n);
  });

  test("asks a paused machine when it goes on", async () => {
    const machine = unpinned().up(POLITE);
    machine.send("stats", machine.buffer(MEMFREE));
    machine.device.pause();
    const promise = machine.device.stats();
    expect(machine.queue("stats").used()).toHaveLength(0);
    machine.device.resume();
    expect(machine.queue("stats").used()).toHaveLength(1);
    machine.send("stats", machine.buffer(MEMFREE));
    expect(await promise).toEqual({ MEMFREE: 9n });
  });

  test("rejects without a driver, without the feature, and on a reset", async () => {
    const machine = unpinned();
    expect((await errorOf(machine.device.stats())).reason).toBe("unavailable");
    machine.up(featureSet(Feature.VERSION_1));
    expect((await errorOf(machine.device.stats())).reason).toBe("unavailable");
    machine.up(POLITE);
    const promise = machine.device.stats();
    machine.driver.reset();
    expect((await errorOf(promise)).reason).toBe("reset");
  });

  test("an interrupt line that throws leaves no unhandled rejection", async () => {
    const machine = unpinned().up(POLITE);
    machine.send("stats", machine.buffer(MEMFREE));
    machine.queue("stats").suppressInterrupts(false);
    machine.driver.interrupts();
    machine.line.raise = () => {
      throw new Error("no line");
    };
    await expect(machine.device.stats({ timeout: 1 })).rejects.toThrow("no line");
    expect(machine.timer.planned).toBe(0);
    // A test with an unhandled rejection fails.
    await new Promise((resolve) => setTimeout(resolve, 0));
  });

  test("can be asked for at an interval by an option", () => {
    const machine = unpinned({ statsInterval: 250 });
    expect(machine.device.statsInterval).toBe(250);
    expect(machine.timer.delays).toEqual([250]);
  });
});

describe("cleanup", () => {
  const id = (machine: Machine): number => machine.driver.readConfig(8);
  const word = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];

  test("resolves with the size of the free pages when the run is over", async () => {
    const machine = unpinned().up(POLITE);
    const promises = [machine.device.cleanup(), machine.device.cleanup()];
    machine.send("hint", machine.buffer(word(id(machine))));
    machine.send("hint", { address: 600 * FRAME_BYTES, bytes: 2 * FRAME_BYTES, writable: true });
    machine.send("hint", machine.buffer(word(0)));
    expect(await Promise.all(promises)).toEqual([2 * FRAME_BYTES, 2 * FRAME_BYTES]);
    expect(machine.timer.planned).toBe(0);
  });

  test("rejects if the device is reset in the middle, and on a host that pins memory", async () => {
    const machine = unpinned().up(POLITE);
    const promise = machine.device.cleanup();
    machine.send("hint", machine.buffer(word(id(machine))));
    machine.driver.reset();
    expect(machine.driver.status & Status.DRIVER_OK).toBe(0);
    expect((await errorOf(promise)).reason).toBe("reset");
    expect((await errorOf(pinned().up(featureSet(Feature.VERSION_1)).device.cleanup())).reason).toBe(
      "unavailable",
    );
  });
});
