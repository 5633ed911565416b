import { access, lstat, open, rm, writeFile } from "node:fs/promises";
import { constants } from "node:fs";
import { InputError } from "./input-error.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "it may not be written",
  EROFS: "its file system is read-only",
};

/** Whether a file can be written, before the work whose result goes there. Leaves no file behind. @throws InputError */
export async function checkOutput(path: string): Promise<void> {
  const before = await lstat(path).catch(() => undefined);
  try {
    // Whoever reads a pipe would take the end of a first opening for the end of the result.
    if (before?.isFIFO() === true) await access(path, constants.W_OK);
    else await (await open(path, "a")).close();
    if (before === undefined) await rm(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes a whole file. @throws InputError */
export async function writeOutput(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): InputError {
  const { code = "" } = error as NodeJS.ErrnoException;
  const reason = REASONS[code] ?? String(error);
  return new InputError(`cannot write ${path}: ${reason}. Name another file with --out`, { cause: error });
}
