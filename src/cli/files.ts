import { constants } from "node:fs";
import type { Stats } from "node:fs";
import { access, chmod, link, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { InputError } from "./errors.ts";

/** What the codes of the operating system mean for the user. */
const REASONS: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ENOTDIR: "its folder is a file",
  EACCES: "it is not permitted",
  EROFS: "its file system is read-only",
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
    const reason = reasonOf(error, "there is no such file");
    throw new InputError(`cannot read ${nameOf(path)}: ${reason}`, { cause: error });
  }
}

/** Where a result goes, once it is known that it can. */
export interface Output {
  readonly path: string;
  /** The file there that is to be replaced; undefined where there is none, or a pipe or device is written to. */
  readonly replaces: Stats | undefined;
  /** Whether it is a pipe or a device: written to as it is. */
  readonly stream: boolean;
}

/**
 * Whether a file can be written, before the work whose result goes there. Writes nothing.
 * @param mayReplace asked when there is a file already
 * @throws InputError also when the file is to be left as it is
 */
export async function checkOutput(path: string, mayReplace: () => Promise<boolean>): Promise<Output> {
  const before = await stat(path).catch(() => undefined);
  try {
    await checkWritable(path, before);
  } catch (error) {
    throw unwritable(path, error);
  }
  if (before === undefined) return { path, replaces: undefined, stream: false };
  if (!before.isFile()) return { path, replaces: undefined, stream: true };
  if (await mayReplace()) return { path: await realpath(path), replaces: before, stream: false };
  throw new InputError(
    `${path} exists and is left as it is. Name another file with --out, or replace it with --force`,
  );
}

/** A regular file is made in its folder and gets its name when it is whole. */
async function checkWritable(path: string, before: Stats | undefined): Promise<void> {
  if (before?.isDirectory() === true) throw Object.assign(new Error(), { code: "EISDIR" });
  if (before !== undefined) await access(path, constants.W_OK);
  if (before !== undefined && !before.isFile()) return;
  const folder = dirname(before === undefined ? path : await realpath(path));
  if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  await access(folder, constants.W_OK);
}

/** Writes a whole file or none: nobody finds half of it. @throws InputError */
export async function writeOutput({ path, replaces, stream }: Output, bytes: Uint8Array): Promise<void> {
  const part = stream ? path : join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    await writeFile(part, bytes);
    if (stream) return;
    if (replaces === undefined) await nameNew(part, path);
    else {
      await chmod(part, replaces.mode);
      await rename(part, path);
    }
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    if (!stream) await rm(part, { force: true });
  }
}

/** Gives a file its name, unless somebody else took that meanwhile: then it is kept beside the other. */
async function nameNew(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // File systems without links.
    if (code !== "EEXIST") return rename(part, path);
    const kept = `${path}.${process.pid}`;
    await rename(part, kept);
    throw new InputError(`${path} came into being meanwhile and is left as it is: see ${kept}`, {
      cause: error,
    });
  }
}

function unwritable(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const reason = reasonOf(error, "there is no such folder");
  return new InputError(`cannot write ${path}: ${reason}. Name another file with --out`, { cause: error });
}

function reasonOf(error: unknown, missing: string): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? missing : (REASONS[code] ?? String(error));
}
