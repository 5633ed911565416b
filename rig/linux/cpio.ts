// Writes "newc" cpio archives, the format that Linux unpacks as its initial file system. The cpio tool is not used
// because a minimal Debian does not have it, and because it needs root to make the device node, which only has to be
// described here.

const TYPE_DIRECTORY = 0o040000;
const TYPE_FILE = 0o100000;
const TYPE_CHARACTER_DEVICE = 0o020000;

const HEADER_BYTES = 110;
const TRAILER = "TRAILER!!!";

/** One member of an archive. `path` is relative to the root; `mode` has permission bits only. */
export type CpioEntry =
  | { readonly type: "directory"; readonly path: string; readonly mode: number }
  | { readonly type: "file"; readonly path: string; readonly mode: number; readonly data: Uint8Array }
  | {
      readonly type: "character-device";
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

/**
 * Builds an archive that is owned by root and has all times set to zero, so equal entries give equal bytes. A directory
 * must come before its contents, because Linux creates members in archive order.
 *
 * @throws RangeError if a path is absolute, empty or has a NUL
 */
export function writeCpio(entries: readonly CpioEntry[]): Uint8Array {
  // Inode 0 is reserved for the trailer. Distinct numbers prevent readers from treating members as hard links.
  const members = entries.map((entry, index) => member(checkedPath(entry.path), index + 1, fieldsOf(entry)));
  return concatenate([...members, member(TRAILER, 0, { mode: 0, data: NO_DATA })]);
}

interface Fields {
  readonly mode: number;
  readonly data: Uint8Array;
  readonly major?: number;
  readonly minor?: number;
}

const NO_DATA = new Uint8Array(0);

function fieldsOf(entry: CpioEntry): Fields {
  switch (entry.type) {
    case "directory":
      return { mode: TYPE_DIRECTORY | entry.mode, data: NO_DATA };
    case "file":
      return { mode: TYPE_FILE | entry.mode, data: entry.data };
    case "character-device":
      return {
        mode: TYPE_CHARACTER_DEVICE | entry.mode,
        data: NO_DATA,
        major: entry.major,
        minor: entry.minor,
      };
  }
}

function checkedPath(path: string): string {
  if (path === "" || path.startsWith("/") || path.includes("\0")) {
    throw new RangeError(`cpio path must be relative and without NUL, got ${JSON.stringify(path)}`);
  }
  return path;
}

function member(path: string, inode: number, { mode, data, major = 0, minor = 0 }: Fields): Uint8Array {
  const name = new TextEncoder().encode(`${path}\0`);
  const dataStart = aligned(HEADER_BYTES + name.length);
  const bytes = new Uint8Array(aligned(dataStart + data.length));
  const [uid, gid, links, time, deviceMajor, deviceMinor, checksum] = [0, 0, 1, 0, 0, 0, 0];
  const numbers = [inode, mode, uid, gid, links, time, data.length, deviceMajor, deviceMinor, major, minor];
  bytes.set(new TextEncoder().encode(`070701${[...numbers, name.length, checksum].map(hex).join("")}`));
  bytes.set(name, HEADER_BYTES);
  bytes.set(data, dataStart);
  return bytes;
}

/** The header with the name, and the data, are each padded to a multiple of four bytes. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
