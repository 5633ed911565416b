/**
 * The values in a machine's state, as v86 saves them: JSON, with a typed array as `{"__state_type__": "Uint8Array",
 * "buffer_id": 3}` and a Map as `{"__state_type__": "Map", "args": [...]}`.
 */
const TYPED_ARRAYS = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
} as const;

type ArrayName = keyof typeof TYPED_ARRAYS;

/** Stands for guest memory in a tree before it is written. It has no buffer yet. */
export interface Packed {
  readonly byteLength: number;
}

/** A value that has its own bytes in a state. */
export type Part = Uint8Array | Packed;

/** A device. */
interface Saveable {
  get_state(): unknown[];
}

/**
 * Takes the typed arrays out of a tree. If the machine is running, they are views and must be written before it
 * continues.
 */
export function withoutParts(value: unknown, packed: Packed | undefined): { tree: unknown; parts: Part[] } {
  const parts: Part[] = [];
  return { tree: plain(value, parts, packed), parts };
}

function plain(value: unknown, parts: Part[], packed: Packed | undefined): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value === packed) return { __state_type__: "Uint8Array", buffer_id: parts.push(packed) - 1 };
  if (Array.isArray(value)) return value.map((item) => plain(item, parts, packed));
  if (value instanceof Map) {
    const args = [...value].map((entry) => entry.map((item) => plain(item, parts, packed)));
    return { __state_type__: "Map", args };
  }
  // v86's views of WebAssembly memory are Proxies: they have all properties of typed arrays, but are not typed arrays.
  const {
    BYTES_PER_ELEMENT: bytes,
    buffer,
    byteOffset,
    length,
    constructor,
  } = value as Uint8Array<ArrayBuffer>;
  if (bytes)
    return {
      __state_type__: constructor.name.replace("bound ", ""),
      buffer_id: parts.push(new Uint8Array(buffer, byteOffset, length * bytes)) - 1,
    };
  return Array.from((value as Saveable).get_state(), (item) => plain(item, parts, packed));
}

/**
 * Puts typed arrays and Maps back into a tree that came from JSON.
 * @param part returns a new buffer for a part
 * @throws Error for a value that is neither plain nor of a kind that v86 saves
 */
export function withParts(value: unknown, part: (id: number) => ArrayBuffer): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withParts(item, part));
  const { __state_type__: type, args, buffer_id } = value as Record<string, unknown>;
  // The contents of a Map are not converted, as in v86.
  if (type === "Map" && Array.isArray(args)) return new Map(args as [unknown, unknown][]);
  if (typeof type !== "string" || !Object.hasOwn(TYPED_ARRAYS, type) || typeof buffer_id !== "number")
    throw new Error(`the state has a value of an unknown kind: ${JSON.stringify(type)}`);
  return new TYPED_ARRAYS[type as ArrayName](part(buffer_id));
}
