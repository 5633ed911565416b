import { describe, readOptions } from "../options/index.ts";
import { V86_BALLOON_OPTIONS } from "./options.ts";
import type { V86BalloonOptions } from "./options.ts";
import { V86Balloon } from "./v86-balloon.ts";
import type { V86Like } from "./v86-like.ts";

/** One balloon for each machine. Balloons that were disposed of do not count. */
const balloons = new WeakMap<object, V86Balloon>();

/**
 * Attaches a virtio-balloon to an unmodified v86 machine, right after `new V86(…)` or at any later time.
 *
 * A guest that boots afterwards finds the device; a guest that is already running finds it when it rescans its PCI bus.
 * If the machine is restored from a state, or starts from an `initial_state`, the balloon in that state is restored
 * too, unless the machine has run without a balloon since.
 * @throws TypeError if it is not an emulator; Error if the machine already has a balloon (v86's own or one of these),
 * or if the PCI slot is taken; TypeError or RangeError for wrong options. Errors that show only when the machine is
 * ready reject {@link V86Balloon.ready}.
 */
export function attachBalloon(emulator: object, options?: V86BalloonOptions): V86Balloon {
  const read = readOptions("attachBalloon", V86_BALLOON_OPTIONS, options);
  if (!isEmulator(emulator)) throw new TypeError(`emulator: expected a V86, got ${describe(emulator)}`);
  if (balloons.get(emulator)?.disposed === false)
    throw new Error("attachBalloon: the machine has a balloon already");
  const balloon = new V86Balloon(emulator, read);
  balloons.set(emulator, balloon);
  return balloon;
}

/** The balloon that is attached to a machine now and has its device. */
export function balloonOf(emulator: object): V86Balloon | undefined {
  const balloon = balloons.get(emulator);
  return balloon?.attached === true ? balloon : undefined;
}

export function isEmulator(value: unknown): value is V86Like {
  const emulator = (value ?? {}) as Record<string, unknown>;
  const methods = ["add_listener", "remove_listener", "stop", "destroy"];
  return (
    typeof emulator.emulator_bus === "object" && methods.every((name) => typeof emulator[name] === "function")
  );
}
