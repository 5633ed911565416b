import { UnavailableError } from "../../src/cli/errors.ts";
import { NodeHostError } from "../../src/node/index.ts";
import { LinuxUnavailableError } from "../linux/unavailable.ts";

/** Reports a missing Linux guest or system call as unavailable on this machine, which does not count as a failure. */
export async function orUnavailable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof LinuxUnavailableError || error instanceof NodeHostError)) throw error;
    throw new UnavailableError(error.message, { cause: error });
  }
}
