import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { InputError } from "./errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
};

/** How messages call an input. */
export function nameOf(path: string): string {
  return path === "-" ? "standard input" : path;
}

/** The bytes of a file; of standard input for `-`. @throws InputError */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await (path === "-" ? buffer(process.stdin) : readFile(path));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new InputError(`cannot read ${nameOf(path)}: ${REASONS[code] ?? String(error)}`, { cause: error });
  }
}
