import { constants } from "node:fs";
import type { Stats } from "node:fs";
import { access, chmod, link, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { InputError } from "./errors.ts";

/** Explanations of the operating system's error codes for the user. */
const REASONS: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ENOTDIR: "its folder is a file",
  EACCES: "it is not permitted",
  EROFS: "its file system is read-only",
};

/** The name of an input in messages. */
export function nameOf(path: string): string {
  return path === "-" ? "standard input" : path;
}

/** Reads a file, or standard input for `-`. @throws InputError */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await (path === "-" ? buffer(process.stdin) : readFile(path));
  } catch (error) {
    const reason = reasonOf(error, "there is no such file");
    throw new InputError(`cannot read ${nameOf(path)}: ${reason}`, { cause: error });
  }
}

/** A place for a result, after a check that it can be written. */
export interface Output {
  readonly path: string;
  /** The existing file that will be replaced; undefined if there is none, or if the output is a pipe or device. */
  readonly replaces: Stats | undefined;
  /** Whether it is a pipe or a device, which is written directly. */
  readonly stream: boolean;
}

/**
 * Checks whether a file can be written, before the work that produces its contents. Writes nothing.
 * @param mayReplace asked if the file already exists
 * @throws InputError, also if an existing file must not be replaced
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
    `${path} exists and is left unchanged. Name another file with --out, or replace it with --force`,
  );
}

/**
 * Checks whether the output can be written. A regular file is first written under another name in its folder, and gets
 * its own name when it is complete.
 */
async function checkWritable(path: string, before: Stats | undefined): Promise<void> {
  if (before?.isDirectory() === true) throw Object.assign(new Error(), { code: "EISDIR" });
  if (before !== undefined) await access(path, constants.W_OK);
  if (before !== undefined && !before.isFile()) return;
  const folder = dirname(before === undefined ? path : await realpath(path));
  if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  await access(folder, constants.W_OK);
}

/** Writes a whole file or none, so that no incomplete file can be seen. @throws InputError */
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

/**
 * Gives a file its name. If another process has taken the name meanwhile, both files are kept, this one under another
 * name.
 */
async function nameNew(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The file system has no hard links.
    if (code !== "EEXIST") return rename(part, path);
    const kept = `${path}.${process.pid}`;
    await rename(part, kept);
    throw new InputError(`${path} was created meanwhile and is left unchanged: the result is in ${kept}`, {
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
