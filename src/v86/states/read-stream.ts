import { describe } from "../../options/index.ts";
import type { BytesReader, ReadableBytes } from "./byte-streams.ts";
import { Chunks } from "./chunks.ts";
import { HEADER_BYTES } from "./layout.ts";
import { readHeader } from "./read-state.ts";

const GZIP = [0x1f, 0x8b];

/**
 * Reads all of a state, and decompresses it if needed. @throws Error as soon as it turns out not to be a state, or to
 * continue after its end
 */
export async function collect(readable: ReadableBytes): Promise<Chunks> {
  const reader = readable.getReader();
  try {
    const first = await take(reader, GZIP.length);
    const packed = first.length >= GZIP.length && GZIP.every((byte, i) => first[i] === byte);
    if (!packed) return await collectPlain(reader, first);
    const plain = joined(first, reader).pipeThrough(new DecompressionStream("gzip") as Decompression);
    return await collectPlain(plain.getReader(), new Uint8Array(0));
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

type Decompression = ReadableWritablePair<Uint8Array, Uint8Array>;

async function collectPlain(reader: BytesReader, read: Uint8Array): Promise<Chunks> {
  const head = await take(reader, HEADER_BYTES, read);
  const { bytes } = readHeader(head.subarray(0, HEADER_BYTES));
  const parts = [head];
  let length = head.length;
  for (;;) {
    if (length > bytes) {
      await reader.cancel();
      throw new Error(`the state continues after its end: ${bytes} bytes`);
    }
    const part = await next(reader);
    if (part === undefined) return new Chunks(parts);
    if (part.length > 0) parts.push(part);
    length += part.length;
  }
}

/** Reads until there are at least this many bytes, including those that were read already; fewer if the stream ends. */
async function take(
  reader: BytesReader,
  bytes: number,
  read: Uint8Array = new Uint8Array(0),
): Promise<Uint8Array> {
  let taken = read;
  while (taken.length < bytes) {
    const part = await next(reader);
    if (part === undefined) break;
    const both = new Uint8Array(taken.length + part.length);
    both.set(taken);
    both.set(part, taken.length);
    taken = both;
  }
  return taken;
}

/** The next part; undefined at the end. */
async function next(reader: BytesReader): Promise<Uint8Array | undefined> {
  const { done, value } = await reader.read();
  if (done) return undefined;
  const part: unknown = value;
  if (!(part instanceof Uint8Array))
    throw new TypeError(`readable: expected a stream of Uint8Arrays, got one of ${describe(part)}`);
  return part;
}

function joined(first: Uint8Array, rest: BytesReader): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(first);
    },
    pull: async (controller) => {
      const part = await next(rest);
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
    cancel: (reason) => rest.cancel(reason),
  });
}
