import { gunzipSync } from "node:zlib";
import { decodeSnapshot, SnapshotError } from "../../balloon/index.ts";
import type { BalloonState } from "../../balloon/index.ts";
import { savedBalloon } from "../../v86/index.ts";
import type { PciTransport } from "../../v86/index.ts";
import { InputError } from "../input-error.ts";
import { nameOf, readInput } from "../input.ts";
import { decompressZstd } from "./zstd.ts";

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
  const saved = savedBalloon(bytes);
  if (saved !== undefined)
    return { kind: "state of v86", state: saved.state, transport: saved.transport ?? "modern" };
  throw new InputError(
    `${nameOf(path)} is a state of v86 without a balloon of this package: attach one with attachBalloon before you save`,
  );
}

/** Saved guests are mostly zeros, so they are kept compressed. */
async function decompressed(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  const magic = magicOf(bytes);
  try {
    if (magic === MAGIC.zstd) return await decompressZstd(bytes);
    return (magic & 0xffff) === MAGIC.gzip ? gunzipSync(bytes) : bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.endsWith("MODULE_NOT_FOUND")) throw error;
    throw new InputError(`${nameOf(path)} cannot be decompressed (${String(error)}): copy it again`, {
      cause: error,
    });
  }
}

function magicOf(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
