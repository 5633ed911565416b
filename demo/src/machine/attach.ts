import type { V86 } from "v86";
import { RecordingHost } from "../../../src/host/index.ts";
import type { HostMemory } from "../../../src/host/index.ts";
import { attachBalloon } from "../../../src/v86/index.ts";
import type { V86Balloon } from "../../../src/v86/index.ts";
import { GuestMemory } from "./guest-memory.ts";
import type { LockTrouble, Settings } from "./settings.ts";

/** Where the embedded guest looks for SILENT_DEFLATE: in the range for devices, far from every known claim. */
export const SILENT_BIT = 50;

/** A balloon, and what the page knows of the memory under it. */
export interface Attached {
  readonly balloon: V86Balloon;
  readonly memory: GuestMemory;
  /** The exact set of locked frames, as if a device had been passed through. Undefined if memory is plain. */
  readonly locks: RecordingHost | undefined;
  /** 1 for each frame that the guest has reported as free so far. */
  readonly reported: Uint8Array;
}

/** Attaches a balloon to a loaded machine. */
export function attach(emulator: V86, settings: Settings, trouble: LockTrouble): Attached {
  const memory = new GuestMemory(emulator);
  const reported = new Uint8Array(memory.frames);
  let locks: RecordingHost | undefined;
  const balloon: V86Balloon = attachBalloon(emulator, {
    silentDeflate: settings.deviceClass,
    silentDeflateBit: SILENT_BIT,
    onLockFailure: () => trouble.action,
    deflateOnOom: true,
    freePageReporting: true,
    relockFreePages: true,
    host: (zeroing, frames) => {
      const host = noting(zeroing, (first, count) => {
        memory.dropping(first, count);
        // The events say how many frames were reported, not which ones: the discarded frames that are not ballooned.
        if (!balloon.device.pages.has(first)) reported.fill(1, first, first + count);
      });
      if (settings.memoryKind === "plain") return host;
      locks = new RecordingHost({ frames, inner: host });
      return locks;
    },
  });
  return { balloon, memory, locks, reported };
}

/** The same host, with a call of `discarding` before each discard. */
function noting(inner: HostMemory, discarding: (first: number, frames: number) => void): HostMemory {
  return {
    pinned: inner.pinned,
    unlock: (first, frames) => inner.unlock(first, frames),
    lock: (first, frames) => inner.lock(first, frames),
    discard: (first, frames) => {
      discarding(first, frames);
      return inner.discard(first, frames);
    },
    fill: (first, frames, word) => inner.fill?.(first, frames, word),
  };
}
