/** The command line is wrong: the message says how, the usage follows it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
