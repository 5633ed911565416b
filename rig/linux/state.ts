import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { createAtomically } from "./cache.ts";

/**
 * A saved emulator state in a file. Compressed less for the space (guest memory is mostly zeros) than for gzip's
 * checksum: a damaged state is found out before it runs.
 */
export class StateFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns undefined when there is none, or none that can be read. */
  async load(): Promise<ArrayBuffer | undefined> {
    try {
      return toArrayBuffer(await promisify(gunzip)(await readFile(this.#path)));
    } catch {
      return undefined;
    }
  }

  /** Replaces what was stored. */
  async store(state: ArrayBuffer): Promise<void> {
    const packed = await promisify(gzip)(new Uint8Array(state), { level: 1 });
    await createAtomically(this.#path, async (scratch) => {
      const path = join(scratch, "state");
      await writeFile(path, packed);
      return path;
    });
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/**
 * Starts from the stored state; without one, or when it is of no use, starts without and stores the result's state.
 *
 * @param start fails by rejecting; then it has cleaned up after itself.
 */
export async function restoreOrBoot<T extends Saveable>(
  start: (state?: ArrayBuffer) => Promise<T>,
  file: StateFile,
): Promise<T> {
  const state = await file.load();
  if (state) {
    try {
      return await start(state);
    } catch {
      await file.remove();
    }
  }
  const guest = await start();
  try {
    await file.store(await guest.save());
  } catch (error) {
    await guest.destroy();
    throw error;
  }
  return guest;
}

interface Saveable {
  save(): Promise<ArrayBuffer>;
  destroy(): Promise<void>;
}

/** Small Node buffers are windows into a larger, pooled ArrayBuffer; v86 takes whole ArrayBuffers only. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
