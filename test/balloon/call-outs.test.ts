import { describe, expect, test } from "vitest";
import type { BalloonOptions, BalloonState } from "../../src/balloon/index.ts";
import { RecordingHost } from "../../src/host/index.ts";
import type { HostMemory } from "../../src/host/index.ts";
import type { LockFailureAction } from "../../src/lock/index.ts";
import { framesOf, Machine } from "./harness.ts";
import { virtioOf } from "./internals.ts";

const FRAMES = 64;
/** Rings and buffers are above the frames that the guest gives. */
const SCRATCH = 32;
const GIVEN = [1, 3, 5, 7];
const TAKEN = [1, 3, 5];

/** Where the host's code runs while the device works. */
const CALL_OUTS = [
  "before unlock",
  "after unlock",
  "before discard",
  "after discard",
  "before lock",
  "after lock",
  "onLockFailure",
  "onChain",
  "interrupt",
  "listener",
  "written",
] as const;
type CallOut = (typeof CALL_OUTS)[number];

const ACTIONS: readonly LockFailureAction[] = ["degrade", "withhold", "needs-reset"];

type Act = (machine: Called) => void;

/** What the host's code may do there: everything that a device, its registers and its driver offer. */
const METHODS: Readonly<Record<string, Act>> = {
  "reset the device": ({ device }) => {
    virtioOf(device).reset();
  },
  "reset it by its registers": ({ driver }) => {
    driver.reset();
  },
  "reset the deflate queue": ({ device }) => {
    virtioOf(device).resetQueue(1);
  },
  "save it": ({ device }) => {
    device.state();
  },
  "restore it": ({ device, saved }) => {
    device.restore(saved!);
  },
  "save and restore it": ({ device }) => {
    device.restore(device.state());
  },
  "dispose of it": ({ device }) => {
    device.dispose();
  },
  "notify the queues": ({ device }) => {
    for (let i = 0; i < 5; i++) virtioOf(device).notify(i);
  },
  "retry locks": ({ device }) => {
    device.retryLocks();
  },
  "set a target": ({ device }) => {
    device.target = device.target === 9 * 4096 ? 8 * 4096 : 9 * 4096;
  },
  "ask for statistics and free pages": ({ device }) => {
    device.requestStats();
    device.requestFreePages();
  },
  "pause and resume": ({ device }) => {
    device.pause();
    device.resume();
  },
  "let its timers run": ({ timer }) => {
    while (timer.planned > 0) timer.fire();
  },
  "look at all there is": ({ device, counters }) => {
    device.pages.forEachRun(() => undefined);
    expect(counters.frames).toBe(FRAMES);
  },
  "need a reset": ({ device }) => {
    virtioOf(device).needsReset();
  },
};

/** Whether the previous driver is gone afterwards. */
const ENDS_DRIVER = new Set(["reset the device", "reset it by its registers", "dispose of it"]);

/** A machine whose host does something at each call-out of one kind, up to a number of times. */
class Called extends Machine<HostMemory> {
  saved: BalloonState | undefined;
  acts = 0;
  #left = 0;
  #where: CallOut | undefined;
  #act: Act = () => undefined;
  readonly recording: RecordingHost;

  constructor(onLockFailure: LockFailureAction) {
    const at = (where: CallOut): void => {
      self.reached(where);
    };
    let recording!: RecordingHost;
    const options: Partial<BalloonOptions> = {
      freePageReporting: true,
      relockFreePages: true,
      onChain: () => {
        at("onChain");
      },
      onLockFailure: () => {
        at("onLockFailure");
        return onLockFailure;
      },
    };
    super({
      ...options,
      frames: FRAMES,
      scratch: SCRATCH,
      host: (_, frames) => {
        recording = new RecordingHost({ frames });
        return hooked(recording, at);
      },
    });
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the hooks are made before there is a `this`
    const self = this;
    this.recording = recording;
    this.device.on("inflate", () => {
      at("listener");
    });
    const raise = this.line.raise.bind(this.line);
    this.line.raise = () => {
      raise();
      at("interrupt");
    };
  }

  /** From now on, does `act` at the first `times` call-outs of this kind. */
  hook(where: CallOut, times: number, act: Act): void {
    this.#where = where;
    this.#left = times;
    this.#act = act;
  }

  reached(where: CallOut): void {
    if (where !== this.#where || this.#left === 0) return;
    this.#left--;
    this.acts++;
    this.#act(this);
  }

  /** Gives frames, takes some back while a lock fails, reports others, and lets the timers run. */
  scenario(): void {
    this.try(() => this.inflate(...GIVEN));
    this.recording.failCall(1, "ENOMEM");
    this.try(() => this.deflate(...TAKEN));
    this.try(() => this.send("report", { address: 20 * 4096, bytes: 2 * 4096, writable: true }));
    for (let i = 0; i < 40 && this.timer.planned > 0; i++) this.timer.fire();
  }

  /** A driver that was reset has no queues any more, and its notifications do nothing. */
  try(send: () => number): void {
    send();
  }
}

function hooked(host: RecordingHost, at: (where: CallOut) => void): HostMemory {
  const around =
    (call: "unlock" | "discard" | "lock") =>
    (first: number, frames: number): ReturnType<HostMemory["lock"]> => {
      at(`before ${call}`);
      const result = host[call](first, frames);
      at(`after ${call}`);
      if (call === "discard") at("written");
      return result;
    };
  return { pinned: true, unlock: around("unlock"), discard: around("discard"), lock: around("lock") };
}

/** Every frame is locked, ballooned or owed; no frame is both owed and ballooned. */
function expectSound(machine: Called): void {
  const { device, recording } = machine;
  const ballooned = new Set(framesOf(device.pages.allRuns()));
  const owed = new Set(framesOf(device.state().lock.owed));
  const unknown = Array.from({ length: FRAMES }, (_, frame) => frame).filter(
    (frame) => !recording.isLocked(frame) && !ballooned.has(frame) && !owed.has(frame),
  );
  expect(unknown, "unlocked, and unknown to the report").toEqual([]);
  expect([...owed].filter((frame) => ballooned.has(frame))).toEqual([]);
  expect(machine.canaryIntact).toBe(true);
}

describe.each(ACTIONS)("with the lock policy %s,", (action) => {
  describe.each(CALL_OUTS)("host code at %s", (where) => {
    test.each(Object.entries(METHODS))("may %s", (name, act) => {
      for (const times of [1, 50]) {
        const machine = new Called(action);
        machine.up();
        machine.saved = machine.device.state();
        machine.hook(where, times, act);
        machine.scenario();
        expectSound(machine);
        if (ENDS_DRIVER.has(name) && machine.acts > 0 && times === 50) expect(machine.ballooned).toEqual([]);
        if (machine.device.disposed) continue;
        // The next driver finds a device that works.
        machine.hook(where, 0, act);
        virtioOf(machine.device).reset();
        machine.device.retryLocks();
        expect(machine.recording.lockedFrames).toBe(FRAMES);
        machine.up();
        machine.inflate(9);
        expect(machine.ballooned).toEqual([9]);
      }
    });
  });
});

describe("a timer that host code runs in the middle of a batch", () => {
  test("serves what waits after the batch: every chain once and in order, with an interrupt", () => {
    const machine = new Called("degrade").up();
    machine.hook("after discard", 1, ({ timer }) => {
      machine.deflate(GIVEN[0]!);
      machine.inflate(9);
      timer.fire();
    });
    machine.inflate(...GIVEN);
    expect(machine.ballooned).toEqual(GIVEN);
    expect(machine.driver.interrupts().queue).toBe(true);
    machine.timer.fire();
    expect(machine.ballooned).toEqual([...GIVEN.slice(1), 9]);
    expect(machine.driver.interrupts().queue).toBe(true);
    expect(machine.queue("inflate").used()).toEqual([
      { head: 0, written: 0 },
      { head: 1, written: 0 },
    ]);
    expect(machine.queue("deflate").used()).toEqual([{ head: 0, written: 0 }]);
  });

  test("tries a withheld deflate again after the batch", () => {
    const machine = new Called("withhold").up();
    machine.inflate(...GIVEN);
    machine.recording.failCall(0, "ENOMEM");
    machine.deflate(GIVEN[0]!);
    machine.hook("after discard", 1, ({ timer }) => {
      timer.fire();
    });
    machine.inflate(9);
    expect(machine.ballooned).toEqual([...GIVEN, 9]);
    machine.timer.fire();
    expect(machine.ballooned).toEqual([...GIVEN.slice(1), 9]);
    expect(machine.queue("deflate").usedIndex).toBe(1);
    expect(machine.timer.planned).toBe(0);
  });
});

describe("a state that host code saves in the middle of a batch", () => {
  const inBatch = CALL_OUTS.filter((where) => where !== "interrupt" && where !== "listener");

  test.each(inBatch)(
    "at %s is the state before the batch, and a restore applies the batch again",
    (where) => {
      const machine = new Called("degrade").up();
      const states: { state: BalloonState; ram: Uint8Array; ballooned: number[] }[] = [];
      let before: number[] = [];
      machine.hook(where, 1000, ({ device, memory }) => {
        states.push({ state: device.state(), ram: memory.bytes.slice(), ballooned: before });
      });
      machine.inflate(...GIVEN);
      before = machine.ballooned;
      machine.recording.failCall(1, "ENOMEM");
      machine.deflate(...TAKEN);
      expect(states.length).toBeGreaterThan(0);
      for (const { state, ram, ballooned } of states) {
        expect(framesOf(state.ballooned)).toEqual(ballooned);
        const after = ballooned.length === 0 ? GIVEN : GIVEN.filter((frame) => !TAKEN.includes(frame));
        const copy = new Called("degrade").up();
        copy.memory.bytes.set(ram);
        expect(copy.device.restore(structuredClone(state))).toBeUndefined();
        expect(copy.ballooned).toEqual(ballooned);
        while (copy.timer.planned > 0) copy.timer.fire();
        expect(copy.ballooned).toEqual(after);
        const role = ballooned.length === 0 ? "inflate" : "deflate";
        expect(copy.queue(role).usedIndex).toBe(1);
      }
    },
  );
});
