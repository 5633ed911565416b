import { describe, expect, test } from "vitest";
import { HintCommand } from "../../src/balloon/queues/hint.ts";
import type { RecordingHost } from "../../src/host/index.ts";
import type { LockFailureAction, OnLockFailure } from "../../src/lock/index.ts";
import { framesOf, pinned, range } from "./harness.ts";
import type { Machine } from "./harness.ts";
import { modelOf } from "./internals.ts";

/**
 * A scenario runs through the whole device, once for each of its host calls with that call failing. After every step
 * the host's lock set is what the policy says, the page set is what was acknowledged, and every acknowledged
 * deflate has its pages locked, unless the policy is to degrade.
 */
class Scenario {
  readonly machine: Machine;
  readonly policy: LockFailureAction;
  /** The page set as the guest knows it: the pages it gave, without those it got back. */
  guestGave = new Set<number>();
  /** Deflates that the guest waits for: their frames by head. */
  readonly waiting = new Map<number, readonly number[]>();

  constructor(policy: LockFailureAction, onLockFailure: OnLockFailure = policy) {
    this.policy = policy;
    this.machine = pinned({ frames: 256, scratch: 128, onLockFailure, stats: false }).up();
  }

  get host(): RecordingHost {
    return this.machine.host;
  }

  run(): void {
    this.inflate([...range(0, 8), ...range(16, 4)]);
    this.inflate([...range(8, 4), 40, 42, 44]);
    this.inflate([50, 51, 60, 60, 999]);
    this.deflate([0, 1, 2, 3, 4, 17, 18]);
    this.deflate([8, 9, 40, 44, 44]);
    this.inflate([2, 3, 17, 70]);
    this.deflate([2, 60, 100]);
    this.reset();
    this.inflate([0, 1, 2, 80]);
    this.deflate([0, 80]);
    this.reset();
  }

  inflate(pfns: readonly number[]): void {
    const { machine } = this;
    const head = machine.inflate(...pfns);
    const acknowledged = machine.queue("inflate").used();
    if (this.stopped) expect(acknowledged).toEqual([]);
    else {
      expect(acknowledged).toEqual([{ head, written: 0 }]);
      for (const pfn of pfns) if (pfn < 256) this.guestGave.add(pfn);
    }
    this.check();
  }

  deflate(pfns: readonly number[]): void {
    this.waiting.set(this.machine.deflate(...pfns), pfns);
    this.takeAcknowledged();
    this.check();
  }

  /** The clock runs until nothing is planned. */
  wait(): void {
    while (this.machine.timer.planned > 0) this.machine.timer.fire();
    this.takeAcknowledged();
    this.check();
  }

  reset(): void {
    this.machine.up();
    this.guestGave.clear();
    this.waiting.clear();
    expect(this.machine.timer.planned).toBe(0);
    this.check();
  }

  get stopped(): boolean {
    return this.machine.counters.needsReset;
  }

  takeAcknowledged(): void {
    for (const { head, written } of this.machine.queue("deflate").used()) {
      expect(written).toBe(0);
      const pfns = this.waiting.get(head);
      expect(pfns).toBeDefined();
      this.waiting.delete(head);
      for (const pfn of pfns!) this.guestGave.delete(pfn);
      const unlocked = pfns!.filter((pfn) => pfn < 256 && !this.host.isLocked(pfn));
      if (this.policy !== "degrade") expect(unlocked).toEqual([]);
    }
  }

  check(): void {
    const { machine, host, policy } = this;
    expect(machine.ballooned).toEqual([...this.guestGave].sort((a, b) => a - b));
    const { keptLocked, owed } = machine.device.state().lock;
    const kept = new Set(framesOf(keptLocked));
    const unlocked = new Set(framesOf(owed));
    for (const pfn of machine.ballooned) if (!kept.has(pfn)) unlocked.add(pfn);
    const really = range(0, 256).filter((frame) => !host.isLocked(frame));
    expect(really).toEqual([...unlocked].sort((a, b) => a - b));
    expect(framesOf(keptLocked).filter((pfn) => !this.guestGave.has(pfn))).toEqual([]);
    expect(framesOf(owed).filter((pfn) => this.guestGave.has(pfn))).toEqual([]);
    expect(this.waiting.size > 0).toBe(machine.counters.withheld || this.stopped);
    if (policy === "degrade") expect(this.waiting.size).toBe(0);
    if (policy === "degrade" || policy === "withhold") expect(this.stopped).toBe(false);
    if (policy === "needs-reset") expect(machine.counters.withheld).toBe(false);
    expect(machine.canaryIntact).toBe(true);
  }
}

const CODES = ["ENOMEM", "EPERM", "EAGAIN", "EINVAL"];

/** The scenario's host calls when nothing fails. */
const clean = new Scenario("degrade");
clean.run();
const CALLS = clean.host.calls.slice();

test("the scenario makes every kind of call, and ends with all memory locked", () => {
  const kinds = CALLS.map(({ call }) => call);
  expect(kinds.filter((call) => call === "unlock").length).toBeGreaterThan(8);
  expect(kinds.filter((call) => call === "lock").length).toBeGreaterThan(8);
  expect(kinds.filter((call) => call === "discard").length).toBeGreaterThan(8);
  expect(clean.host.lockedFrames).toBe(256);
});

/** What a failing lock of a deflate leads to. Locks of a reset have nobody who could wait: their frames are owed. */
function isDeflateLock(call: number): boolean {
  return CALLS[call]!.call === "lock" && RESET_CALLS.every(([from, to]) => call < from || call >= to);
}
const RESET_CALLS = resetCalls();

function resetCalls(): [from: number, to: number][] {
  const spans: [number, number][] = [];
  const scenario = new Scenario("degrade");
  scenario.machine.device.on("reset", () => {
    spans.at(-1)![1] = scenario.host.made;
  });
  const reset = scenario.reset.bind(scenario);
  scenario.reset = () => {
    spans.push([scenario.host.made, 0]);
    reset();
  };
  scenario.run();
  return spans;
}

describe.each(range(0, CALLS.length))("if host call %d fails,", (call) => {
  const failing = (code: string, policy: LockFailureAction, onLockFailure?: OnLockFailure): Scenario => {
    const scenario = new Scenario(policy, onLockFailure);
    scenario.host.failCall(call, code);
    return scenario;
  };

  test("degrade acknowledges everything and records what could not be locked", () => {
    for (const code of CODES) {
      const scenario = failing(code, "degrade");
      scenario.run();
      expect(failuresOf(scenario)).toBe(1);
      const owed = scenario.machine.device.retryLocks();
      expect([owed, scenario.host.lockedFrames]).toEqual([0, 256]);
    }
  });

  test("withhold acknowledges once the lock has succeeded", () => {
    for (const code of CODES) {
      const scenario = failing(code, "withhold");
      const deflate = scenario.deflate.bind(scenario);
      let withheld = 0;
      scenario.deflate = (pfns) => {
        deflate(pfns);
        if (scenario.machine.counters.withheld) withheld++;
        scenario.wait();
        expect(scenario.waiting.size).toBe(0);
      };
      scenario.run();
      expect(withheld).toBe(isDeflateLock(call) ? 1 : 0);
      expect(failuresOf(scenario)).toBe(1);
    }
  });

  test("needs-reset stops the device at a deflate that could not be locked, until a reset", () => {
    for (const code of CODES) {
      const scenario = failing(code, "needs-reset");
      const reasons: string[] = [];
      scenario.machine.device.on("needs-reset", (reason) => reasons.push(reason));
      scenario.run();
      expect(reasons).toHaveLength(isDeflateLock(call) ? 1 : 0);
      expect(scenario.stopped).toBe(false);
    }
  });

  test("a callback that degrades does the same as degrade, and gets the code", () => {
    for (const code of CODES) {
      const codes: string[] = [];
      const scenario = failing(code, "degrade", (failure) => (codes.push(failure.code), "degrade"));
      scenario.run();
      expect(codes).toEqual(isDeflateLock(call) ? [code] : []);
    }
  });
});

describe("if any two host calls fail, withhold ends with all memory locked:", () => {
  test.each(range(0, CALLS.length))("call %d and each of those after it", (first) => {
    for (let second = first + 1; second < CALLS.length + 3; second++) {
      const scenario = new Scenario("withhold");
      scenario.host.failCall(first);
      scenario.host.failCall(second);
      const deflate = scenario.deflate.bind(scenario);
      scenario.deflate = (pfns) => {
        deflate(pfns);
        scenario.wait();
      };
      scenario.run();
    }
  });
});

function failuresOf({ machine }: Scenario): number {
  const { unlockFailures, lockFailures, discardFailures } = machine.counters.host;
  return unlockFailures + lockFailures + discardFailures;
}

describe("a withheld acknowledgement", () => {
  /** Frames 1–3 and 9 are ballooned; the host locks no more. */
  function stuck(): Scenario {
    const scenario = new Scenario("withhold");
    scenario.inflate([1, 2, 3, 9]);
    scenario.host.lockLimit = 0;
    scenario.deflate([1, 2, 3, 9]);
    return scenario;
  }

  test("stalls the deflate queue, in order, and nothing else", () => {
    const scenario = stuck();
    const { machine } = scenario;
    expect(machine.counters.withheld).toBe(true);
    scenario.inflate([20, 21]);
    scenario.deflate([20]);
    expect([...scenario.waiting.values()]).toEqual([[1, 2, 3, 9], [20]]);
    expect(machine.ballooned).toEqual([1, 2, 3, 9, 20, 21]);
    scenario.host.lockLimit = 256;
    machine.timer.fire();
    scenario.takeAcknowledged();
    expect(scenario.waiting.size).toBe(0);
    expect(machine.ballooned).toEqual([21]);
    expect(machine.queue("deflate").usedIndex).toBe(2);
    expect(machine.driver.interrupts().queue).toBe(true);
    scenario.check();
  });

  test("is tried again after 1, 2, 4 … 512 ms; then the device needs a reset", () => {
    const scenario = stuck();
    const { timer, device } = scenario.machine;
    const events: unknown[] = [];
    device.on("withheld", (withheld) => events.push(withheld));
    device.on("needs-reset", (reason) => events.push(reason));
    const attempts: number[] = [];
    device.on("lock-failure", ({ attempt }) => attempts.push(attempt));
    while (timer.planned > 0) timer.fire();
    expect(timer.delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    expect(attempts).toEqual(range(1, 10));
    expect(scenario.stopped).toBe(true);
    expect(events).toEqual(["memory the guest takes back could not be locked"]);
    expect(scenario.machine.ballooned).toEqual([1, 2, 3, 9]);
    expect(scenario.machine.queue("deflate").used()).toEqual([]);
    expect(scenario.machine.driver.interrupts().config).toBe(true);
  });

  test("is given when the last try succeeds", () => {
    const scenario = stuck();
    for (let i = 0; i < 9; i++) scenario.machine.timer.fire();
    scenario.host.lockLimit = 256;
    scenario.wait();
    expect(scenario.waiting.size).toBe(0);
    expect(scenario.stopped).toBe(false);
  });

  test("is reported to listeners when it begins and ends, and counts as one batch", () => {
    const scenario = new Scenario("withhold");
    const events: unknown[] = [];
    scenario.machine.device.on("withheld", (withheld) => events.push(withheld));
    scenario.machine.device.on("deflate", (batch) => events.push(batch));
    scenario.inflate([1, 2, 9]);
    scenario.host.failCall(1);
    scenario.deflate([1, 2, 9]);
    scenario.wait();
    expect(events).toEqual([true, { pfns: 3, changed: 3, balloonedFrames: 0 }, false]);
    expect(scenario.machine.counters.batches).toEqual({ inflate: 1, deflate: 1 });
  });

  test("is forgotten by a reset (RESET-2)", () => {
    const scenario = stuck();
    scenario.reset();
    expect(scenario.machine.counters.withheld).toBe(false);
    scenario.host.lockLimit = 256;
    scenario.inflate([30]);
    scenario.deflate([30]);
    expect(scenario.waiting.size).toBe(0);
  });

  test("ends when the callback is asked again and answers needs-reset", () => {
    const answers = ["withhold", "withhold", "needs-reset"] as const;
    let asked = 0;
    const { machine } = new Scenario("withhold", () => answers[asked++]!);
    machine.inflate(5);
    machine.host.lockLimit = 0;
    machine.deflate(5);
    machine.timer.fire();
    expect(machine.counters.needsReset).toBe(false);
    machine.timer.fire();
    expect(machine.counters.needsReset).toBe(true);
    expect(machine.timer.planned).toBe(0);
  });

  test("ends when the callback is asked again and answers degrade", () => {
    const answers = ["withhold", "degrade"] as const;
    let asked = 0;
    const { machine } = new Scenario("withhold", () => answers[asked++]!);
    machine.inflate(5);
    machine.host.lockLimit = 0;
    machine.deflate(5);
    machine.timer.fire();
    expect(machine.queue("deflate").used()).toHaveLength(1);
    expect(machine.counters).toMatchObject({ owedFrames: 1, withheld: false, balloonedFrames: 0 });
  });

  test("is dropped when another queue turns out to be corrupt", () => {
    const scenario = stuck();
    scenario.machine.queue("inflate").offer(500);
    scenario.machine.queue("inflate").kick();
    expect(scenario.stopped).toBe(true);
    expect(scenario.machine.timer.planned).toBe(0);
  });
});

describe("a callback that reads the device's state", () => {
  test.each(["degrade", "withhold", "needs-reset"] as const)("does not disturb the batch: %s", (action) => {
    const scenario = new Scenario(action, () => {
      // Listing the page set uses the tracker's run area, where the batch's runs were.
      scenario.machine.device.state();
      return action;
    });
    const { host, machine } = scenario;
    scenario.inflate([1, 2, 3, 9, 20, 21, 30, 40, 41]);
    host.failCall(1);
    scenario.deflate([2, 9, 20, 40, 41]);
    expect(machine.ballooned).toEqual(
      action === "degrade" ? [1, 3, 21, 30] : [1, 2, 3, 9, 20, 21, 30, 40, 41],
    );
    expect(machine.counters.owedFrames).toBe(action === "degrade" ? 1 : 0);
  });
});

describe("the device without the lock policy", () => {
  test("makes no host call for a silent driver on pinned memory, whatever the driver sends", () => {
    const machine = pinned({ silentDeflateBit: 50, frames: 256 });
    machine.up(modelOf(machine.device).offeredFeatures);
    machine.inflate(1, 2, 3);
    machine.deflate(1);
    expect(machine.ballooned).toEqual([2, 3]);
    machine.up();
    expect(machine.host.calls).toEqual([]);
    expect(machine.queue("inflate").usedIndex).toBe(0);
    expect(machine.driver.readConfig(8)).toBe(HintCommand.STOP);
  });
});
