// Fetches i386 packages with the system's own apt. It uses apt's sources, proxies and keys, so every byte is verified.
// Lists and downloads go to a private folder, which needs no root and does not change the system's architectures.
import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LinuxUnavailableError } from "./unavailable.ts";

/** A metapackage that depends on the newest kernel for i386 without PAE. */
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

/** A kernel that the sources of this Debian do not have. */
export interface KernelSource {
  /** A suite on the same mirror, such as "bullseye". */
  readonly suite: string;
  /** What the package is called. The newest of several is taken. */
  readonly name: RegExp;
}

/**
 * Downloads a kernel's package into `scratch`, and no list but that of its suite. Returns its path.
 *
 * @throws LinuxUnavailableError if apt is missing, or if the mirror does not have the suite or the kernel
 */
export async function downloadKernel(scratch: string, { suite, name }: KernelSource): Promise<string> {
  const apt = await privateApt(scratch, suite);
  const unavailable = (error: unknown): never => {
    throw new LinuxUnavailableError(`apt-get found no kernel in ${suite} (${reasonOf(error)})`, {
      cause: error,
    });
  };
  await apt("apt-get", "update").catch(unavailable);
  const names = (await apt("apt-cache", "pkgnames", "linux-image-").catch(unavailable)).split("\n");
  const newest = names
    .filter((found) => name.test(found))
    .sort(byNumbers)
    .at(-1);
  if (newest === undefined) throw new LinuxUnavailableError(`the mirror's ${suite} has no ${name.source}`);
  await apt("apt-get", "download", newest).catch(unavailable);
  return join(scratch, (await readdir(scratch)).find((file) => file.startsWith(`${newest}_`)) ?? newest);
}

const byNumbers = new Intl.Collator("en", { numeric: true }).compare;

/** Writes a list of sources that has only `suite`, on the mirror that this system takes its own packages from. */
async function writeSources(state: string, suite: string): Promise<string> {
  const format = "$(REPO_URI) $(RELEASE)";
  const { stdout } = await promisify(execFile)("apt-get", ["indextargets", "--format", format]).catch(
    (error: unknown) => ({ stdout: String(unlessMissing(error)) }),
  );
  const mirror = /^(\S+\/debian\/?) /m.exec(stdout)?.[1];
  if (mirror === undefined) throw new LinuxUnavailableError("apt's sources here have no mirror of Debian");
  const path = join(state, "sources.list");
  await writeFile(path, `deb ${mirror} ${suite} main\n`);
  return path;
}

type Apt = (tool: "apt-get" | "apt-cache", ...args: string[]) => Promise<string>;

/** @param suite the only suite; undefined for the system's own sources */
async function privateApt(scratch: string, suite?: string): Promise<Apt> {
  const state = join(scratch, "apt");
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(state, "archives", "partial"), { recursive: true });
  await writeFile(join(state, "status"), "");
  const only =
    suite === undefined
      ? {}
      : { "Dir::Etc::sourcelist": await writeSources(state, suite), "Dir::Etc::sourceparts": "-" };
  const settings = Object.entries({ ...aptSettings(state), ...only }).map(
    ([key, value]) => `-o${key}=${value}`,
  );
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
