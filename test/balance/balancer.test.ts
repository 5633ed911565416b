import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createBalancer } from "../../src/balance/index.ts";
import type { Balancer } from "../../src/balance/index.ts";
import { FRAME_BYTES, FRAMES, TalkingGuest } from "./talking-guest.ts";

let balancer: Balancer;

function start(budget: number, ...guests: TalkingGuest[]): (() => void)[] {
  balancer = createBalancer({ budgetBytes: budget * FRAME_BYTES, intervalMs: 100 });
  return guests.map(({ machine }) => balancer.add(machine.device));
}

/** One interval: the guests send their statistics and follow their targets. */
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
  test("asks guests for memory and brings them under the budget", () => {
    const [idle, busy] = [new TalkingGuest(500), new TalkingGuest(228)];
    start(1748, idle, busy);
    expect(balancer.committedBytes).toBe(2 * FRAMES * FRAME_BYTES);
    pass(idle, busy);
    expect([idle.target, busy.target]).toEqual([237, 64]);
    expect(balancer.committedBytes).toBeLessThanOrEqual(1748 * FRAME_BYTES);
  });

  test("moves memory from one guest to another, and then stops", () => {
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

  test("sends the target again to a guest that took pages out by itself and no longer needs them", () => {
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

  test("forgets what a guest said when its driver starts again", () => {
    const guest = new TalkingGuest(500);
    start(824, guest);
    guest.answer();
    guest.machine.driver.reset();
    vi.advanceTimersByTime(100);
    expect(guest.target).toBe(0);
  });

  test("leaves the balloon of a guest it releases as it is", () => {
    const guest = new TalkingGuest(500);
    const [leave] = start(824, guest);
    pass(guest);
    leave!();
    expect([guest.target, balancer.committedBytes]).toEqual([200, 0]);
    guest.answer();
    vi.advanceTimersByTime(1000);
    expect([guest.target, guest.answer()]).toEqual([200, false]);
  });

  test("leaves a guest its minimum, even over the budget or when the guest says nothing", () => {
    const [one, silent] = [new TalkingGuest(1000), new TalkingGuest(1000)];
    silent.machine.device.target = FRAMES * 4096;
    balancer = createBalancer({ budgetBytes: FRAME_BYTES, intervalMs: 100 });
    balancer.add(one.machine.device, { minimumBytes: 700 * FRAME_BYTES - 1 });
    balancer.add(silent.machine.device, { minimumBytes: 1024 * FRAME_BYTES });
    pass(one);
    expect([one.target, silent.target]).toEqual([FRAMES - 700, 0]);
  });

  test("asks half as much of a guest with twice the weight", () => {
    const [heavy, light] = [new TalkingGuest(500), new TalkingGuest(500)];
    balancer = createBalancer({ budgetBytes: (2 * FRAMES - 300) * FRAME_BYTES, intervalMs: 100 });
    balancer.add(heavy.machine.device, { weight: 2 });
    balancer.add(light.machine.device);
    pass(heavy, light);
    expect([heavy.target, light.target]).toEqual([100, 200]);
  });
});
