/** A WritableStream of bytes, the web's or Node's, as far as it is needed here. */
export interface WritableBytes {
  getWriter(): {
    readonly ready: Promise<unknown>;
    write(chunk: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
  };
}

/** A ReadableStream of bytes, the web's or Node's, as far as it is needed here. */
export interface ReadableBytes {
  getReader(): BytesReader;
}

/** The reader of {@link ReadableBytes}. */
export interface BytesReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}
