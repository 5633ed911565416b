/** Bytes that are no trace: what is wrong, and where. */
export class TraceError extends Error {
  override readonly name: string = "TraceError";
  /** Offset of the offending word in bytes; the length of the input where something is missing. */
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
  }
}
