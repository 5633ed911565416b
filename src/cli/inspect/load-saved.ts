import { gunzipSync } from "node:zlib";
import { decodeSnapshot, SnapshotError } from "../../balloon/index.ts";
import type { BalloonState } from "../../balloon/index.ts";
import { savedBalloon } from "../../v86/index.ts";
import type { PciTransport } from "../../v86/index.ts";
import { InputError } from "../errors.ts";
import { nameOf, readInput } from "../files.ts";

/** The kinds of file, by their first bytes. */
const MAGIC = { zstd: 0xfd2fb528, v86: 0x86768676, gzip: 0x8b1f } as const;

export interface Saved {
  readonly kind: "device snapshot" | "state of v86";
  readonly state: BalloonState;
  /** The transport of the device. A device snapshot does not have it. */
  readonly transport: PciTransport | undefined;
}

/**
 * Loads a saved balloon. @throws InputError if the file cannot be read, is damaged, or has no balloon of this package
 */
export async function loadSaved(path: string): Promise<Saved> {
  const bytes = await decompressed(path, await readInput(path));
  try {
    if (magicOf(bytes) === MAGIC.v86) return fromMachine(path, bytes);
    return { kind: "device snapshot", state: decodeSnapshot(bytes), transport: undefined };
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    const expected = "a whole file made by ballonet's encodeSnapshot or v86's save_state";
    const advice = "copy the file again or save anew";
    throw new InputError(`${nameOf(path)}: ${error.message}. Expected ${expected}: ${advice}`, {
      cause: error,
    });
  }
}

function fromMachine(path: string, bytes: Uint8Array): Saved {
  const saved = savedBalloon(bytes);
  if (saved !== undefined) return { kind: "state of v86", state: saved.state, transport: saved.transport };
  throw new InputError(
    `${nameOf(path)} is a state of v86 without a balloon of this package: attach one with attachBalloon before you save`,
  );
}

/** Decompresses a file, if needed. Saved guests are mostly zeros, so they are often stored compressed. */
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

/** The largest size of a decompressed zstd block. A compressed block takes at least four bytes. */
const BLOCK_BYTES = 2 ** 17;

/**
 * Decompresses a state of v86. The state has its length at its start, and the output gets no more room than that,
 * whatever the data decompresses to.
 */
async function unzstd(bytes: Uint8Array): Promise<Uint8Array> {
  const { decompress } = await import("fzstd");
  const start = new Uint8Array(2 * BLOCK_BYTES);
  try {
    decompress(bytes.subarray(0, start.length), start);
  } catch {
    // The rest is missing. `start` has what came before.
  }
  if (magicOf(start) !== MAGIC.v86) throw new Error("the zstd data is not a state of v86");
  const length = new DataView(start.buffer).getUint32(8, true);
  if (length > (bytes.length / 4) * BLOCK_BYTES) throw new Error(`zstd of less than ${length} bytes`);
  return decompress(bytes, new Uint8Array(length));
}

function magicOf(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
