import type { V86 } from "v86";
import { RecordingHost } from "../../../src/host/index.ts";
import type { HostMemory } from "../../../src/host/index.ts";
import { attachBalloon } from "../../../src/v86/index.ts";
import type { V86Balloon } from "../../../src/v86/index.ts";
import type { LockTrouble, Settings } from "./settings.ts";

/** Where the embedded guest looks for SILENT_DEFLATE: in the range for devices, far from every known claim. */
export const SILENT_BIT = 50;

/** A balloon, the pinned host under it, and which frames the guest has reported as free (1) so far. */
export interface Attached {
  readonly balloon: V86Balloon;
  readonly host: RecordingHost;
  readonly reported: Uint8Array;
}

/** Attaches a balloon whose host keeps an exact lock set in memory, as if a device had been passed through. */
export function attach(emulator: V86, settings: Settings, trouble: LockTrouble): Attached {
  let host: RecordingHost | undefined;
  let reported = new Uint8Array();
  const balloon: V86Balloon = attachBalloon(emulator, {
    silentDeflate: settings.deviceClass,
    silentDeflateBit: SILENT_BIT,
    onLockFailure: () => trouble.action,
    deflateOnOom: true,
    freePageReporting: true,
    relockFreePages: true,
    host: (zeroing, frames) => {
      reported = new Uint8Array(frames);
      const isHeld = (frame: number): boolean => balloon.device.pages.has(frame);
      host = new RecordingHost({ frames, inner: noting(zeroing, isHeld, reported) });
      return host;
    },
  });
  return { balloon, host: host!, reported };
}

/** The events say how many frames were reported, not which ones. Those are the discarded frames that are not ballooned. */
function noting(inner: HostMemory, isHeld: (frame: number) => boolean, reported: Uint8Array): HostMemory {
  return {
    pinned: inner.pinned,
    unlock: (first, frames) => inner.unlock(first, frames),
    lock: (first, frames) => inner.lock(first, frames),
    discard: (first, frames) => {
      if (!isHeld(first)) reported.fill(1, first, first + frames);
      return inner.discard(first, frames);
    },
  };
}
