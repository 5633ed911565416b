import type { BalloonState } from "../device/index.ts";
import type { LegacySelection } from "../virtio/index.ts";
import type { PciTransport, Selections } from "./pci-function.ts";

/** What v86 can save: nested arrays of numbers, strings and typed arrays — no plain objects, no bigint. */
export type V86State = readonly [tag: string, json: string];

/** A device's state, how drivers reach it, and what its driver had selected there. */
export interface SavedBalloon extends Selections {
  readonly state: BalloonState;
  /** Not in states of before there was a choice: they are "modern". */
  readonly transport?: PciTransport;
}

const TAG = "ballonet";

/** The state as v86 stores it. */
export function encodeState(saved: SavedBalloon): V86State {
  return [TAG, JSON.stringify(saved, encodeValue)];
}

/**
 * @returns undefined when `saved` is not of this device: nothing at all, or v86's own balloon
 * @throws TypeError when it is, but cannot be read
 */
export function decodeState(saved: unknown): SavedBalloon | undefined {
  if (!Array.isArray(saved) || saved[0] !== TAG) return undefined;
  const parsed: unknown = parse(saved[1]);
  if (!isSaved(parsed)) throw new TypeError("the saved balloon state is not complete");
  return parsed;
}

function encodeValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { bits: value.toString(16) };
  return value instanceof Uint32Array ? { words: [...value] } : value;
}

function decodeValue(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("bits" in value && typeof value.bits === "string") return BigInt(`0x${value.bits}`);
  return "words" in value && Array.isArray(value.words) ? Uint32Array.from(value.words as number[]) : value;
}

function parse(json: unknown): unknown {
  try {
    return JSON.parse(String(json), decodeValue);
  } catch (error) {
    throw new TypeError(`the saved balloon state cannot be read: ${String(error)}`, { cause: error });
  }
}

interface Shape {
  readonly [key: string]: Shape | "number" | "bigint" | "string" | "words" | "boolean";
}

const VIRTIO: Shape = { status: "number", accepted: "bigint", isr: "number", generation: "number" };
const SAVED: Shape = {
  selection: { deviceFeature: "number", driverFeature: "number", queue: "number" },
  state: {
    version: "number",
    frames: "number",
    numbering: "string",
    virtio: VIRTIO,
    target: "number",
    actual: "number",
    poison: "number",
    held: "words",
    lock: { keptLocked: "words", owed: "words" },
    hint: { phase: "string", run: "number" },
    hintCommand: "number",
  },
};
const QUEUE: Shape = {
  size: "number",
  enabled: "boolean",
  descriptors: "number",
  driver: "number",
  device: "number",
  nextAvail: "number",
  nextUsed: "number",
};

/** Beside what every state has: lists, and what may be missing. */
function isSaved(value: unknown): value is SavedBalloon {
  if (!hasShape(value, SAVED)) return false;
  const { legacySelection, state } = value as SavedBalloon;
  const { virtio, withheld, statsBuffer } = state;
  const queues: unknown = virtio.queues;
  return (
    Array.isArray(queues) &&
    queues.every((queue) => hasShape(queue, QUEUE)) &&
    [undefined, "modern", "legacy"].includes(virtio.interface) &&
    (legacySelection === undefined || isLegacySelection(legacySelection)) &&
    (withheld === undefined || hasShape(withheld, { head: "number", runs: "words" })) &&
    (statsBuffer === undefined || isCount(statsBuffer))
  );
}

function isLegacySelection(value: LegacySelection): boolean {
  if (!hasShape(value, { queue: "number", partial: { value: "number" } })) return false;
  const { field } = value.partial;
  return field === undefined || isCount(field);
}

function hasShape(value: unknown, shape: Shape[string]): boolean {
  if (shape === "number") return isCount(value);
  if (shape === "words") return value instanceof Uint32Array;
  if (typeof shape === "string") return typeof value === shape;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(shape).every(([key, inner]) =>
    hasShape((value as Record<string, unknown>)[key], inner),
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
