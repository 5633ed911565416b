import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/index.ts";
import { Balloon, decodeSnapshot, encodeSnapshot } from "../../src/balloon/index.ts";
import { RecordingHost } from "../../src/host/index.ts";
import { bootMachine, settle } from "../v86/machine.ts";
import { ballonet, json } from "./ballonet.ts";

const folder = mkdtempSync(join(tmpdir(), "ballonet-"));
const path = (name: string): string => join(folder, name);

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(path(name), bytes);
  return path(name);
}

beforeAll(async () => {
  const machine = await bootMachine();
  await settle(machine, 700);
  const { device } = machine.balloon;
  write("snapshot", encodeSnapshot(device.state()));
  write("v86", new Uint8Array(await machine.guest.emulator.save_state()));
  await machine.guest.destroy();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A zstd frame that stores `bytes` as they are, in blocks of 128 KiB at most (RFC 8878 §3.1.1). */
function zstdStored(bytes: Uint8Array): Uint8Array {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 5);
  const parts = [header];
  for (let at = 0; at < bytes.length; at += 2 ** 17) {
    const block = bytes.subarray(at, at + 2 ** 17);
    const blockHeader = Buffer.alloc(3);
    blockHeader.writeUIntLE((block.length << 3) | (at + block.length === bytes.length ? 1 : 0), 0, 3);
    parts.push(blockHeader, Buffer.from(block));
  }
  return Buffer.concat(parts);
}

/** The bytes, and blocks of 128 KiB that repeat the last byte and take 4 bytes each. */
function zstdRepeated(bytes: Uint8Array, blocks: number): Uint8Array {
  const stored = zstdStored(bytes);
  stored[9]! &= ~1;
  const block = Buffer.from([0, 0, 0, bytes.at(-1)!]);
  block.writeUIntLE(((2 ** 17) << 3) | 2, 0, 3);
  const last = Buffer.from(block);
  last[0]! |= 1;
  return Buffer.concat([stored, ...Array.from({ length: blocks }, () => block), last]);
}

/** A state of v86 with 3149 bytes of JSON, as `zstd -19` packs it: with Huffman codes, sequences and matches. */
const ZSTD_WITHOUT_BALLOON = Buffer.from(
  "KLUv/WRdC70DAAIIGRiQuwEX7Y3JQ5EBDeUjW83fxXaWY1iKIwHOUkJ6s2PEW+alyLRW4vsuBypyo2+ij9Ff3/EdQ/BfK/vWwH1t7Bi67ta0" +
    "wGb/GJMp19viut6kPVVqbXFKyH19z2ZAKFgIIeBhHiYEAJSREfzTClZyoqg14H4B45iqqg==",
  "base64",
);

describe("ballonet inspect", () => {
  test("shows a device snapshot: features, queues, pages, locks, and which devices accept it", async () => {
    const { code, out, err } = await ballonet(["inspect", path("snapshot")]);
    expect(out).toMatch(/^saved {5}device snapshot, version 1$/m);
    expect(out).toMatch(/^driver {4}modern, status ACKNOWLEDGE DRIVER DRIVER_OK FEATURES_OK$/m);
    expect(out).toMatch(/^features {2}.*WILL_TELL_HOST.*VERSION_1/m);
    expect(out).toMatch(/^queue 0 {3}size \d+, descriptors at 0x[0-9a-f]+, next 3 taken, 3 returned$/m);
    expect(out).toMatch(/^balloon {3}700 frames /m);
    expect(out).toMatch(/^locks {5}0 frames kept locked, 0 frames owed$/m);
    expect(out).toMatch(/^never {5}accepted, lock policy on/m);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test.each(["plain", "gzip", "zstd"])("shows the same balloon in a state of v86: %s", async (form) => {
    const bytes = readFileSync(path("v86"));
    const forms = { plain: () => bytes, gzip: () => gzipSync(bytes), zstd: () => zstdStored(bytes) };
    const saved = write(form, forms[form as keyof typeof forms]());
    const result = await json(["inspect", saved]);
    expect(result).toMatchObject({ kind: "state of v86", transport: "modern" });
    expect(result.state).toEqual((await json(["inspect", path("snapshot")])).state);
    expect(result.outcomes).toMatchObject({ never: { result: "accepted" }, always: { lockPolicy: "on" } });
  });

  test("shows the contents of compressed blocks of zstd", async () => {
    const { code, err } = await ballonet(["inspect", write("compressed", ZSTD_WITHOUT_BALLOON)]);
    expect(err).toContain("is a state of v86 without a balloon of this package");
    expect(code).toBe(3);
  });

  test("says what is wrong with a state that no device can continue, with exit code 1", async () => {
    const state = decodeSnapshot(readFileSync(path("snapshot")));
    const frames = state.memory[1]!;
    const [runs, targetFrames] = [Uint32Array.of(9, 1, 3, 2), frames + 1];
    for (const [forged, fault] of [
      [{ ...state, ballooned: runs }, "the list of ballooned frames does not consist of ascending runs"],
      [{ ...state, targetFrames }, `a target of ${targetFrames} frames for a guest of ${frames}`],
    ] as const) {
      const saved = write("forged", encodeSnapshot(forged));
      const { code, out, err } = await ballonet(["inspect", saved]);
      expect(out).toMatch(/^WRONG {5}.*: no device can go on with it$/m);
      expect(out).toContain(fault);
      expect({ code, err }).toEqual({ code: 1, err: "" });
      expect((await json(["inspect", saved])).fault).toContain(fault);
    }
    expect((await json(["inspect", path("snapshot")])).fault).toBeUndefined();
  });

  test("shows no outcome for a device that no driver has talked to", async () => {
    const ram = new Uint8Array(2 ** 20);
    const device = new Balloon({
      memory: new LinearMemory(() => ram),
      interrupt: { raise: () => undefined, lower: () => undefined },
      host: new RecordingHost({ frames: 256 }),
    });
    const { out } = await ballonet(["inspect", write("fresh", encodeSnapshot(device.state()))]);
    expect(out).toMatch(/^driver {4}none yet, status 0$/m);
    expect(out).toMatch(/^optional {2}no driver has negotiated$/m);
  });
});

describe("a useless file gives exit code 3, the reason and advice:", () => {
  test.each<[string, (bytes: Buffer) => Uint8Array, string]>([
    ["snapshot", (bytes) => bytes.fill(0xff, 40, 44), "damaged: wrong checksum"],
    ["snapshot", (bytes) => bytes.subarray(0, 30), "damaged: wrong checksum"],
    ["snapshot", () => readFileSync("package.json"), "not a balloon snapshot"],
    ["snapshot", (bytes) => bytes.subarray(0, 3), "not a balloon snapshot"],
    ["v86", (bytes) => bytes.subarray(0, 5000), "the state of v86 is truncated: wrong length"],
    ["v86", (bytes) => bytes.fill(0, 4, 8), "a state of v86 in version 0, expected 6"],
    ["v86", (bytes) => bytes.fill(0, 16, 20), "the state of v86 cannot be read"],
    ["v86", (bytes) => gzipSync(bytes).subarray(0, 9000), "cannot be decompressed"],
    ["v86", (bytes) => zstdStored(bytes).subarray(0, 9000), "cannot be decompressed"],
    ["snapshot", zstdStored, "the zstd data is not a state of v86"],
    ["v86", (bytes) => zstdStored(bytes.subarray(0, 100)), "zstd of less than"],
    [
      "v86",
      (bytes) => zstdRepeated(bytes.fill(0, 8, 12).fill(100, 8, 9).subarray(0, 100), 2000),
      "is truncated: wrong length",
    ],
  ])("%s, case %#", async (name, spoil, message) => {
    const spoiled = write("spoiled", spoil(readFileSync(path(name))));
    const { code, out, err } = await ballonet(["inspect", spoiled]);
    expect(err).toContain(message);
    expect(err).toMatch(/again/);
    expect({ code, out }).toEqual({ code: 3, out: "" });
  });

  test("a machine without this package's balloon", async () => {
    const json = Buffer.from(JSON.stringify({ state: [], buffer_infos: [] }));
    const header = Buffer.alloc(16);
    [0x86768676, 6, 16 + json.length, json.length].forEach((word, i) => header.writeUInt32LE(word, 4 * i));
    const { code, err } = await ballonet(["inspect", write("bare", Buffer.concat([header, json]))]);
    expect(err).toContain("without a balloon of this package: attach one with attachBalloon");
    expect(code).toBe(3);
  });
});
