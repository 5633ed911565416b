import { describe, readOptions } from "../../options/index.ts";
import type { Table } from "../../options/index.ts";
import { balloonOf, isEmulator } from "../attach-balloon.ts";
import { isDestroyed } from "../destroyed.ts";
import { leftOut } from "../left-out.ts";
import type { V86Balloon } from "../v86-balloon.ts";
import { cleanUp } from "./clean-up.ts";
import type { CleanedUp } from "./clean-up.ts";
import { checkMachineOptions } from "./check-machine-options.ts";
import { unknownShape } from "./core.ts";
import type { Machine } from "./core.ts";
import { replacedFunction } from "./graft.ts";
import type { MachineOptions } from "./machine-options.ts";
import { newCore } from "./new-core.ts";
import { switchCore } from "./switch-core.ts";
import { moduleOf } from "./wasm-source.ts";
import type { Instantiate } from "./wasm-source.ts";

/** Options of {@link compact}. */
export interface CompactOptions {
  /**
   * Ask the guest for its free memory first, as `balloon.compat.Cleanup` does. The memory it names need not be copied.
   * @default false
   */
  readonly cleanUp?: boolean;
}

/** The kind of every option of {@link compact}. */
export const COMPACT_OPTIONS: Table<CompactOptions> = { cleanUp: "boolean" };

/** The result of {@link compact}. */
export interface Compaction {
  /** Bytes that were copied. The new memory takes this much memory of the host. */
  readonly copiedBytes: number;
  /**
   * Size of the memory, the same before and after. The part that was not copied takes no memory of the host until the
   * guest writes to it.
   */
  readonly memoryBytes: number;
  /** How long the guest was stopped, in milliseconds. */
  readonly stillMs: number;
  /** What the guest gave up, if it was asked. */
  readonly cleanedUp: CleanedUp | undefined;
}

/** Machines that are being compacted. */
const busy = new WeakSet();

/**
 * Gives a running machine a new WebAssembly instance with fresh memory, in an unmodified v86. This returns to the
 * system all memory that is in the guest's balloon or holds only zeros. A WebAssembly memory never shrinks, but the old
 * one is freed at the next garbage collection, in a browser within a minute.
 *
 * The emulator object and its devices, adapters, listeners, disks, connections and balloon stay the same. Only the
 * contents of WebAssembly move, all at once, between two turns of v86's loop. A stopped guest stays stopped. v86
 * translates the guest's code again. This also works without a balloon, because pages of zeros are not copied.
 *
 * @example
 * ```ts
 * await compact(emulator);                                // v86 loaded its module by itself
 * await compact(emulator, { wasm_fn }, { cleanUp: true }); // the machine was made with a function
 * ```
 * @param machine the options that the machine was made with, for `wasm_fn` or `wasm_path`; not needed if v86 has kept
 * its module
 * @throws TypeError, RangeError or Error for wrong options. Error if the machine is not loaded, was destroyed or is
 * already being compacted, if its host locks memory, or if this version of v86 is not known. Any error from
 * instantiating the module. In all these cases the guest goes on unchanged.
 */
export async function compact(
  emulator: object,
  machine?: MachineOptions,
  options?: CompactOptions,
): Promise<Compaction> {
  const read = readOptions("compact", COMPACT_OPTIONS, options);
  const checked = checkEmulator(emulator);
  const instantiate = findModule(checked, machine);
  const balloon = balloonOf(emulator);
  refuse(pinned(balloon));
  if (read.cleanUp === true && balloon === undefined)
    throw new Error("cleanUp: the machine has no balloon to ask");
  busy.add(emulator);
  try {
    return await move(checked, instantiate, read.cleanUp === true ? balloon : undefined);
  } finally {
    busy.delete(emulator);
  }
}

function checkEmulator(emulator: object): Machine {
  if (!isEmulator(emulator)) throw new TypeError(`emulator: expected a V86, got ${describe(emulator)}`);
  const machine = emulator as unknown as Machine;
  if (busy.has(emulator)) throw new Error("compact: the machine is being compacted already");
  refuse(unfit(machine));
  return machine;
}

/** Returns why the machine cannot be compacted now. */
function unfit(machine: Machine): string | undefined {
  if (isDestroyed(machine)) return "the machine was destroyed";
  const v86 = machine.v86 as Partial<Machine["v86"]> | undefined;
  if (v86?.cpu?.devices.pci === undefined) return "the machine is not loaded yet";
  const unknown = unknownShape(machine);
  if (unknown !== undefined) return `this version of v86 is not known: ${unknown}`;
  const replaced = replacedFunction(machine.v86.cpu);
  return replaced === undefined ? undefined : `${replaced} of the processor was replaced by other code`;
}

function findModule(machine: Machine, options: MachineOptions | undefined): Instantiate {
  const instantiate = moduleOf(machine, checkMachineOptions(machine, options));
  if (instantiate === undefined)
    throw new Error(
      "compact: v86 has not kept its module: give the wasm_fn or wasm_path the machine was made with",
    );
  return instantiate;
}

function pinned(balloon: V86Balloon | undefined): string | undefined {
  if (balloon?.device.counters().pinned !== true) return undefined;
  return "the host locks guest memory in place; ballonet/node returns ballooned pages without moving memory";
}

/** @throws Error if there is a reason */
function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new Error(`compact: ${reason}`);
}

async function move(
  machine: Machine,
  instantiate: Instantiate,
  asked: V86Balloon | undefined,
): Promise<Compaction> {
  const cleanedUp = asked === undefined ? undefined : await cleanUp(asked);
  const core = await newCore(machine, instantiate);
  // Time has passed, so the machine may have changed.
  refuse(unfit(machine));
  const balloon = balloonOf(machine);
  refuse(pinned(balloon));
  const start = performance.now();
  const copiedBytes = switchCore(machine, core, balloon?.device, leftOut(balloon?.device));
  return {
    copiedBytes,
    memoryBytes: core.memory.buffer.byteLength,
    stillMs: performance.now() - start,
    cleanedUp,
  };
}
