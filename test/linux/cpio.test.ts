import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { writeCpio, type CpioEntry } from "../../rig/linux/cpio.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

interface Member {
  readonly path: string;
  readonly mode: number;
  readonly inode: number;
  readonly device: readonly [number, number];
  readonly data: Uint8Array;
}

/** A reader as simple as the format allows, written from the description of the format and not from the writer. */
function readCpio(archive: Uint8Array): Member[] {
  const members: Member[] = [];
  for (let at = 0; at < archive.length;) {
    const header = text(archive.subarray(at, at + 110));
    expect(header.slice(0, 6)).toBe("070701");
    const field = (index: number): number => parseInt(header.slice(6 + index * 8, 14 + index * 8), 16);
    const [size, nameSize] = [field(6), field(11)];
    const path = text(archive.subarray(at + 110, at + 110 + nameSize - 1));
    at = Math.ceil((at + 110 + nameSize) / 4) * 4;
    const data = archive.subarray(at, at + size);
    at = Math.ceil((at + size) / 4) * 4;
    members.push({ path, mode: field(1), inode: field(0), device: [field(9), field(10)], data });
  }
  return members;
}

const ENTRIES: readonly CpioEntry[] = [
  { type: "directory", path: "dev", mode: 0o755 },
  { type: "character-device", path: "dev/console", mode: 0o600, major: 5, minor: 1 },
  { type: "file", path: "init", mode: 0o755, data: bytes("#!/bin/sh\n") },
  { type: "file", path: "empty", mode: 0o644, data: bytes("") },
];

describe("writeCpio", () => {
  test("writes directories, files and device nodes, then the trailer", () => {
    const members = readCpio(writeCpio(ENTRIES));
    expect(
      members.map(({ path, mode, device, data }) => [path, mode.toString(8), device, text(data)]),
    ).toEqual([
      ["dev", "40755", [0, 0], ""],
      ["dev/console", "20600", [5, 1], ""],
      ["init", "100755", [0, 0], "#!/bin/sh\n"],
      ["empty", "100644", [0, 0], ""],
      ["TRAILER!!!", "0", [0, 0], ""],
    ]);
    expect(new Set(members.map(({ inode }) => inode)).size).toBe(members.length);
  });

  test("pads names and data of every length", () => {
    const entries = Array.from({ length: 64 }, (_, index): CpioEntry => {
      const data = new Uint8Array(index >> 3).fill(index + 1);
      return { type: "file", path: "f".repeat(1 + (index & 7)) + String(index), mode: 0o600, data };
    });
    const members = readCpio(writeCpio(entries)).slice(0, -1);
    expect(members.map(({ path, data }) => [path, ...data])).toEqual(
      entries.map((entry) => [entry.path, ...(entry.type === "file" ? entry.data : [])]),
    );
  });

  test("counts the bytes of a name, not its characters", () => {
    const [member] = readCpio(writeCpio([{ type: "directory", path: "käse", mode: 0o700 }]));
    expect(member?.path).toBe("käse");
  });

  test.each(["", "/init", "a\0b"])("refuses the path %j", (path) => {
    expect(() => writeCpio([{ type: "directory", path, mode: 0o755 }])).toThrow(RangeError);
  });

  test.skipIf(spawnSync("cpio", ["--version"]).error && process.env.BALLONET_REQUIRE_LINUX !== "1")(
    "writes archives that the cpio tool reads",
    () => {
      const listing = execFileSync("cpio", ["-itv"], { input: writeCpio(ENTRIES), encoding: "utf8" });
      expect(listing).toMatch(/^drwxr-xr-x .* dev$/m);
      expect(listing).toMatch(/^crw------- .* 5, +1 .* dev\/console$/m);
      expect(listing).toMatch(/^-rwxr-xr-x .* 10 .* init$/m);
    },
  );
});
