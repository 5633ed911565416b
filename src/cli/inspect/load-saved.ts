import { gunzipSync } from "node:zlib";
import { decodeSnapshot, SnapshotError } from "../../balloon/index.ts";
import type { BalloonState } from "../../balloon/index.ts";
import { savedBalloon } from "../../v86/index.ts";
import type { PciTransport } from "../../v86/index.ts";
import { InputError } from "../errors.ts";
import { nameOf, readInput } from "../files.ts";

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
    if (magicOf(bytes) === MAGIC.v86) return fromMachine(path, bytes);
    return { kind: "device snapshot", state: decodeSnapshot(bytes), transport: undefined };
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    const expected = "what encodeSnapshot of ballonet or save_state of v86 made, whole";
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

/** The most that a block of zstd becomes. It takes at least four bytes. */
const BLOCK_BYTES = 2 ** 17;

/** A state of v86 as it was before zstd. It says how long it is, and whatever the data becomes, it gets no more room. */
async function unzstd(bytes: Uint8Array): Promise<Uint8Array> {
  const { decompress } = await import("fzstd");
  const start = new Uint8Array(2 * BLOCK_BYTES);
  try {
    decompress(bytes.subarray(0, start.length), start);
  } catch {
    // The rest is missing. What there was is in `start`.
  }
  if (magicOf(start) !== MAGIC.v86) throw new Error("zstd of something else than a state of v86");
  const length = new DataView(start.buffer).getUint32(8, true);
  if (length > (bytes.length / 4) * BLOCK_BYTES) throw new Error(`zstd of less than ${length} bytes`);
  return decompress(bytes, new Uint8Array(length));
}

function magicOf(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
