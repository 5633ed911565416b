/** A file the user named is of no use: the message says why and what to do. */
export class InputError extends Error {
  override readonly name = "InputError";
}
