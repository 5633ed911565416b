import { UnavailableError } from "../../src/cli/errors.ts";
import { NodeHostError } from "../../src/node/index.ts";
import { LinuxUnavailableError } from "../linux/unavailable.ts";

/** Tells the command line that a Linux guest or a system call is missing on this machine, which is no failure. */
export async function orUnavailable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LinuxUnavailableError || error instanceof NodeHostError)) throw error;
    throw new UnavailableError(error.message, { cause: error });
  }
}
