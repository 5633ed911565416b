import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import type { Balancer, BalancerOptions } from "../../src/balance/index.ts";
import { unpinned } from "../device/harness.ts";
import type { ListingHost, Machine } from "../device/harness.ts";

const FRAMES = 1024;
const FRAME_BYTES = 4096;
const AVAIL = 6;

let balancer: Balancer;

/** A guest that says what it has available whenever it is asked. */
class TalkingGuest {
  readonly machine: Machine<ListingHost> = unpinned({ frames: FRAMES, deflateOnOom: true }).up();
  available: number;

  constructor(available: number) {
    this.available = available;
    this.#say();
  }

  get target(): number {
    return this.machine.device.target;
  }

  /** Answers if it was asked; returns whether it was. */
  answer(): boolean {
    if (this.machine.queue("stats").used().length === 0) return false;
    this.#say();
    return true;
  }

  /** Moves its balloon to the target. */
  obey(): void {
    const { device } = this.machine;
    const held = device.held.count;
    const pfns = Array.from(
      { length: Math.abs(this.target - held) },
      (_, i) => Math.min(held, this.target) + i,
    );
    if (pfns.length > 0) this.machine[this.target > held ? "inflate" : "deflate"](...pfns);
    this.available -= this.target - held;
  }

  #say(): void {
    const entry = new DataView(new ArrayBuffer(10));
    entry.setUint16(0, AVAIL, true);
    entry.setBigUint64(2, BigInt(this.available * FRAME_BYTES), true);
    this.machine.send("stats", this.machine.buffer(new Uint8Array(entry.buffer)));
  }
}

function start(budget: number, ...guests: TalkingGuest[]): (() => void)[] {
  balancer = createBalancer({ budgetBytes: budget * FRAME_BYTES, intervalMs: 100 });
  return guests.map(({ machine }) => balancer.add(machine.device));
}

/** One interval, in which the guests say what they have and do as they are told. */
function pass(...guests: TalkingGuest[]): void {
  for (const guest of guests) guest.answer();
  vi.advanceTimersByTime(100);
  for (const guest of guests) guest.obey();
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  balancer.dispose();
  vi.useRealTimers();
});

describe("a balancer", () => {
  test("asks, and brings guests under the budget", () => {
    const [idle, busy] = [new TalkingGuest(500), new TalkingGuest(228)];
    start(1748, idle, busy);
    expect(balancer.committedBytes).toBe(2 * FRAMES * FRAME_BYTES);
    pass(idle, busy);
    expect([idle.target, busy.target]).toEqual([237, 64]);
    expect(balancer.committedBytes).toBeLessThanOrEqual(1748 * FRAME_BYTES);
  });

  test("moves memory from one to the other, and then nothing any more", () => {
    const [one, other] = [new TalkingGuest(500), new TalkingGuest(500)];
    start(1648, one, other);
    pass(one, other);
    one.available -= 290;
    for (let i = 0; i < 4; i++) pass(one, other);
    expect(one.available).toBeGreaterThanOrEqual(126);
    expect(balancer.committedBytes).toBeLessThanOrEqual(1648 * FRAME_BYTES);
    const targets = [one.target, other.target];
    for (let i = 0; i < 4; i++) pass(one, other);
    expect([one.target, other.target]).toEqual(targets);
  });

  test("tells a guest again that took pages out by itself and no longer needs them", () => {
    const guest = new TalkingGuest(500);
    start(824, guest);
    pass(guest);
    const { target, machine } = guest;
    expect(target).toBe(200);
    machine.deflate(197, 198, 199);
    machine.driver.interrupts();
    vi.advanceTimersByTime(100);
    expect([guest.target, machine.driver.interrupts().config]).toEqual([target, true]);
    guest.obey();
    vi.advanceTimersByTime(100);
    expect(machine.driver.interrupts().config).toBe(false);
  });

  test("forgets what a guest said when its driver starts anew", () => {
    const guest = new TalkingGuest(500);
    start(824, guest);
    guest.answer();
    guest.machine.driver.reset();
    vi.advanceTimersByTime(100);
    expect(guest.target).toBe(0);
  });

  test("lets a guest go with its balloon as it is", () => {
    const guest = new TalkingGuest(500);
    const [leave] = start(824, guest);
    pass(guest);
    leave!();
    expect([guest.target, balancer.committedBytes]).toEqual([200, 0]);
    guest.answer();
    vi.advanceTimersByTime(1000);
    expect([guest.target, guest.answer()]).toEqual([200, false]);
  });

  test("does nothing after it was stopped", () => {
    const guest = new TalkingGuest(500);
    start(824, guest);
    balancer.dispose();
    pass(guest);
    expect(guest.target).toBe(0);
  });

  test.each([[{ budgetBytes: 0 }], [{ budgetBytes: NaN }], [{ budgetBytes: 1, intervalMs: 0 }]])(
    "%j: not an option",
    (options) => {
      expect(() => createBalancer(options)).toThrow(RangeError);
      balancer = createBalancer({ budgetBytes: 1 });
    },
  );

  test.each([[undefined], [{}], [{ budgetBytes: "1" }], [{ budgetBytes: 1, intervalMs: "1" }]])(
    "%j: not of the kind of an option",
    (options) => {
      expect(() => createBalancer(options as unknown as BalancerOptions)).toThrow(TypeError);
      balancer = createBalancer({ budgetBytes: 1 });
    },
  );
});
