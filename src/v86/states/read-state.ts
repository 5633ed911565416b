import type { Chunks } from "./chunks.ts";
import { aligned, HEADER_BYTES, MAGIC, VERSION } from "./layout.ts";
import type { BufferInfo } from "./layout.ts";
import { withParts } from "./tree.ts";

/**
 * Indices in a machine's state: the size of its memory, the frames that are not zero, and the bitmap of these frames.
 */
const MEMORY_SIZE = 0;
const PACKED = 77;
const BITMAP = 78;

/** The header of a state. */
export interface StateHeader {
  /** Size of the whole state in bytes. */
  readonly bytes: number;
  readonly jsonBytes: number;
}

/** A state whose guest memory has not been copied from the input. */
export interface ReadState {
  /** The argument for the processor's `set_state`. In the place of guest memory it has {@link packed}. */
  readonly state: unknown[];
  readonly memorySize: number;
  readonly bits: Uint8Array;
  readonly packed: Uint8Array;
  /** Offset of guest memory in the input, and its size. */
  readonly at: number;
  readonly bytes: number;
}

/** Reads the first 16 bytes of a state. @throws Error if they are not a header */
export function readHeader(bytes: Uint8Array): StateHeader {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || words.getUint32(0, true) !== MAGIC)
    throw new Error("this is not a state of v86");
  const version = words.getUint32(4, true);
  if (version !== VERSION) throw new Error(`the state is of version ${version}, expected ${VERSION}`);
  const header = { bytes: words.getUint32(8, true), jsonBytes: words.getUint32(12, true) };
  if (HEADER_BYTES + header.jsonBytes > header.bytes)
    throw new Error("the state is damaged: its JSON is longer than the state");
  return header;
}

/** Reads a state. @throws Error if it is truncated, damaged, or not a state */
export function readState(from: Chunks): ReadState {
  const { bytes, jsonBytes } = readHeader(from.slice(0, Math.min(HEADER_BYTES, from.length)));
  if (bytes !== from.length) throw new Error(`the state is truncated: ${from.length} of ${bytes} bytes`);
  const json = JSON.parse(new TextDecoder().decode(from.slice(HEADER_BYTES, jsonBytes))) as Json | null;
  const { state: tree, buffer_infos: infos } = json ?? {};
  if (!Array.isArray(tree) || !Array.isArray(infos))
    throw new Error("the state is damaged: its JSON is not a state");
  const start = aligned(HEADER_BYTES + jsonBytes);
  const place = (id: unknown): BufferInfo => placeOf(infos, id, from.length - start);
  checkSum(infos, from.length - start);
  const parts = new Map<number, ArrayBuffer>();
  const bufferAt = ({ offset, length }: BufferInfo): ArrayBuffer => from.slice(start + offset, length).buffer;
  const packedId = idOf(tree[PACKED]);
  const { offset, length } = place(packedId);
  const state = withParts(tree, (id) => {
    // Many values may name the same buffer.
    const part = parts.get(id) ?? (id === packedId ? new ArrayBuffer(0) : bufferAt(place(id)));
    parts.set(id, part);
    return part;
  }) as unknown[];
  const [memorySize, bits, packed] = [state[MEMORY_SIZE], state[BITMAP], state[PACKED]];
  if (typeof memorySize !== "number" || !(bits instanceof Uint8Array) || !(packed instanceof Uint8Array))
    throw new Error("the state is damaged: it has no guest memory");
  return { state, memorySize, bits, packed, at: start + offset, bytes: length };
}

interface Json {
  readonly state?: unknown;
  readonly buffer_infos?: unknown;
}

function idOf(part: unknown): unknown {
  return (part as { buffer_id?: unknown } | null | undefined)?.buffer_id;
}

function placeOf(infos: unknown[], id: unknown, bytes: number): BufferInfo {
  const { offset, length } = (infos[id as number] ?? {}) as Partial<BufferInfo>;
  const good = isCount(offset) && isCount(length) && offset + length <= bytes;
  if (!good) throw new Error("the state is damaged: it names a buffer it does not have");
  return { offset, length };
}

/** Checks that the buffers do not overlap. Overlapping buffers could take many times the size of the input. */
function checkSum(infos: unknown[], bytes: number): void {
  const sum = infos.reduce((total: number, info) => {
    const { length } = (info ?? {}) as Partial<BufferInfo>;
    return total + (isCount(length) ? length : 0);
  }, 0);
  if (sum > bytes) throw new Error("the state is damaged: its buffers overlap");
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
