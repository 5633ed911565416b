import { decodeSnapshot, encodeSnapshot } from "../balloon/index.ts";
import type { BalloonState } from "../balloon/index.ts";
import { brief } from "../balloon/state/brief.ts";
import type { PciTransport, Selections } from "./pci-function.ts";

/**
 * The part of a machine's state that v86 saves for the balloon. v86 can save nested arrays of numbers, strings and
 * typed arrays.
 */
export type V86State = readonly [tag: string, snapshot: Uint8Array, registers: string];

/** How drivers reach the device, and what they have selected in its registers. */
export interface SavedRegisters extends Selections {
  readonly transport: PciTransport;
  /** PCI slot. */
  readonly slot: number;
}

export interface SavedBalloon extends SavedRegisters {
  readonly state: BalloonState;
}

const TAG = "ballonet";
/** The registers take about 200 characters. This limits the work that a forged state can cause in the parser. */
const MOST_REGISTERS = 0x1000;

/** Encodes the state in the form that v86 stores: a snapshot of the device, and its registers as JSON. */
export function encodeState({ state, ...registers }: SavedBalloon): V86State {
  return [TAG, encodeSnapshot(state), JSON.stringify(registers)];
}

/**
 * Decodes a state that `encodeState` made.
 * @returns undefined if `saved` does not belong to this device: it is empty, or v86's own balloon
 * @throws SnapshotError or TypeError if it does, but cannot be read
 */
export function decodeState(saved: unknown): SavedBalloon | undefined {
  if (!Array.isArray(saved) || saved[0] !== TAG) return undefined;
  const [, snapshot, registers] = saved as unknown[];
  const good = snapshot instanceof Uint8Array && typeof registers === "string";
  if (!good || registers.length > MOST_REGISTERS)
    throw new TypeError("the saved registers of the balloon are not complete");
  return { ...checkRegisters(parse(registers)), state: decodeSnapshot(snapshot) };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new TypeError(`the saved balloon state cannot be read: ${brief(error)}`, { cause: error });
  }
}

function checkRegisters(value: unknown): SavedRegisters {
  const { selection, legacySelection, slot, transport } = (value ?? {}) as Record<string, unknown>;
  const good =
    ["modern", "transitional", "legacy"].includes(transport as PciTransport) &&
    isCount(slot) &&
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

/** Whether `value` is an object that has a count under each of the names. */
function areCounts(value: unknown, ...names: string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => isCount((value as Record<string, unknown>)[name]));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
