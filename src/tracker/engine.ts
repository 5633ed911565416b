import { describe } from "../options/index.ts";
import { ENGINE_BASE64, PLAIN_ENGINE_BASE64 } from "../generated/engine.ts";

/**
 * The exports of the Wasm module, which has no imports. There are two with the same exports and results: one with SIMD
 * instructions and, for engines without them, a plain one. Every number is a u32, but functions return it as a signed
 * i32: `>>> 0` before use. Any call that sets frames may grow the memory, which detaches all views on it.
 */
export interface Engine {
  readonly memory: WebAssembly.Memory;
  /** PFNs the staging area holds. */
  readonly MAX_BATCH: WebAssembly.Global<"i32">;
  /** Addresses of the staging area (MAX_BATCH PFNs), the run area (MAX_BATCH runs) and the result slots. */
  readonly STAGING: WebAssembly.Global<"i32">;
  readonly RUNS: WebAssembly.Global<"i32">;
  readonly RESULTS: WebAssembly.Global<"i32">;
  /** Address of the bitmap, which goes on to the end of the memory, and the bytes there that stand for no frame. */
  readonly BITMAP: WebAssembly.Global<"i32">;
  readonly BITMAP_SLACK: WebAssembly.Global<"i32">;
  /** Covers `frames` frames; once, before anything else. */
  readonly init: (frames: number) => void;
  /** Sets the frames of a host page, a power of two from 2 to 512; once, before any call that leaves host pages. */
  readonly setPageFrames: (frames: number) => void;
  /** Apply the first `n` staged PFNs; return the frames changed. */
  readonly inflate: (n: number) => number;
  readonly deflate: (n: number) => number;
  /** The same, leaving and counting the changed runs as they are found, for `arrangeRuns`. */
  readonly inflateRuns: (n: number) => number;
  readonly deflateRuns: (n: number) => number;
  /** The same for the host pages that became wholly part of the set, or are no longer so. */
  readonly inflatePages: (n: number) => number;
  readonly deflatePages: (n: number) => number;
  /** Puts the runs of the last batch in ascending order, joins those that touch, and counts them. */
  readonly arrangeRuns: () => void;
  /** Apply frames [first, end), not empty, as far as the run area holds the changed runs; return the frames changed. */
  readonly inflateRange: (first: number, end: number) => number;
  readonly deflateRange: (first: number, end: number) => number;
  /** The same for host pages. */
  readonly inflateRangePages: (first: number, end: number) => number;
  readonly deflateRangePages: (first: number, end: number) => number;
  /** Adds the first `n` staged runs, [first, frames] each, to the set; returns the frames added. */
  readonly inflateList: (n: number) => number;
  /** Leaves the runs of the set from `first` on in the run area, as far as it holds them. */
  readonly scan: (first: number) => void;
  /** 1 or 0. */
  readonly has: (frame: number) => number;
  /** First frame of the set at or after `frame`, -1 when none. */
  readonly next: (frame: number) => number;
  /** First frame at or after `frame` that is not in the set; it may be out of range. */
  readonly nextOutside: (frame: number) => number;
  readonly countRange: (first: number, frames: number) => number;
  readonly clear: () => void;
}

/** Slots of the result area, as u32 indices. */
export const OUT_OF_RANGE = 0;
export const UNBACKED = 1;
export const RUN_COUNT = 2;
export const NEXT = 3;
export const RESULT_SLOTS = 4;

/** What the engine can be compiled from instead of the inlined bytes. */
export type EngineSource = WebAssembly.Module | BufferSource | Response | Promise<Response>;

// Compiled on first use, never at import: importing must neither cost time nor trip a content security policy.
let compiled: WebAssembly.Module | undefined;

export function instantiate(): Engine {
  compiled ??= new WebAssembly.Module(inlinedBytes());
  return new WebAssembly.Instance(compiled).exports as unknown as Engine;
}

/** Compiles ahead of the first `instantiate`, from `source` if given. */
export async function prepare(source?: EngineSource): Promise<void> {
  if (source === undefined) compiled ??= await WebAssembly.compile(inlinedBytes());
  else compiled = await compile(await source);
}

async function compile(source: WebAssembly.Module | BufferSource | Response): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (isBytes(source)) return WebAssembly.compile(source);
  if (!(source instanceof Response))
    throw new TypeError(`source: ${EXPECTED_SOURCE}, got ${describe(source)}`);
  if (!source.ok) throw new Error(`engine: expected a Wasm file, got HTTP status ${source.status}`);
  // Not compileStreaming: for a module this small it gains nothing, and it fails on a wrong Content-Type.
  return WebAssembly.compile(await source.arrayBuffer());
}

const EXPECTED_SOURCE = "expected bytes, a WebAssembly.Module or a Response";

function isBytes(source: BufferSource | Response): source is BufferSource {
  return ArrayBuffer.isView(source) || /^\[object (Shared)?ArrayBuffer]$/.test(describe(source));
}

function inlinedBytes(): Uint8Array<ArrayBuffer> {
  const bytes = decode(ENGINE_BASE64);
  return WebAssembly.validate(bytes) ? bytes : decode(PLAIN_ENGINE_BASE64);
}

/** Newer than the types of TypeScript's library. */
interface Base64Decoder {
  fromBase64(base64: string): Uint8Array<ArrayBuffer>;
}

/** Natively where that is possible: 30,000 characters one by one take longer than all else a first tracker needs. */
function decode(base64: string): Uint8Array<ArrayBuffer> {
  if ("fromBase64" in Uint8Array) return (Uint8Array as unknown as Base64Decoder).fromBase64(base64);
  if ("Buffer" in globalThis) return new Uint8Array(Buffer.from(base64, "base64"));
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
