import { RecordingHost } from "../../host/index.ts";
import type { DeviceClass } from "../../negotiation/index.ts";
import { attachBalloon } from "../../v86/index.ts";
import type { V86Balloon, V86BalloonOptions } from "../../v86/index.ts";

/** A suggested private bit for SILENT_DEFLATE. It is in the range for devices, far from every known use. */
export const SILENT_BIT = 50;

/** How many frames the demo leaves in the balloon after it has inflated to `target` frames. */
export const leftOf = (target: number): number => Math.floor(0.3 * target);

/** What the user asks for. */
export interface DemoSettings {
  readonly silentDeflate: DeviceClass;
  /** Whether the device offers {@link SILENT_BIT} if its class allows that. */
  readonly offersSilent: boolean;
  /** Size of guest memory. */
  readonly memoryBytes: number;
  /** How many 4 KiB frames to inflate to. */
  readonly target: number;
  /** More words for the guest's command line. */
  readonly words: readonly string[];
}

/** A balloon and its host, as the demo attaches them to a guest. */
export interface DemoMachine {
  readonly balloon: V86Balloon;
  readonly host: RecordingHost;
}

/**
 * Attaches a balloon whose host tracks locks exactly, in memory, and really zeroes what is discarded. The host is
 * pinned, as with PCI passthrough, so that the lock policy has an effect.
 */
export function attachDemoBalloon(
  emulator: object,
  { silentDeflate, offersSilent }: DemoSettings,
  options: V86BalloonOptions = {},
): DemoMachine {
  let host: RecordingHost | undefined;
  const balloon = attachBalloon(emulator, {
    ...options,
    silentDeflate,
    ...(offersSilent ? { silentDeflateBit: SILENT_BIT } : {}),
    host: (inner, guestFrames) => (host = new RecordingHost({ frames: guestFrames, inner })),
  });
  return { balloon, host: host! };
}
