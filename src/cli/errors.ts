/** Exit codes of every command; docs/cli.md lists them. */
export const ExitCode = { OK: 0, FAILED: 1, USAGE: 2, INPUT: 3, UNAVAILABLE: 4 } as const;

/** The meaning of each, for the help. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [ExitCode.OK, "success"],
  [ExitCode.FAILED, "a check failed: a damaged state, a guest that disagrees or did not do what was asked"],
  [ExitCode.USAGE, "wrong command line"],
  [ExitCode.INPUT, "a file is missing, damaged, of another kind, or cannot be written"],
  [ExitCode.UNAVAILABLE, "something is missing on this machine: v86, a BIOS, a Linux kernel"],
];

/** An error that the user of the command line can correct. The message says how. */
abstract class CommandError extends Error {
  abstract readonly exitCode: number;
}

/** The command line is wrong. The usage is printed after the message. */
export class UsageError extends CommandError {
  readonly exitCode: number = ExitCode.USAGE;
}

/** A file that the user named cannot be used. */
export class InputError extends CommandError {
  readonly exitCode: number = ExitCode.INPUT;
}

/** Something that the command needs is missing on this machine. */
export class UnavailableError extends CommandError {
  readonly exitCode: number = ExitCode.UNAVAILABLE;
}

/** Converts an error of any kind to an exit code and a message. */
export function failureOf(error: unknown): { readonly exitCode: number; readonly message: string } {
  if (!(error instanceof Error)) return { exitCode: ExitCode.FAILED, message: String(error) };
  if (isMissingV86(error))
    return new UnavailableError("v86 is not installed beside this package: npm install v86");
  if (error instanceof CommandError) return error;
  return { exitCode: ExitCode.FAILED, message: error.message };
}

/** Whether v86 is missing. It is an optional peer dependency, which npm does not install by itself. */
function isMissingV86(error: Error): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(code) && /'v86(\/[^']*)?'/.test(error.message);
}
