import { ExitCode } from "./exit-code.ts";

/** What an error is to the user of the command line. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
}

/** By name, since most of these classes live in modules that only their commands load. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  UsageError: ExitCode.USAGE,
  InputError: ExitCode.INPUT,
  UnavailableError: ExitCode.UNAVAILABLE,
  LinuxUnavailableError: ExitCode.UNAVAILABLE,
  NodeHostError: ExitCode.UNAVAILABLE,
};

/** An error of any kind as an exit code and a line that says what to do. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { exitCode: ExitCode.FAILED, message: String(error) };
  if (isMissingV86(error)) {
    return {
      exitCode: ExitCode.UNAVAILABLE,
      message: "v86 is not installed beside this package: npm install v86",
    };
  }
  return { exitCode: EXIT_CODES[error.name] ?? ExitCode.FAILED, message: error.message };
}

/** v86 is an optional peer dependency, which npm does not install by itself. */
function isMissingV86(error: Error): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(code) && /'v86(\/[^']*)?'/.test(error.message);
}
