import { SnapshotError } from "../balloon/index.ts";
import { brief } from "../balloon/state/brief.ts";
import { check } from "../options/index.ts";
import { decodeState } from "./state-codec.ts";
import type { SavedBalloon } from "./state-codec.ts";

/*
 * A state of v86, little-endian:
 *
 *      0 ┌──────────────────────────────────┐
 *        │ magic, version, total bytes,     │
 *        │ bytes of JSON                    │
 *     16 ├──────────────────────────────────┤
 *        │ JSON: {buffer_infos, state};     │
 *        │ a typed array is stored as       │
 *        │ {__state_type__, buffer_id}      │
 *        ├──────────────────────────────────┤
 *        │ buffers, from a multiple of 4 on │
 *        └──────────────────────────────────┘
 */
const MAGIC = 0x86768676;
const VERSION = 6;
const HEADER_BYTES = 16;
/** Index of the balloon in the machine's state. */
const BALLOON = 84;
/** The number of parts: tag, snapshot, registers. */
const PARTS = 3;

/**
 * Extracts the balloon of this package from a state that v86's `save_state` made, without a machine.
 * @param state the saved state, not compressed
 * @returns undefined if the machine had no balloon, or v86's own
 * @throws SnapshotError if the state or its balloon is truncated, damaged or of another format; TypeError unless it is
 * a Uint8Array
 */
export function savedBalloon(state: Uint8Array): SavedBalloon | undefined {
  check("state", "bytes", state);
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  const jsonBytes = checkHeader(view);
  const info = parse(state.subarray(HEADER_BYTES, HEADER_BYTES + jsonBytes));
  const buffers = state.subarray(HEADER_BYTES + ((jsonBytes + 3) & ~3));
  const saved = (info.state as unknown[] | undefined)?.[BALLOON];
  if (!Array.isArray(saved)) return undefined;
  const parts = saved.slice(0, PARTS).map((part: unknown) => withBytes(part, info.buffer_infos, buffers));
  try {
    return decodeState(parts);
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError(brief(error), { cause: error });
  }
}

/** Checks the header. Returns the length of the JSON in bytes. */
function checkHeader(view: DataView): number {
  if (view.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC)
    throw new SnapshotError("not a state of v86");
  const version = view.getUint32(4, true);
  if (version !== VERSION)
    throw new SnapshotError(`a state of v86 in version ${version}, expected ${VERSION}`);
  const jsonBytes = view.getUint32(12, true);
  if (view.getUint32(8, true) !== view.byteLength || HEADER_BYTES + jsonBytes > view.byteLength)
    throw new SnapshotError("the state of v86 is truncated: wrong length");
  return jsonBytes;
}

interface Info {
  readonly state?: unknown;
  readonly buffer_infos?: unknown;
}

function parse(json: Uint8Array): Info {
  try {
    return (JSON.parse(new TextDecoder().decode(json)) ?? {}) as Info;
  } catch (error) {
    throw new SnapshotError(`the state of v86 cannot be read: ${brief(error)}`, { cause: error });
  }
}

/** The bytes of a buffer reference; any other value is returned unchanged. */
function withBytes(part: unknown, infos: unknown, buffers: Uint8Array): unknown {
  if (typeof part !== "object" || part === null || !("buffer_id" in part)) return part;
  const info: unknown =
    Array.isArray(infos) && typeof part.buffer_id === "number" ? infos[part.buffer_id] : undefined;
  const { offset, length } = (info ?? {}) as { offset?: unknown; length?: unknown };
  if (typeof offset !== "number" || typeof length !== "number" || !(offset >= 0 && length >= 0))
    throw new SnapshotError("the state of v86 names a buffer it does not have");
  // Not a copy, because many parts may name the same buffer.
  return buffers.subarray(offset, offset + length);
}
