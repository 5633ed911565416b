import { spawnSync } from "node:child_process";
import type { SpawnSyncOptions } from "node:child_process";
import { vi } from "vitest";
import type { AddCommand } from "../../src/cli/cli.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { main } from "../../src/cli/main.ts";

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * The command line as a user types it, but run from the sources and in this process, where coverage is measured.
 * @param commands those of the package, or those of a clone, which has Linux as well
 */
export async function ballonet(
  args: readonly string[],
  commands: readonly AddCommand[] = COMMANDS,
): Promise<Ran> {
  const before = process.stdout.listeners("error");
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    return {
      code: await main(args, commands),
      out: textOf(out.mock.calls),
      err: textOf(err.mock.calls),
    };
  } finally {
    out.mockRestore();
    err.mockRestore();
    forgetPipe(before);
  }
}

/** The one JSON document that a command prints. */
export async function json(
  args: readonly string[],
  commands?: readonly AddCommand[],
): Promise<Record<string, unknown>> {
  const { out, err } = await ballonet([...args, "--json"], commands);
  try {
    return JSON.parse(out) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${args.join(" ")}: no JSON document: ${out}${err}`, { cause: error });
  }
}

/** The built package's command in a separate process. */
export function spawned(args: readonly string[], options: SpawnSyncOptions = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/ballonet.js", ...args], {
    ...options,
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

function textOf(writes: readonly (readonly unknown[])[]): string {
  return writes.map(([text]) => String(text)).join("");
}

/** A command listens to the end of its pipe for as long as its process lives, and the test's process lives on. */
function forgetPipe(before: readonly unknown[]): void {
  for (const listener of process.stdout.listeners("error") as (() => void)[])
    if (!before.includes(listener)) process.stdout.off("error", listener);
}
