import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { inject } from "vitest";

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the consumer's project. Rejects, with what it printed, when its exit code is not 0. */
export function run(command: string, ...args: string[]): Promise<Printed> {
  return runIn(inject("consumer").folder, command, ...args);
}

/** The same in another folder. */
export function runIn(cwd: string, command: string, ...args: string[]): Promise<Printed> {
  return promisify(execFile)(command, args, { cwd, env: environment() });
}

const OF_THE_TESTS = ["NODE_ENV", "NODE_OPTIONS", "VITEST"];

/** A user's environment: without the variables that vitest sets and bundlers read. */
export function environment(): NodeJS.ProcessEnv {
  const variables = Object.entries(process.env).filter(([name]) => !OF_THE_TESTS.includes(name));
  return { ...Object.fromEntries(variables), NO_COLOR: "1" };
}
