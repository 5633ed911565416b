import { FRAME_BYTES } from "../memory/index.ts";

/** The place of guest memory in this process. */
export interface Place {
  /** Becomes empty if the memory is gone: its buffer was transferred, resized, or replaced on growth. */
  readonly bytes: Uint8Array;
  /** Host address of the first byte. */
  readonly address: number;
}

/** @throws TypeError if `ram` does not return bytes; RangeError if it returns less than a frame */
export function checkRam(ram: () => Uint8Array): Uint8Array {
  const expected = "ram: expected a function that returns a Uint8Array";
  if (typeof ram !== "function") throw new TypeError(`${expected}, got ${typeof ram}`);
  const bytes: unknown = ram();
  if (!isBytes(bytes)) throw new TypeError(`${expected}, got one that returns ${kindOf(bytes)}`);
  if (bytes.length >= FRAME_BYTES) return bytes;
  throw new RangeError(`ram: expected at least one frame of ${FRAME_BYTES} bytes, got ${bytes.length} bytes`);
}

/**
 * Checks that memory starts at a page. System calls work on whole pages: elsewhere they fail, or affect the memory next
 * to it.
 */
export function checkAligned(address: number): void {
  if (isAligned(address)) return;
  const advice =
    "allocate guest memory as a WebAssembly.Memory, which begins at a page, and begin views at one too";
  const got = `an address ${address % FRAME_BYTES} bytes after one`;
  throw new RangeError(
    `ram: expected memory that begins at a page of ${FRAME_BYTES} bytes, got ${got}; ${advice}`,
  );
}

/** The current place of guest memory, or a sentence that says why no call can be made on it. */
export function findPlace(
  bytes: unknown,
  frames: number,
  addressOf: (bytes: Uint8Array) => number,
): Place | string {
  if (!isBytes(bytes)) return `guest memory is ${kindOf(bytes)}`;
  const now = framesOf(bytes);
  if (now !== frames) return `guest memory has ${now} frames, and had ${frames} when the host was made`;
  const address = addressOf(bytes);
  return isAligned(address) ? { bytes, address } : "guest memory no longer begins at a page";
}

export function framesOf(bytes: Uint8Array): number {
  return Math.floor(bytes.length / FRAME_BYTES);
}

/** False for a Proxy of a Uint8Array, as v86 has, because a Proxy has no address. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && value instanceof Uint8Array;
}

function isAligned(address: number): boolean {
  return address % FRAME_BYTES === 0;
}

function kindOf(value: unknown): string {
  return typeof value === "object" ? Object.prototype.toString.call(value) : typeof value;
}
