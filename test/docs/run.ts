import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Null if it was stopped after it had printed everything expected. */
  readonly status: number | null;
}

/** Busy machines need this long to boot two guests. */
const TIMEOUT_MS = 110_000;

/** Runs a file in the root of the repository. A running emulator would keep it alive, so it is stopped once it has printed `output`. */
export function runFile(file: string, output = ""): Promise<Outcome> {
  const child = spawn(process.execPath, [file], { timeout: TIMEOUT_MS });
  return collect(child, (stdout) => output !== "" && stdout.endsWith(output));
}

/** Runs lines of shell, up to the first that fails. */
export function runShell(code: string): Outcome {
  const { stdout, stderr, status } = spawnSync("bash", ["-euo", "pipefail", "-c", code], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  return { stdout, stderr, status };
}

function collect(child: ChildProcess, done: (stdout: string) => boolean): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (data) => {
    stdout += String(data);
    if (done(stdout)) child.kill();
  });
  child.stderr!.on("data", (data) => (stderr += String(data)));
  return new Promise((resolve) => {
    child.on("close", (status) => {
      resolve({ stdout, stderr, status });
    });
  });
}
