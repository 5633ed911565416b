/** Exit codes of every command; docs/cli.md lists them. */
export const ExitCode = {
  OK: 0,
  /** What the command checks does not hold, or the guest failed. */
  FAILED: 1,
  /** The command line is wrong. */
  USAGE: 2,
  /** A file is missing, damaged, of another kind, or cannot be written. */
  INPUT: 3,
  /** This machine lacks something the command needs. */
  UNAVAILABLE: 4,
} as const;

/** What each means, for the help. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [ExitCode.OK, "all is well"],
  [ExitCode.FAILED, "a check failed: guest and host disagree, or the guest did not do what was asked"],
  [ExitCode.USAGE, "wrong command line"],
  [ExitCode.INPUT, "a file is missing, damaged, of another kind, or cannot be written"],
  [ExitCode.UNAVAILABLE, "something is missing on this machine: v86, koffi, a Linux kernel"],
];
