import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const NOBODY = 65534;

/**
 * Runs `act` in this process without root's rights and with a soft RLIMIT_MEMLOCK of `bytes`. Memory and its locks stay
 * (an effective user ID other than 0 clears the effective capabilities, capabilities(7)).
 */
export function unprivileged<T>(bytes: number, act: () => T): T {
  const [, soft] = /^Max locked memory +(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))!;
  setSoftLimit(String(bytes));
  process.seteuid!(NOBODY);
  try {
    return act();
  } finally {
    process.seteuid!(0);
    setSoftLimit(soft!);
  }
}

function setSoftLimit(value: string): void {
  execFileSync("prlimit", [`--pid=${process.pid}`, `--memlock=${value}:`]);
}
