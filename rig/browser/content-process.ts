import { readdirSync, readFileSync } from "node:fs";

/** What a process takes, in bytes. */
export interface ProcessMemory {
  /** Its resident memory. */
  readonly rss: number;
  /** The same, with memory that several processes share divided among them. */
  readonly pss: number;
}

/**
 * The command line of a process that shows pages: of Chromium, and of Firefox. Processes that are forked have blanks in it.
 */
const CONTENT = /[\0 ]--type=renderer[\0 ]|[\0 ]-contentproc[\0 ].*[\0 ]tab[\0 ]*$/s;

/**
 * The process that holds the page of a browser that shows only one: the largest of those that could, since browsers keep
 * empty ones in reserve. Undefined if there is none.
 *
 * @param browser the browser's own process
 */
export function contentProcess(browser: number): number | undefined {
  const sized = descendants(browser)
    .filter((pid) => CONTENT.test(readOrNothing(`/proc/${pid}/cmdline`)))
    .map((pid) => ({ pid, rss: residentBytes(pid) }));
  return sized.sort((a, b) => b.rss - a.rss)[0]?.pid;
}

/** @throws Error if the process has ended, or the system has no /proc */
export function memoryOf(pid: number): ProcessMemory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return { rss: bytesIn(rollup, "Rss"), pss: bytesIn(rollup, "Pss") };
}

function residentBytes(pid: number): number {
  return bytesIn(readOrNothing(`/proc/${pid}/status`), "VmRSS");
}

function bytesIn(text: string, name: string): number {
  return numberIn(text, name) * 1024;
}

function numberIn(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
}

function descendants(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), numberIn(readOrNothing(`/proc/${name}/status`), "PPid")] as const);
  const below = (parent: number): number[] =>
    parents.filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

/** Processes come and go. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
