/** This machine lacks something that the command needs: the message says what, and what to do. */
export class UnavailableError extends Error {
  override readonly name: string = "UnavailableError";
}
