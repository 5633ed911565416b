import { check, describe, readOptions } from "../../options/index.ts";
import type { Table } from "../../options/index.ts";
import { balloonOf, isEmulator } from "../attach-balloon.ts";
import { isDestroyed } from "../destroyed.ts";
import type { ReadableBytes, WritableBytes } from "./byte-streams.ts";
import { FastStates } from "./fast-states.ts";
import { unknownStates } from "./known-states.ts";
import { collect } from "./read-stream.ts";
import { piecesOf } from "./pieces.ts";
import type { StatesMachine } from "./states-machine.ts";

/** Options of {@link saveStateTo}. */
export interface SaveOptions {
  /** Compress the state. {@link restoreStateFrom} can read a compressed state, v86 cannot. @default not compressed */
  readonly compress?: "gzip";
}

/** The kind of every option of {@link saveStateTo}. */
export const SAVE_OPTIONS: Table<SaveOptions> = { compress: { oneOf: ["gzip"] } };

const WRITABLE = { members: { getWriter: { needed: "function" } } } as const;
const READABLE = { members: { getReader: { needed: "function" } } } as const;

/**
 * Writes the state of a v86 machine to a stream, piece by piece. `save_state` needs the whole state in one buffer,
 * which limits its size. The data is the same. The machine is stopped meanwhile, and starts again afterwards if it was
 * running.
 *
 * @example
 * ```ts
 * const file = await handle.createWritable(); // of a FileSystemFileHandle
 * await saveStateTo(emulator, file, { compress: "gzip" });
 * ```
 * @returns the size of the uncompressed state in bytes
 * @throws TypeError for wrong arguments. Error if the machine is not loaded, was destroyed, is of a version of v86
 * whose states are not known, or was started meanwhile. Any error of the stream. The stream is then aborted.
 */
export async function saveStateTo(
  emulator: object,
  writable: WritableBytes,
  options?: SaveOptions,
): Promise<number> {
  const { compress } = readOptions("saveStateTo", SAVE_OPTIONS, options);
  check("writable", WRITABLE, writable);
  const machine = checkMachine("saveStateTo", emulator);
  return compress === undefined ? write(machine, writable) : compressed(machine, writable, compress);
}

/**
 * Restores a v86 machine from a stream with the data of {@link saveStateTo} or `save_state`. Detects gzip compression.
 * Reads all of the stream before it changes anything.
 *
 * @throws TypeError for wrong arguments. Error if the state is truncated, damaged, or of a machine with more memory, or
 * if the machine is not loaded, was destroyed, or is of a version of v86 whose states are not known. Any error of the
 * stream. The machine is then unchanged.
 */
export async function restoreStateFrom(emulator: object, readable: ReadableBytes): Promise<void> {
  check("readable", READABLE, readable);
  const machine = checkMachine("restoreStateFrom", emulator);
  const state = await collect(readable);
  refuse("restoreStateFrom", unfit(machine));
  withStates(machine, (states) => {
    states.restore(state);
  });
}

function checkMachine(caller: string, emulator: object): StatesMachine {
  if (!isEmulator(emulator)) throw new TypeError(`emulator: expected a V86, got ${describe(emulator)}`);
  const machine = emulator as StatesMachine;
  refuse(caller, unfit(machine));
  return machine;
}

function unfit(machine: StatesMachine): string | undefined {
  if (isDestroyed(machine)) return "the machine was destroyed";
  const { v86 } = machine as Partial<StatesMachine>;
  if ((v86?.cpu as Partial<StatesMachine["v86"]["cpu"]> | undefined)?.devices?.pci === undefined)
    return "the machine is not loaded yet";
  return balloonOf(machine)?.states === undefined ? unknownStates(machine) : undefined;
}

/** @throws Error if there is a reason */
function refuse(caller: string, reason: string | undefined): void {
  if (reason !== undefined) throw new Error(`${caller}: ${reason}`);
}

/**
 * Uses the states of the machine's balloon, which knows what need not be saved, or temporary ones if it has no balloon.
 */
function withStates<Result>(machine: StatesMachine, use: (states: FastStates) => Result): Result {
  const states = balloonOf(machine)?.states;
  if (states !== undefined) return use(states);
  const own = new FastStates(machine, undefined);
  try {
    return use(own);
  } finally {
    own.dispose();
  }
}

async function compressed(
  machine: StatesMachine,
  writable: WritableBytes,
  format: CompressionFormat,
): Promise<number> {
  const compression = new CompressionStream(format);
  const [piped, written] = await Promise.allSettled([
    compression.readable.pipeTo(writable as WritableStream<Uint8Array>),
    write(machine, compression.writable as WritableBytes),
  ]);
  // The first failure is the cause of both.
  if (piped.status === "rejected") throw piped.reason;
  if (written.status === "rejected") throw written.reason;
  return written.value;
}

async function write(machine: StatesMachine, writable: WritableBytes): Promise<number> {
  const writer = writable.getWriter();
  const standing = await standStill(machine);
  try {
    const saved = withStates(machine, (states) => states.save());
    for (const piece of piecesOf(machine.v86.cpu, saved)) {
      await writer.ready;
      await writer.write(piece);
      if (standing.broken())
        throw new Error("saveStateTo: the machine was started before its state was written");
    }
    await writer.close();
    return saved.layout.bytes;
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    standing.end();
  }
}

/** Stops a running machine; `end` starts it again. */
async function standStill(machine: StatesMachine): Promise<{ broken(): boolean; end(): void }> {
  const ran = machine.v86.running;
  await machine.stop();
  let started = false;
  const listener = (): void => {
    started = true;
  };
  machine.add_listener("emulator-started", listener);
  return {
    broken: () => started,
    end: () => {
      machine.remove_listener("emulator-started", listener);
      if (ran && !started && !isDestroyed(machine)) void machine.run();
    },
  };
}
