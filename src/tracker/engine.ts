import { describe } from "../options/index.ts";
import { ENGINE_BASE64, ENGINE_EXPORTS, PLAIN_ENGINE_BASE64 } from "../generated/engine.ts";
import type { EngineSource } from "./engine-source.ts";

/**
 * The exports of the Wasm module, which has no imports. There are two modules with the same exports and results: one
 * with SIMD instructions, and a plain one for engines without them. Every number is a u32, but functions return it as a
 * signed i32, so use `>>> 0` first. Any call that sets frames may grow the memory, which detaches all views of it.
 */
export interface Engine {
  readonly memory: WebAssembly.Memory;
  /** The number of PFNs that fit in the staging area. */
  readonly MAX_BATCH: WebAssembly.Global<"i32">;
  /** Addresses of the staging area (MAX_BATCH PFNs), the run area (MAX_BATCH runs) and the result slots. */
  readonly STAGING: WebAssembly.Global<"i32">;
  readonly RUNS: WebAssembly.Global<"i32">;
  readonly RESULTS: WebAssembly.Global<"i32">;
  /**
   * Address of the bitmap, which extends to the end of the memory, and the number of bytes there that belong to no
   * frame.
   */
  readonly BITMAP: WebAssembly.Global<"i32">;
  readonly BITMAP_SLACK: WebAssembly.Global<"i32">;
  /** Sets the number of frames. Call it once, before anything else. */
  readonly init: (frames: number) => void;
  /**
   * Sets the number of frames in a host page, a power of two from 2 to 512. Call it once, before any call that leaves
   * host pages.
   */
  readonly setPageFrames: (frames: number) => void;
  /** Apply the first `n` staged PFNs. Return the number of frames changed. */
  readonly inflate: (n: number) => number;
  readonly deflate: (n: number) => number;
  /** The same, but also leave and count the changed runs as they are found, for `arrangeRuns`. */
  readonly inflateRuns: (n: number) => number;
  readonly deflateRuns: (n: number) => number;
  /** The same for the host pages that are now completely in the set, or no longer are. */
  readonly inflatePages: (n: number) => number;
  readonly deflatePages: (n: number) => number;
  /** Sorts the runs of the last batch, joins adjacent ones, and counts them. */
  readonly arrangeRuns: () => void;
  /**
   * Apply frames [first, end), which is not empty, as far as the changed runs fit in the run area. Return the number of
   * frames changed.
   */
  readonly inflateRange: (first: number, end: number) => number;
  readonly deflateRange: (first: number, end: number) => number;
  /** The same for host pages. */
  readonly inflateRangePages: (first: number, end: number) => number;
  readonly deflateRangePages: (first: number, end: number) => number;
  /** Adds the first `n` staged runs, as [first, frames] pairs, to the set. Returns the number of frames added. */
  readonly inflateList: (n: number) => number;
  /** Leaves the runs of the set from `first` on in the run area, as many as fit. */
  readonly scan: (first: number) => void;
  /** 1 if the frame is in the set, otherwise 0. */
  readonly has: (frame: number) => number;
  /** The first frame of the set at or after `frame`, or -1 if there is none. */
  readonly next: (frame: number) => number;
  /** The first frame at or after `frame` that is not in the set. It may be out of range. */
  readonly nextOutside: (frame: number) => number;
  readonly countRange: (first: number, frames: number) => number;
  readonly clear: () => void;
}

/** Indices of the slots in the result area, which has u32 values. */
export const OUT_OF_RANGE = 0;
export const UNBACKED = 1;
export const RUN_COUNT = 2;
export const NEXT = 3;
export const RESULT_SLOTS = 4;

// Compiled on first use and never at import: an import must neither take time nor violate a content security policy.
let compiled: WebAssembly.Module | undefined;

export function instantiate(): Engine {
  compiled ??= compileInlined();
  return new WebAssembly.Instance(compiled).exports as unknown as Engine;
}

/** Compiles the engine before the first `instantiate`, from `source` if given. */
export async function prepare(source?: EngineSource): Promise<void> {
  if (source === undefined) compiled ??= await WebAssembly.compile(inlinedBytes()).catch(sayWhatToDo);
  else compiled = engineIn(await compile(await source));
}

function compileInlined(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(inlinedBytes());
  } catch (error) {
    return sayWhatToDo(error);
  }
}

/** The inlined bytes are right, so a failure to compile them means that compilation is forbidden here. */
function sayWhatToDo(error: unknown): never {
  if (!(error instanceof WebAssembly.CompileError)) throw error;
  const remedy =
    "pass a compiled ballonet/engine.wasm to PageTracker.prepare before the first tracker or device";
  throw new WebAssembly.CompileError(`${error.message}: ${remedy}`);
}

/** @throws TypeError for the module of something else */
function engineIn(module: WebAssembly.Module): WebAssembly.Module {
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const missing = ENGINE_EXPORTS.find((name) => !exported.has(name));
  if (missing === undefined) return module;
  throw new TypeError(`source: expected ballonet/engine.wasm, got a module without the export ${missing}`);
}

async function compile(source: Awaited<EngineSource>): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (isBytes(source)) return WebAssembly.compile(source);
  if (!(source instanceof Response))
    throw new TypeError(`source: ${EXPECTED_SOURCE}, got ${describe(source)}`);
  if (!source.ok) throw new Error(`engine: expected a Wasm file, got HTTP status ${source.status}`);
  // Not compileStreaming: it gains nothing for such a small module, and it fails if the Content-Type is wrong.
  return WebAssembly.compile(await source.arrayBuffer());
}

const EXPECTED_SOURCE = "expected bytes, a WebAssembly.Module or a Response";

function isBytes(source: object): source is BufferSource {
  return ArrayBuffer.isView(source) || /^\[object (Shared)?ArrayBuffer]$/.test(describe(source));
}

function inlinedBytes(): Uint8Array<ArrayBuffer> {
  const bytes = decode(ENGINE_BASE64);
  return WebAssembly.validate(bytes) ? bytes : decode(PLAIN_ENGINE_BASE64);
}

/** A method that the types of TypeScript's library do not have yet. */
interface Base64Decoder {
  fromBase64(base64: string): Uint8Array<ArrayBuffer>;
}

/**
 * Decodes base64, natively if possible. Decoding 30,000 characters one by one takes longer than everything else that a
 * first tracker needs.
 */
function decode(base64: string): Uint8Array<ArrayBuffer> {
  if ("fromBase64" in Uint8Array) return (Uint8Array as unknown as Base64Decoder).fromBase64(base64);
  if ("Buffer" in globalThis) return new Uint8Array(Buffer.from(base64, "base64"));
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
