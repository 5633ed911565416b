import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeTrace } from "../../src/trace/index.ts";
import { ballonet, json, spawned } from "./ballonet.ts";

const folder = mkdtempSync(join(tmpdir(), "ballonet-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const INFLATE = "test/fixtures/inflate.vbtr";

describe("ballonet replay", () => {
  test("shows what is ballooned at the end, and how fast that went", async () => {
    const { code, out, err } = await ballonet(["replay", INFLATE]);
    expect(out).toMatch(/^trace {5}65536 frames \(256.0 MiB\) of guest memory, 118 inflate, 0 deflate, /);
    expect(out).toMatch(/^end {7}30000 frames \(117.2 MiB\) in 12 runs$/m);
    expect(out).toMatch(/^speed {5}[\d.]+ million PFN\/s: /m);
    expect(out.match(/│.{68}│/g)).toHaveLength(8);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test("prints the same with --json, and nothing else", async () => {
    const result = await json(["replay", INFLATE]);
    expect(result).toMatchObject({
      pfns: 30_000,
      changed: 30_000,
      redundant: 0,
      outOfRange: 0,
      balloonedFrames: 30_000,
    });
    expect(result.trace).toEqual({
      path: INFLATE,
      guestFrames: 65_536,
      records: { inflate: 118, deflate: 0, hint: 0, report: 2 },
      pfns: 30_000,
    });
    expect((result.balloonedRuns as number[]).length).toBe(24);
    expect((result.speed as { seconds: number }).seconds).toBeGreaterThan(0);
  });

  test("also lists the broken rules with --device, and shows the locks of a pinned host", async () => {
    const { code, out } = await ballonet(["replay", "test/fixtures/pressure.vbtr", "--device"]);
    expect(out).toMatch(/^outcome {3}accepted, lock policy ON, [^]*^ +the guest negotiates WILL_TELL_HOST/m);
    expect(out).toMatch(/^host {6}unlocked .* 13746 frames [^]*^ +locked .* 12904 frames/m);
    // 842 frames were ballooned when this recording began, but it does not say so: that is no fault of the driver.
    expect(out).toMatch(/^bad input none$/m);
    expect(out).not.toContain("broken");
    expect(code).toBe(0);
  });

  test("shows the peak and the end: how much, when, and which pages", async () => {
    const path = join(folder, "peak");
    const [low, high, rest] = [
      [0, 300],
      [9000, 1000],
      [100, 900],
    ].map(([first, length]) => Uint32Array.from({ length: length! }, (_, i) => first! + i));
    const records = [
      { kind: "ballooned", timeUs: 0, ranges: Uint32Array.of(300, 100) },
      { kind: "inflate", timeUs: 4_294_000_000, pfns: low! },
      // 2^32 µs have passed.
      { kind: "inflate", timeUs: 1_000_000, pfns: high! },
      { kind: "deflate", timeUs: 2_000_000, pfns: high! },
      { kind: "inflate", timeUs: 3_000_000, pfns: rest! },
    ] as const;
    writeFileSync(path, encodeTrace({ guestFrames: 65_536, records }));
    for (const options of [[], ["--device"]]) {
      const { out } = await ballonet(["replay", path, ...options]);
      expect(out).toMatch(
        /^peak {6}1400 frames \(5\.5 MiB\) in 2 runs, after batch 2 of 4, at 4295\.967 s$/m,
      );
      expect(out).toMatch(/^end {7}1000 frames \(3\.9 MiB\) in 1 runs$/m);
      expect(out.match(/│.{68}│/g)).toHaveLength(16);
      const { peak } = await json(["replay", path, ...options]);
      expect(peak).toEqual({
        balloonedFrames: 1400,
        batch: 2,
        seconds: 4295.967296,
        balloonedRuns: [0, 400, 9000, 1000],
      });
    }
  });

  test("shows a peak before the first batch, and no time where there was no clock", async () => {
    const path = join(folder, "no-clock");
    const records = [{ kind: "deflate", timeUs: 0, pfns: Uint32Array.of(7, 8) }] as const;
    writeFileSync(path, encodeTrace({ guestFrames: 1000, records }));
    const { out } = await ballonet(["replay", path]);
    expect(out).toMatch(/^peak {6}2 frames .* in 1 runs, after batch 0 of 1$/m);
    expect(out.match(/│.{68}│/g)).toHaveLength(8);
  });

  test("takes hints and reports with --device if there are any", async () => {
    const result = await json(["replay", "test/fixtures/report4.vbtr", "--device"]);
    expect(result.skipped).toBe(0);
    expect((result.report as { frames: number }).frames).toBe(83_488);
  });

  test("reads standard input", () => {
    const { out } = spawned(["replay", "-"], { input: readFileSync(INFLATE) });
    expect(out).toContain("30000 frames");
  });
});

describe("a useless trace gives exit code 3 and advice:", () => {
  test.each<[string, Uint8Array | undefined, string]>([
    ["missing", undefined, "there is no such file"],
    ["empty", new Uint8Array(0), "header cut short at byte 0"],
    ["other", readFileSync("package.json"), "wrong magic at byte 0"],
    ["cut", readFileSync(INFLATE).subarray(0, 5000), "record longer than the file at byte "],
  ])("%s", async (name, bytes, message) => {
    const path = join(folder, name);
    if (bytes !== undefined) writeFileSync(path, bytes);
    const { code, out, err } = await ballonet(["replay", path]);
    expect(err).toContain(message);
    if (bytes !== undefined) expect(err).toContain("record a new one: ballonet record --out=FILE");
    expect({ code, out }).toEqual({ code: 3, out: "" });
  });

  test("a folder", async () => {
    expect(await ballonet(["replay", folder])).toMatchObject({ code: 3, out: "" });
  });

  test("a guest larger than any device takes: the tracker replays it, a device cannot", async () => {
    const path = join(folder, "large");
    const records = [{ kind: "inflate", timeUs: 0, pfns: Uint32Array.of(0xfffffff0) } as const];
    writeFileSync(path, encodeTrace({ guestFrames: 0xffffffff, records }));
    expect(await json(["replay", path])).toMatchObject({ balloonedFrames: 1 });
    const { code, err } = await ballonet(["replay", path, "--device"]);
    expect(err).toContain("Try it without --device");
    expect(code).toBe(3);
  });
});
