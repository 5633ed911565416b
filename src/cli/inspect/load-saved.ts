import { gunzipSync } from "node:zlib";
import { decodeSnapshot, SnapshotError } from "../../device/index.ts";
import type { BalloonState } from "../../device/index.ts";
import { saved_balloon } from "../../v86/index.ts";
import type { PciTransport } from "../../v86/index.ts";
import { InputError } from "../errors.ts";
import { nameOf, readInput } from "../input.ts";

/** What a file can be, by its first bytes. */
const MAGIC = { zstd: 0xfd2fb528, v86: 0x86768676, gzip: 0x8b1f } as const;

export interface Saved {
  readonly kind: "device snapshot" | "state of v86";
  readonly state: BalloonState;
  /** How the driver reached the device; a device snapshot does not say. */
  readonly transport: PciTransport | undefined;
}

/** @throws InputError for a file that cannot be read, is damaged, or has no balloon of this package */
export async function loadSaved(path: string): Promise<Saved> {
  const bytes = await decompressed(path, await readInput(path));
  try {
    return magicOf(bytes) === MAGIC.v86 ? fromMachine(path, bytes) : fromDevice(bytes);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new InputError(`${nameOf(path)}: ${error.message}. Expected ${EXPECTED}`, { cause: error });
  }
}

const EXPECTED =
  "what encodeSnapshot of ballonet or save_state of v86 made, whole: copy the file again or save anew";

function fromDevice(bytes: Uint8Array): Saved {
  return { kind: "device snapshot", state: decodeSnapshot(bytes), transport: undefined };
}

function fromMachine(path: string, bytes: Uint8Array): Saved {
  const saved = saved_balloon(bytes);
  if (saved !== undefined)
    return { kind: "state of v86", state: saved.state, transport: saved.transport ?? "modern" };
  throw new InputError(
    `${nameOf(path)} is a state of v86 without a balloon of this package: attach one with attach_balloon before you save`,
  );
}

/** Saved guests are mostly zeros, so they are kept compressed. */
async function decompressed(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  const magic = magicOf(bytes);
  try {
    if (magic === MAGIC.zstd) return await unzstd(bytes);
    return (magic & 0xffff) === MAGIC.gzip ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw new InputError(`${nameOf(path)} cannot be decompressed (${String(error)}): copy it again`, {
      cause: error,
    });
  }
}

/** The most that a block of zstd holds, with what stands before it. */
const FIRST_BLOCK = 2 ** 17 + 64;

/**
 * A state of v86 as it was before zstd. It says at its beginning how long it is, and no more is made room for, whatever
 * the compressed data would become.
 */
async function unzstd(bytes: Uint8Array): Promise<Uint8Array> {
  const { decompress } = await import("fzstd");
  const start = new Uint8Array(FIRST_BLOCK);
  try {
    decompress(bytes.subarray(0, FIRST_BLOCK), start);
  } catch {
    // The rest is missing. What there was is in `start`.
  }
  if (magicOf(start) !== MAGIC.v86) throw new Error("zstd of something else than a state of v86");
  return decompress(bytes, new Uint8Array(new DataView(start.buffer).getUint32(8, true)));
}

function magicOf(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
