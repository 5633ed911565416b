import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { createAtomically, exists, linuxCache } from "./cache.ts";
import { downloadKernel, downloadPackages, reasonOf, type KernelSource, type Packages } from "./packages.ts";
import { LinuxUnavailableError } from "./unavailable.ts";

/** Debian's kernels for tests; {@link KERNELS} says where they come from. */
export type DebianKernel = "5.10" | "6.1" | "6.1-pae" | "6.5";

/** A kernel of Debian, or the path of one whose drivers are built in. */
export type Kernel = DebianKernel | `/${string}`;

/** Where a kernel other than the usual one comes from, and which modules it does not have. */
const KERNELS: Readonly<
  Record<Exclude<DebianKernel, "6.1">, KernelSource & { readonly without: readonly string[] }>
> = {
  "5.10": {
    suite: "bullseye",
    name: /^linux-image-5\.10\.[\d.-]+-686$/,
    without: ["virtio_pci_legacy_dev.ko", "virtio_pci_modern_dev.ko"],
  },
  "6.1-pae": { suite: "bookworm", name: /^linux-image-6\.1\.[\d.-]+-686-pae$/, without: [] },
  "6.5": { suite: "bookworm-backports", name: /^linux-image-6\.5\.\S*-686$/, without: [] },
};

/** In load order: each module needs only modules before it. */
const MODULES = [
  "virtio.ko",
  "virtio_ring.ko",
  "virtio_pci_legacy_dev.ko",
  "virtio_pci_modern_dev.ko",
  "virtio_pci.ko",
  "virtio_balloon.ko",
];

/** A device that needs a driver. The share is a folder over 9p. */
export type DriverName = "mmio" | "network" | "disk" | "share" | "sound";

/** The modules of each, in load order. Init does not load them. */
const DRIVERS: Readonly<Record<DriverName, readonly string[]>> = {
  mmio: named("virtio_mmio"),
  network: named("8390 ne2k-pci"),
  disk: named(
    "scsi_common scsi_mod libata ata_piix crct10dif_common crc-t10dif crc64 crc64-rocksoft t10-pi sd_mod",
  ),
  share: named("netfs fscache 9pnet 9pnet_virtio 9p"),
  sound: named(
    "soundcore snd snd-timer snd-pcm snd-mixer-oss snd-pcm-oss snd-hwdep snd-seq-device snd-rawmidi",
    "snd-mpu401-uart snd-opl3-lib snd-sb-common snd-sb16-csp snd-sb16-dsp snd-sb16",
  ),
};

function named(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(" ")).map((name) => `${name}.ko`);
}

const ALL_DRIVERS = Object.keys(DRIVERS) as readonly DriverName[];
/** Those that are taken from the packages of other kernels. */
const FEW_DRIVERS: readonly DriverName[] = ["mmio", "network"];

/** The members to extract from each package, as tar patterns. */
const MEMBERS: Record<Exclude<keyof Packages, "kernel">, readonly string[]> = {
  busybox: ["*/bin/busybox"],
  bios: ["*/bios.bin"],
};

function kernelMembers(drivers: readonly DriverName[], without: readonly string[] = []): string[] {
  const named = [...MODULES, ...drivers.flatMap((name) => DRIVERS[name])];
  const modules = named.filter((name) => !without.includes(name));
  return ["./boot/vmlinuz-*", ...modules.map((name) => `./lib/modules/*/${name}`)];
}

/** The files of a guest, as paths in the cache. */
export interface LinuxFiles {
  readonly kernel: string;
  readonly bios: string;
  readonly busybox: string;
  /** The modules for a virtio balloon on PCI, in load order. */
  readonly modules: readonly string[];
  /** The modules for other devices, in load order. */
  readonly drivers: Readonly<Partial<Record<DriverName, readonly string[]>>>;
}

/** The folder of the fetched files of the usual kernel, busybox and SeaBIOS. */
export function linuxFilesFolder(): string {
  return join(linuxCache(), "files-and-drivers");
}

/**
 * Returns the files of the Linux guest. They are fetched on the first call and taken from the cache afterwards.
 *
 * @param onDownload called before each download (60 MB, of which 10 MB are kept)
 * @param kernel another kernel than Debian 12's usual one
 * @throws LinuxUnavailableError if they are not cached and cannot be fetched
 */
export async function linuxFiles(onDownload?: () => void, kernel: Kernel = "6.1"): Promise<LinuxFiles> {
  const folder = linuxFilesFolder();
  await fetched(folder, fetchInto, onDownload);
  const base = { bios: join(folder, "bios.bin"), busybox: join(folder, "busybox") };
  if (kernel.startsWith("/")) return { ...base, kernel, modules: [], drivers: {} };
  if (kernel === "6.1") return { ...base, ...kernelFiles(folder, ALL_DRIVERS) };
  const source = KERNELS[kernel as keyof typeof KERNELS];
  const itsFolder = join(linuxCache(), `kernel-${kernel}`);
  await fetched(
    itsFolder,
    async (scratch) => {
      const picked = join(scratch, "picked");
      await mkdir(picked);
      const archive = await downloadKernel(scratch, source);
      await extract(archive, kernelMembers(FEW_DRIVERS, source.without), picked);
      return picked;
    },
    onDownload,
  );
  return { ...base, ...kernelFiles(itsFolder, FEW_DRIVERS, source.without) };
}

async function fetched(
  folder: string,
  fetch: (scratch: string) => Promise<string>,
  onDownload: (() => void) | undefined,
): Promise<void> {
  if (await exists(folder)) return;
  onDownload?.();
  await createAtomically(folder, fetch);
}

function kernelFiles(
  folder: string,
  drivers: readonly DriverName[],
  without: readonly string[] = [],
): Omit<LinuxFiles, "bios" | "busybox"> {
  const paths = (names: readonly string[]): string[] =>
    names.filter((name) => !without.includes(name)).map((name) => join(folder, name));
  return {
    kernel: join(folder, "vmlinuz"),
    modules: paths(MODULES),
    drivers: Object.fromEntries(drivers.map((name) => [name, paths(DRIVERS[name])])),
  };
}

async function fetchInto(scratch: string): Promise<string> {
  const picked = join(scratch, "picked");
  await mkdir(picked);
  const packages = await downloadPackages(scratch);
  await extract(packages.kernel, kernelMembers(ALL_DRIVERS), picked);
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
