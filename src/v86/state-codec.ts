import { checkState, decodeSnapshot, encodeSnapshot } from "../balloon/index.ts";
import type { BalloonState } from "../balloon/index.ts";
import { brief, parseBits } from "../balloon/state/snapshot.ts";
import type { PciTransport, Selections } from "./pci-function.ts";

/** What v86 can save: nested arrays of numbers, strings and typed arrays. */
export type V86State = readonly [tag: string, snapshot: Uint8Array, registers: string];

/** How drivers reach the device, and what its driver had selected there. */
export interface SavedRegisters extends Selections {
  /** Not in states of before there was a choice: they are "modern". */
  readonly transport?: PciTransport;
  /** PCI slot; not in states of before it was kept. */
  readonly slot?: number;
}

export interface SavedBalloon extends SavedRegisters {
  readonly state: BalloonState;
}

const TAG = "ballonet";
/** The registers take some 200 characters. Bounds what a forged state can make of the parser. */
const MOST_REGISTERS = 0x1000;

/** The state as v86 stores it: a snapshot of the device, and its registers as JSON. */
export function encodeState({ state, ...registers }: SavedBalloon): V86State {
  return [TAG, encodeSnapshot(state), JSON.stringify(registers)];
}

/**
 * @returns undefined when `saved` is not of this device: nothing at all, or v86's own balloon
 * @throws SnapshotError or TypeError when it is, but cannot be read
 */
export function decodeState(saved: unknown): SavedBalloon | undefined {
  if (!Array.isArray(saved) || saved[0] !== TAG) return undefined;
  const [, snapshot, registers] = saved as unknown[];
  if (!(snapshot instanceof Uint8Array)) return decodeVersion1(snapshot);
  if (typeof registers !== "string" || registers.length > MOST_REGISTERS)
    throw new TypeError("the saved registers of the balloon are not complete");
  return { ...checkRegisters(parse(registers)), state: decodeSnapshot(snapshot) };
}

/** The first version was all JSON, with lists as {words: […]} and bigints as {bits: "hex"}. */
function decodeVersion1(json: unknown): SavedBalloon {
  const saved = parse(json, (_key, value) => {
    if (typeof value !== "object" || value === null) return value;
    if ("bits" in value) return parseBits(value.bits);
    return "words" in value && Array.isArray(value.words) ? Uint32Array.from(value.words as number[]) : value;
  });
  const { state, ...registers } = (saved ?? {}) as Record<string, unknown>;
  return { ...checkRegisters(registers), state: checkState(state) };
}

function parse(json: unknown, revive?: (key: string, value: unknown) => unknown): unknown {
  try {
    if (typeof json !== "string") throw new TypeError("not a string");
    return JSON.parse(json, revive);
  } catch (error) {
    throw new TypeError(`the saved balloon state cannot be read: ${brief(error)}`, { cause: error });
  }
}

function checkRegisters(value: unknown): SavedRegisters {
  const { selection, legacySelection, slot, transport } = (value ?? {}) as Record<string, unknown>;
  const good =
    [undefined, "modern", "transitional", "legacy"].includes(transport as undefined) &&
    (slot === undefined || isCount(slot)) &&
    areCounts(selection, "deviceFeature", "driverFeature", "queue") &&
    (legacySelection === undefined || isLegacySelection(legacySelection));
  if (!good) throw new TypeError("the saved registers of the balloon are not complete");
  return value as SavedRegisters;
}

function isLegacySelection(value: unknown): boolean {
  if (!areCounts(value, "queue")) return false;
  const { partial } = value as { partial: unknown };
  if (!areCounts(partial, "value")) return false;
  const { field } = partial as { field: unknown };
  return field === undefined || isCount(field);
}

/** Whether `value` is an object with a count under each of the names. */
function areCounts(value: unknown, ...names: string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => isCount((value as Record<string, unknown>)[name]));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
