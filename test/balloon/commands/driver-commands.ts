import fc from "fast-check";
import { expect } from "vitest";
import { ConfigField } from "../../../src/balloon/config.ts";
import { Feature } from "../../../src/negotiation/index.ts";
import type { MockBuffer } from "../../../src/virtio/index.ts";
import { commandKind } from "./command.ts";
import type { CommandKind } from "./command.ts";
import type { Model } from "./model.ts";
import type { Real } from "./real.ts";
import { batches, choices, FRAMES, ranges } from "./setup.ts";
import { ROLES } from "../optional-queues.ts";
import type { DriverChoice, Range } from "./setup.ts";

const none = fc.constant(undefined);

/** What the guest's driver does, right or wrong. */
export const driverCommands: readonly CommandKind[] = [
  commandKind(2, "negotiate", choices, bringUp),
  commandKind(8, "driver-ok", none, ready, ({ driver }) => driver === "setting-up"),
  commandKind(1, "reset", none, (model, real) => {
    real.machine.driver.reset();
    model.reset();
  }),
  commandKind(
    2,
    "reset-queue",
    fc.constantFrom(...ROLES),
    (model, { machine }, role) => {
      machine.renewQueue(role, model.size);
      model.resetQueue(role);
    },
    (model, role) => model.has(role) && model.took(Feature.RING_RESET),
  ),
  commandKind(
    16,
    "inflate",
    batches,
    (model, { machine }, pfns) => {
      model.send("inflate", machine.inflate(...pfns), 1, () => model.inflate(pfns));
    },
    (model) => model.fits("inflate", 1),
  ),
  commandKind(
    16,
    "deflate",
    batches,
    (model, { machine }, pfns) => {
      model.send("deflate", machine.deflate(...pfns), 1, (head) => model.deflate(pfns, head));
    },
    (model) => model.fits("deflate", 1),
  ),
  commandKind(
    2,
    "leave-stats",
    none,
    (model, { machine }) => {
      const sent = machine.send("stats", machine.buffer([4, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
      model.send("stats", sent, 1, (head) => model.leaveStats(head));
    },
    (model) => model.fits("stats", 1),
  ),
  commandKind(
    4,
    "report",
    ranges,
    (model, { machine }, ranges) => {
      const head = machine.send("report", ...ranges.map(writable));
      model.send("report", head, ranges.length, () => model.report(ranges));
    },
    (model, ranges) => model.fits("report", ranges.length),
  ),
  commandKind(
    6,
    "hint-id",
    fc.constantFrom("current", "current", "stop", "old"),
    (model, { machine }, which) => {
      const id = which === "stop" ? 0 : model.run - Number(which === "old");
      model.send("hint", machine.send("hint", machine.buffer(le32(id))), 1, () => model.hintId(id));
    },
    (model) => model.fits("hint", 1),
  ),
  commandKind(
    4,
    "hint-pages",
    ranges,
    (model, { machine }, ranges) => {
      const head = machine.send("hint", ...ranges.map(writable));
      model.send("hint", head, ranges.length, () => model.hintPages(ranges));
    },
    (model, ranges) => model.fits("hint", ranges.length),
  ),
  commandKind(2, "use-pages", fc.integer({ min: 1, max: 0xffffffff }), (model, real, word) => {
    real.write(model.ownPages, word);
    model.write(word);
  }),
  commandKind(
    1,
    "write-actual",
    fc.nat(FRAMES),
    (model, { machine }, frames) => {
      machine.driver.writeConfig(ConfigField.ACTUAL, frames);
      model.config[ConfigField.ACTUAL] = frames;
    },
    ({ driver }) => driver !== "away",
  ),
  commandKind(
    1,
    "write-poison",
    fc.constantFrom(0, 0xaaaaaaaa),
    (model, { machine }, word) => {
      machine.driver.writeConfig(ConfigField.POISON_VAL, word);
      model.writePoison(word);
    },
    ({ driver }) => driver !== "away",
  ),
];

/** A driver negotiates and, if it is accepted, sets up its queues. */
export function bringUp(model: Model, real: Real, choice: DriverChoice): void {
  const features = model.choice(choice);
  model.negotiate(choice);
  expect(real.negotiate(features, choice.size)).toBe(model.driver === "setting-up");
  if (choice.ready && model.driver === "setting-up") ready(model, real);
}

function ready(model: Model, { machine }: Real): void {
  machine.driver.ready();
  model.ready();
}

function writable(range: Range): MockBuffer {
  return { ...range, writable: true };
}

function le32(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}
