/** A WritableStream of bytes, the web's or Node's, as far as it is needed here. */
export interface WritableBytes {
  /** Locks the stream and returns its writer. */
  getWriter(): BytesWriter;
}

/** The writer of {@link WritableBytes}. */
export interface BytesWriter {
  /** Fulfilled when the stream takes more. */
  readonly ready: Promise<unknown>;
  /** Writes a part. */
  write(part: Uint8Array): Promise<void>;
  /** Ends the stream after all parts are written. */
  close(): Promise<void>;
  /** Ends the stream at once, with an error. */
  abort(reason?: unknown): Promise<void>;
}

/** A ReadableStream of bytes, the web's or Node's, as far as it is needed here. */
export interface ReadableBytes {
  /** Locks the stream and returns its reader. */
  getReader(): BytesReader;
}

/** The reader of {@link ReadableBytes}. */
export interface BytesReader {
  /** Reads the next part, or learns that there are no more. */
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Ends the stream without reading the rest. */
  cancel(reason?: unknown): Promise<void>;
}
