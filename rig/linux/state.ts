import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { createAtomically } from "./cache.ts";

/**
 * A saved emulator state in a file. It is compressed mainly for gzip's checksum, which reveals a damaged state before
 * it runs, and less for the space (guest memory is mostly zeros).
 */
export class StateFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @returns undefined if there is no state, or if it cannot be read */
  async load(): Promise<ArrayBuffer | undefined> {
    try {
      return toArrayBuffer(await promisify(gunzip)(await readFile(this.#path)));
    } catch {
      return undefined;
    }
  }

  /** Replaces the stored state. */
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
 * Starts from the stored state. If there is none, or if it cannot be used, starts without it and stores the state of
 * the result.
 *
 * @param start must reject if it fails, after cleaning up
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

/** Returns a whole ArrayBuffer, as v86 needs. A small Node buffer is a view of a larger, pooled one. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
