/** Thrown if bytes are not a trace. It says what is wrong, and where. */
export class TraceError extends Error {
  override readonly name: string = "TraceError";
  /** Offset in bytes of the wrong word, or the length of the input if something is missing. */
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
  }
}
