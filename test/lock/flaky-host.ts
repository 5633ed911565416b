import { RecordingHost } from "../../src/host/index.ts";
import type { HostMemory, HostResult } from "../../src/host/index.ts";
import type { GuestMemory } from "../../src/memory/index.ts";

export type Call = "unlock" | "lock" | "discard";

/** Which call fails on which frames, and how. */
export interface Trouble {
  readonly unlock: ReadonlySet<number>;
  readonly lock: ReadonlySet<number>;
  readonly discard: ReadonlySet<number>;
  /** Fail with an exception instead of a result. */
  readonly throws: boolean;
}

export const NO_TROUBLE: Trouble = {
  unlock: new Set<number>(),
  lock: new Set<number>(),
  discard: new Set<number>(),
  throws: false,
};

/** A pinned host on which a call fails when its run touches a bad frame: all or nothing, as {@link HostMemory} requires. */
export class FlakyHost implements HostMemory {
  readonly pinned: boolean;
  readonly recording: RecordingHost;
  trouble: Trouble = NO_TROUBLE;

  /** @param ram the number of frames from 0 on, or guest memory */
  constructor(ram: number | GuestMemory, pinned = true) {
    this.recording = new RecordingHost(typeof ram === "number" ? { frames: ram } : { memory: ram });
    this.pinned = pinned;
  }

  unlock(first: number, frames: number): HostResult {
    return this.#fail("unlock", first, frames) ?? this.recording.unlock(first, frames);
  }

  lock(first: number, frames: number): HostResult {
    return this.#fail("lock", first, frames) ?? this.recording.lock(first, frames);
  }

  discard(first: number, frames: number): HostResult {
    return this.#fail("discard", first, frames) ?? this.recording.discard(first, frames);
  }

  #fail(call: Call, first: number, frames: number): HostResult {
    for (let frame = first; frame < first + frames; frame++) {
      if (!this.trouble[call].has(frame)) continue;
      if (this.trouble.throws) throw new Error("the host broke");
      return { code: "EAGAIN", message: `${call} failed` };
    }
    return undefined;
  }
}
