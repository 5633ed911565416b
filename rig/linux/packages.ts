// Fetches i386 packages with the system's own apt. It uses apt's sources, proxies and keys, so every byte is verified.
// Lists and downloads go to a private folder, which needs no root and does not change the system's architectures.
import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LinuxUnavailableError } from "./unavailable.ts";

/** A metapackage that depends on the newest kernel for i386 without PAE, the only kind that v86 runs. */
const KERNEL_METAPACKAGE = "linux-image-686";
const FETCH_TIMEOUT_MS = 300_000;

/** Paths of the three `.deb` files. */
export interface Packages {
  readonly kernel: string;
  readonly busybox: string;
  readonly bios: string;
}

/**
 * Downloads the newest kernel, busybox and SeaBIOS packages into `scratch`.
 *
 * @throws LinuxUnavailableError if apt is missing, has no sources for i386, or cannot reach them
 */
export async function downloadPackages(scratch: string): Promise<Packages> {
  const apt = await privateApt(scratch);
  const updateFailure = await apt("apt-get", "update").then(() => undefined, unlessMissing);
  const kernel = await kernelPackage(apt, updateFailure);
  await apt("apt-get", "download", kernel, "busybox-static", "seabios").catch((error: unknown) => {
    throw new LinuxUnavailableError(`apt-get download failed (${reasonOf(error)})`, { cause: error });
  });
  const names = await readdir(scratch);
  const path = (name: string): string =>
    join(scratch, names.find((file) => file.startsWith(`${name}_`)) ?? name);
  return { kernel: path(kernel), busybox: path("busybox-static"), bios: path("seabios") };
}

type Apt = (tool: "apt-get" | "apt-cache", ...args: string[]) => Promise<string>;

async function privateApt(scratch: string): Promise<Apt> {
  const state = join(scratch, "apt");
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(state, "archives", "partial"), { recursive: true });
  await writeFile(join(state, "status"), "");
  const settings = Object.entries(aptSettings(state)).map(([key, value]) => `-o${key}=${value}`);
  return async (tool, ...args) => {
    const options = { cwd: scratch, timeout: FETCH_TIMEOUT_MS, env: { ...process.env, LC_ALL: "C" } };
    return (await promisify(execFile)(tool, ["-q", ...settings, ...args], options)).stdout;
  };
}

function aptSettings(state: string): Record<string, string> {
  return {
    "APT::Architecture": "i386",
    "APT::Architectures": "i386",
    // apt's own user may not have access to a folder inside a user's checkout.
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
    "Acquire::http::Timeout": "30",
    "Acquire::https::Timeout": "30",
    // Without this, an update that reached no server at all counts as a success.
    "APT::Update::Error-Mode": "any",
    "Dir::State": state,
    "Dir::State::lists": join(state, "lists"),
    "Dir::State::status": join(state, "status"),
    "Dir::Cache": state,
    "Dir::Cache::archives": join(state, "archives"),
  };
}

/** Ignores a failed update unless apt is missing. An update fails if any source fails, even one that is not needed. */
function unlessMissing(error: unknown): unknown {
  if (!isMissing(error)) return error;
  throw new LinuxUnavailableError("there is no apt-get on this machine", { cause: error });
}

async function kernelPackage(apt: Apt, updateFailure: unknown): Promise<string> {
  const shown = await apt("apt-cache", "depends", KERNEL_METAPACKAGE).catch(() => "");
  const concrete = /Depends: (linux-image-\S+)/.exec(shown)?.[1];
  if (concrete !== undefined) return concrete;
  const why = updateFailure === undefined ? "" : ` (apt-get update: ${reasonOf(updateFailure)})`;
  throw new LinuxUnavailableError(`apt's sources here have no ${KERNEL_METAPACKAGE} for i386${why}`, {
    cause: updateFailure,
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Why a child process failed: apt's first error, or the last line that another tool printed to stderr. */
export function reasonOf(error: unknown): string {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  if (stderr === "") return String(error).split("\n", 1)[0]!;
  return /^E: (.*)$/m.exec(stderr)?.[1] ?? stderr.split("\n").at(-1)!;
}
