import { withoutParts } from "./tree.ts";
import type { Packed, Part } from "./tree.ts";

/*
 * A state of v86, little-endian:
 *
 *      0 ┌──────────────────────────────────┐
 *        │ magic, version, total bytes,     │
 *        │ bytes of JSON                    │
 *     16 ├──────────────────────────────────┤
 *        │ JSON: {buffer_infos, state}      │
 *        ├──────────────────────────────────┤
 *        │ buffers, from a multiple of 4 on │
 *        └──────────────────────────────────┘
 */
export const MAGIC = 0x86768676;
export const VERSION = 6;
export const HEADER_BYTES = 16;

/** The location of a part, relative to the first one. */
export interface BufferInfo {
  readonly offset: number;
  readonly length: number;
}

/** A state before it is assembled. */
export interface Layout {
  /** Header and JSON, up to the first part. */
  readonly head: Uint8Array<ArrayBuffer>;
  readonly parts: readonly Part[];
  readonly infos: readonly BufferInfo[];
  /** Total size in bytes. */
  readonly bytes: number;
}

/** Lays out a state. @param packed what stands for guest memory in `state` */
export function layOut(state: unknown, packed: Packed | undefined): Layout {
  const { tree, parts } = withoutParts(state, packed);
  let end = 0;
  const infos = parts.map(({ byteLength }) => {
    const info = { offset: end, length: byteLength };
    end = aligned(end + byteLength);
    return info;
  });
  const json = new TextEncoder().encode(JSON.stringify({ buffer_infos: infos, state: tree }));
  const head = new Uint8Array(aligned(HEADER_BYTES + json.length));
  const bytes = head.length + end;
  const words = new DataView(head.buffer);
  [MAGIC, VERSION, bytes, json.length].forEach((word, i) => {
    words.setUint32(4 * i, word, true);
  });
  head.set(json, HEADER_BYTES);
  return { head, parts, infos, bytes };
}

/** Assembles the state in one piece. @param write writes guest memory into its place */
export function joined(
  { head, parts, infos, bytes }: Layout,
  write: (target: Uint8Array, at: number) => void,
): ArrayBuffer {
  const state = new Uint8Array(bytes);
  state.set(head);
  parts.forEach((part, i) => {
    const at = head.length + infos[i]!.offset;
    if (part instanceof Uint8Array) state.set(part, at);
    else write(state, at);
  });
  return state.buffer;
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
