import fc from "fast-check";
import { expect } from "vitest";
import { ConfigField } from "../../../src/balloon/config.ts";
import { commandKind } from "./command.ts";
import type { CommandKind } from "./command.ts";
import type { Model } from "./model.ts";
import type { Real } from "./real.ts";
import { FRAMES, moods } from "./setup.ts";
import type { HostMood } from "./setup.ts";

const none = fc.constant(undefined);

/** What the embedder does, and how its host behaves. */
export const hostCommands: readonly CommandKind[] = [
  commandKind(2, "set-target", fc.nat(FRAMES), (model, { machine }, frames) => {
    machine.device.target = frames * 4096;
    model.setConfig(ConfigField.NUM_PAGES, frames);
  }),
  commandKind(2, "ask-stats", none, (model, { machine }) => {
    expect(machine.device.requestStats()).toBe(model.askForStats());
  }),
  commandKind(
    4,
    "ask-free-pages",
    none,
    (model, { machine }) => {
      expect(machine.device.requestFreePages()).toBe(model.askForPages());
    },
    // Most drivers do not have this queue, and asking them does nothing.
    (model) => model.has("hint") || model.driver !== "up",
  ),
  commandKind(4, "host-mood", moods, setMood),
  commandKind(2, "retry-locks", none, (model, { machine }) => {
    expect(machine.device.retryLocks()).toBe(model.retryLocks());
  }),
  commandKind(
    5,
    "clock",
    fc.constantFrom(1, 1, 1, 12),
    (model, { machine }, times) => {
      for (let left = times; left > 0 && model.planned.length > 0; left--) {
        machine.timer.fire();
        model.clock();
      }
    },
    ({ planned }) => planned.length > 0,
  ),
];

export function setMood(model: Model, real: Real, mood: HostMood): void {
  real.setMood(mood);
  model.mood = mood;
}
