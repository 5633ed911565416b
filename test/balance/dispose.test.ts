import { setImmediate as tick } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import type { Balancer } from "../../src/balance/index.ts";
import type { Balloon } from "../../src/balloon/index.ts";
import { FRAME_BYTES, TalkingGuest } from "./talking-guest.ts";

const options = { budgetBytes: 824 * FRAME_BYTES, intervalMs: 100 };

/** Listeners of a device that were not removed. */
function countListeners(device: Balloon): () => number {
  const live = new Set<object>();
  const on = device.on.bind(device);
  vi.spyOn(device, "on").mockImplementation((name, listener) => {
    const stop = on(name, listener);
    live.add(stop);
    return () => {
      live.delete(stop);
      stop();
    };
  });
  return () => live.size;
}

describe("a disposed balancer", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each<[string, (balancer: Balancer) => void]>([
    [
      "dispose()",
      (balancer) => {
        balancer.dispose();
        balancer.dispose();
      },
    ],
    [
      "Symbol.dispose",
      (balancer) => {
        balancer[Symbol.dispose]();
      },
    ],
  ])("has no timer, no listeners and no guests, and moves nothing (disposed by %s)", (_, dispose) => {
    const guest = new TalkingGuest(500);
    const listeners = countListeners(guest.machine.device);
    const balancer = createBalancer(options);
    const leave = balancer.add(guest.machine.device);
    guest.answer();
    expect([vi.getTimerCount(), listeners() > 0, balancer.disposed]).toEqual([1, true, false]);
    dispose(balancer);
    leave();
    balancer.round();
    vi.advanceTimersByTime(1000);
    expect([vi.getTimerCount(), listeners(), balancer.disposed]).toEqual([0, 0, true]);
    expect([guest.target, balancer.committedBytes]).toEqual([0, 0]);
    expect(() => balancer.add(guest.machine.device)).toThrow("Balancer: used after dispose");
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  test("has a timer only while it has guests", () => {
    const balancer = createBalancer(options);
    const counts = [vi.getTimerCount()];
    const [one, other] = [new TalkingGuest(1), new TalkingGuest(1)];
    for (let i = 0; i < 2; i++) {
      const leave = [one, other].map(({ machine }) => balancer.add(machine.device));
      counts.push(vi.getTimerCount());
      leave[0]!();
      counts.push(vi.getTimerCount());
      leave[1]!();
      counts.push(vi.getTimerCount());
    }
    expect(counts).toEqual([0, 1, 1, 0, 1, 1, 0]);
  });
});

describe("a guest whose device is disposed of", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each<[string, (device: Balloon) => void]>([
    [
      "at once, when the device reports it",
      (device) => {
        device.dispose();
      },
    ],
    [
      "at the next round, when the balancer notices it",
      (device) => {
        Object.defineProperty(device, "disposed", { value: true });
        vi.advanceTimersByTime(100);
      },
    ],
  ])("leaves %s", (_, dispose) => {
    const { device } = new TalkingGuest(500).machine;
    const listeners = countListeners(device);
    const onError = vi.fn();
    const balancer = createBalancer({ ...options, onError });
    balancer.add(device);
    dispose(device);
    expect([vi.getTimerCount(), listeners(), balancer.committedBytes]).toEqual([0, 0, 0]);
    expect(onError).not.toHaveBeenCalled();
  });

  test("cannot be added", () => {
    const { device } = new TalkingGuest(500).machine;
    const listeners = countListeners(device);
    Object.defineProperty(device, "disposed", { value: true });
    expect(() => createBalancer(options).add(device)).toThrow(RangeError);
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });
});

describe("a balancer keeps no machine alive:", () => {
  setFlagsFromString("--expose_gc");
  const gc = runInNewContext("gc") as () => void;

  async function collected(refs: readonly WeakRef<object>[]): Promise<boolean> {
    for (let i = 0; i < 20; i++) {
      await tick();
      gc();
    }
    return refs.every((ref) => ref.deref() === undefined);
  }

  test.each<[string, (balancer: Balancer, leave: () => void) => void]>([
    ["a machine that nobody refers to any more", () => undefined],
    [
      "a machine that was moved",
      (balancer) => {
        balancer.round();
      },
    ],
    [
      "a machine that was removed",
      (_, leave) => {
        leave();
      },
    ],
    [
      "a machine whose balancer was disposed of",
      (balancer) => {
        balancer.dispose();
      },
    ],
  ])("%s is collected, although the function that removes it is kept", async (_, then) => {
    const balancer = createBalancer({ ...options, intervalMs: 1 });
    const leaves: (() => void)[] = [];
    const make = (): WeakRef<object>[] => {
      const guest = new TalkingGuest(500);
      const leave = balancer.add(guest.machine.device);
      // An emulator that wants to know would do this.
      guest.machine.device.on("stats", () => guest.available);
      guest.answer();
      leaves.push(leave);
      then(balancer, leave);
      return [new WeakRef(guest), new WeakRef(guest.machine.device)];
    };
    expect(await collected(make())).toBe(true);
    balancer.round();
    expect(balancer.committedBytes).toBe(0);
    for (const leave of leaves) leave();
    balancer.dispose();
  });
});
