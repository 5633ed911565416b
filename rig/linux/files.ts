import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { createAtomically, exists, linuxCache } from "./cache.ts";
import { downloadPackages, reasonOf, type Packages } from "./packages.ts";
import { LinuxUnavailableError } from "./unavailable.ts";

/** In load order: each module needs only modules before it. */
const MODULES = [
  "virtio.ko",
  "virtio_ring.ko",
  "virtio_pci_legacy_dev.ko",
  "virtio_pci_modern_dev.ko",
  "virtio_pci.ko",
  "virtio_balloon.ko",
];

/** The driver of v86's network card. Init does not load it. */
const NETWORK_MODULES = ["8390.ko", "ne2k-pci.ko"];

/** The members to extract from each package, as tar patterns. */
const MEMBERS: Record<keyof Packages, readonly string[]> = {
  kernel: ["./boot/vmlinuz-*", ...[...MODULES, ...NETWORK_MODULES].map((name) => `./lib/modules/*/${name}`)],
  busybox: ["*/bin/busybox"],
  bios: ["*/bios.bin"],
};

/** The files of a guest, as paths in the cache. */
export interface LinuxFiles {
  readonly kernel: string;
  readonly bios: string;
  readonly busybox: string;
  /** The modules for a virtio balloon on PCI, in load order. */
  readonly modules: readonly string[];
  /** The modules for the network card, in load order. */
  readonly networkModules: readonly string[];
}

/** The folder of the fetched files. */
export function linuxFilesFolder(): string {
  return join(linuxCache(), "files-and-network");
}

/**
 * Returns the files of the Linux guest. They are fetched on the first call and taken from the cache afterwards.
 *
 * @param onDownload called before a download (60 MB, of which 8 MB are kept)
 * @throws LinuxUnavailableError if they are not cached and cannot be fetched
 */
export async function linuxFiles(onDownload?: () => void): Promise<LinuxFiles> {
  const folder = linuxFilesFolder();
  if (!(await exists(folder))) {
    onDownload?.();
    await createAtomically(folder, fetchInto);
  }
  return {
    kernel: join(folder, "vmlinuz"),
    bios: join(folder, "bios.bin"),
    busybox: join(folder, "busybox"),
    modules: MODULES.map((name) => join(folder, name)),
    networkModules: NETWORK_MODULES.map((name) => join(folder, name)),
  };
}

async function fetchInto(scratch: string): Promise<string> {
  const picked = join(scratch, "picked");
  await mkdir(picked);
  const packages = await downloadPackages(scratch);
  await extract(packages.kernel, MEMBERS.kernel, picked);
  await extract(packages.busybox, MEMBERS.busybox, picked);
  await extract(packages.bios, MEMBERS.bios, picked);
  return picked;
}

// An unpacked kernel package has 300 MB, so tar extracts only these members from the stream and drops their folders.
// tar fails if a member is missing or the package cannot be read.
const EXTRACT = `archive=$1; folder=$2; shift 2
dpkg-deb --fsys-tarfile "$archive" |
tar -x -C "$folder" --no-same-owner --wildcards --transform='s,.*/,,;s,^vmlinuz-.*,vmlinuz,' "$@"`;

async function extract(archive: string, members: readonly string[], folder: string): Promise<void> {
  try {
    await promisify(execFile)("sh", ["-c", EXTRACT, "sh", archive, folder, ...members]);
  } catch (error) {
    const reason = `${basename(archive)} could not be unpacked (${reasonOf(error)})`;
    throw new LinuxUnavailableError(reason, { cause: error });
  }
}
