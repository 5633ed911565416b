import { spawnSync } from "node:child_process";
import type { SpawnSyncOptions } from "node:child_process";

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as a user types it, against the built package. */
export function ballonet(args: readonly string[], options: SpawnSyncOptions = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/ballonet.js", ...args], {
    ...options,
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

/** The one JSON document a command prints. */
export function json(args: readonly string[], options: SpawnSyncOptions = {}): Record<string, unknown> {
  const { out, err } = ballonet([...args, "--json"], options);
  try {
    return JSON.parse(out) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${args.join(" ")}: no JSON document: ${out}${err}`, { cause: error });
  }
}
