import { readFileSync } from "node:fs";

/** A line of /proc/self/status (proc_pid_status(5)), without its name. */
export function readStatus(name: string): string {
  const status = readFileSync("/proc/self/status", "utf8");
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
}

/** Locked memory of this process, in 4 KiB frames. */
export function lockedByKernel(): number {
  return parseInt(readStatus("VmLck"), 10) / 4;
}
