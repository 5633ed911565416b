import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { writeCpio, type CpioEntry } from "./cpio.ts";
import type { DriverName, LinuxFiles } from "./files.ts";
import { SHELL_READY } from "./shell.ts";

/**
 * Builds the initial file system: busybox, the modules, and an init that serves a root shell on the serial port. Init
 * loads the balloon's modules for PCI. Those of other devices are included but not loaded.
 *
 * @param drivers the other devices
 * @returns a gzip-compressed cpio archive, with the same bytes for the same files
 */
export async function buildInitrd(
  files: LinuxFiles,
  drivers: readonly DriverName[] = ["mmio", "network"],
): Promise<Uint8Array> {
  const modules = await Promise.all(
    [...files.modules, ...drivers.flatMap((name) => files.drivers[name] ?? [])].map(async (path) =>
      file(`modules/${basename(path)}`, 0o644, await readFile(path)),
    ),
  );
  const init = new TextEncoder().encode(initScript(files.modules.map((path) => basename(path))));
  const archive = writeCpio([
    ...["bin", "dev", "proc", "sys", "tmp", "modules"].map((path) => directory(path)),
    // The kernel opens it for init before anything is mounted. Without it init has no output.
    { type: "character-device", path: "dev/console", mode: 0o600, major: 5, minor: 1 },
    file("bin/busybox", 0o755, await readFile(files.busybox)),
    ...modules,
    file("init", 0o755, init),
  ]);
  return gzipSync(archive);
}

function directory(path: string): CpioEntry {
  return { type: "directory", path, mode: 0o755 };
}

function file(path: string, mode: number, data: Uint8Array): CpioEntry {
  return { type: "file", path, mode, data };
}

/**
 * The init script. Its shell reads the serial port as if it were a script. It is not interactive, so it prints no
 * prompt and has no line editing, and commands do not consume the input after them. The loop prevents a kernel panic,
 * which happens if process 1 ends.
 */
function initScript(modules: readonly string[]): string {
  return `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
# Kernel messages would end up in the middle of a command's output; they stay readable with dmesg.
dmesg -n 1
# As modprobe does: module.name=value on the kernel's command line is a parameter of that module.
load() {
  insmod "/modules/$1.ko" $(tr ' ' '\\n' </proc/cmdline | sed -n "s/^$1\\.//p")
}
${modules.map((name) => `load ${basename(name, ".ko")}`).join("\n")}
stty -F /dev/ttyS0 -echo -onlcr
echo "${SHELL_READY}" >/dev/ttyS0
while :; do sh /dev/ttyS0 </dev/null >/dev/ttyS0 2>&1; done
`;
}
