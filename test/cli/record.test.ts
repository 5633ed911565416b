import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeTrace, replayTracker } from "../../src/trace/index.ts";
import { RIG_COMMANDS } from "../../rig/cli/commands.ts";
import { linuxFiles } from "../../rig/linux/files.ts";
import { failureOf } from "../../src/cli/errors.ts";
import { kernelGuest } from "../../src/cli/record/kernel.ts";
import { linux } from "../linux/gate.ts";
import { ballonet, json, spawned } from "./ballonet.ts";

const folder = mkdtempSync(join(tmpdir(), "ballonet-"));
const out = join(folder, "trace.vbtr");
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("ballonet record", () => {
  test("records the embedded guest, and the trace replays to what the guest did", async () => {
    const result = await json(["record", `--out=${out}`, "--force", "--target=16M"]);
    expect(result).toMatchObject({ guestFrames: 32_768, cut: false, pfns: 2 * 4096, out });
    const trace = decodeTrace(readFileSync(out));
    const { changed, redundant, balloonedFrames, batches } = replayTracker(trace);
    expect({ changed, redundant, balloonedFrames }).toEqual({
      changed: 2 * 4096,
      redundant: 0,
      balloonedFrames: 0,
    });
    expect(Math.max(...batches.map((batch) => batch.balloonedFrames))).toBe(4096);
    expect(trace.records.every(({ timeUs }, i) => timeUs >= (trace.records[i - 1]?.timeUs ?? 0))).toBe(true);
    expect((await json(["replay", out])).trace).toMatchObject({ records: result.records });
  });

  test("says what to do next, and continues for as long as it is told", async () => {
    const started = performance.now();
    const { code, out: text } = await ballonet([
      "record",
      `--out=${out}`,
      "--force",
      "--target=1M",
      "--seconds=2",
    ]);
    expect(performance.now() - started).toBeGreaterThan(2000);
    expect(text).toContain(`next      ballonet replay ${out}`);
    expect(code).toBe(0);
  });

  test.each([
    ["--driver=silent", 128],
    ["--driver=linux", 256],
    ["--kernel=nowhere", 256],
  ])("%s: refuses a target beyond the guest before it boots", async (guest, mib) => {
    const { code, out: text, err } = await ballonet(["record", guest, `--target=${mib + 1}M`], RIG_COMMANDS);
    expect(err).toContain(`--target must be at most the guest's ${mib}M, got "${mib + 1}M"`);
    expect({ code, text }).toEqual({ code: 2, text: "" });
  });

  test.each(["package.json", "guest/tiny.elf"])("refuses %s as a kernel, at once", async (path) => {
    const { code, err } = await ballonet(["record", `--kernel=${path}`, "--force", `--out=${out}`]);
    expect(err).toContain(`${path} is not a bootable Linux kernel: expected a bzImage`);
    expect(code).toBe(3);
  });

  test("boots no kernel without a BIOS: exit code 4, and advice", async () => {
    const kernel = join(folder, "kernel");
    writeFileSync(kernel, "HdrS".padStart(0x206, "-"));
    const { boot } = kernelGuest({ kernel, cmdline: "" }, [join(folder, "nowhere"), join(folder, "either")]);
    const refusal: unknown = await boot(
      () => {
        throw new Error("booted");
      },
      () => undefined,
    ).catch((error: unknown) => error);
    expect(failureOf(refusal)).toMatchObject({
      exitCode: 4,
      message: `a kernel needs a BIOS, but there is none at ${join(folder, "nowhere")} or ${join(folder, "either")}: install the package seabios, or name a file with --bios`,
    });
  });

  test.each([
    [join("no", "trace"), "there is no such folder"],
    [".", "it is a folder"],
  ])("refuses to write to %s before it boots the guest", async (name, reason) => {
    const { code, out: text, err } = await ballonet(["record", `--out=${join(folder, name)}`]);
    expect(err).toContain(`cannot write ${join(folder, name)}: ${reason}. Name another file with --out`);
    expect({ code, text }).toEqual({ code: 3, text: "" });
  });

  test("leaves files as they were when there is nothing to record", async () => {
    const old = join(folder, "old");
    writeFileSync(old, "as it was");
    for (const path of [old, join(folder, "new")])
      expect((await ballonet(["record", "--kernel=nowhere", "--force", `--out=${path}`])).code).toBe(3);
    expect(readFileSync(old, "utf8")).toBe("as it was");
    expect(existsSync(join(folder, "new"))).toBe(false);
  });

  test("leaves an existing file alone, unless --force is given", async () => {
    const old = join(folder, "precious");
    writeFileSync(old, "as it was", { mode: 0o640 });
    const args = ["record", `--out=${old}`, "--target=1M"];
    const { code, out: text, err } = await ballonet(args);
    expect(err).toContain(`${old} exists and is left unchanged. Name another file with --out, or replace it`);
    expect({ code, text, file: readFileSync(old, "utf8") }).toEqual({ code: 3, text: "", file: "as it was" });
    expect((await ballonet([...args, "--force"])).code).toBe(0);
    expect(decodeTrace(readFileSync(old)).guestFrames).toBe(32_768);
    expect(statSync(old).mode & 0o777).toBe(0o640);
  });

  test("leaves a file alone that appears while the guest runs, and keeps the trace", async () => {
    const taken = join(folder, "taken");
    const running = ballonet(["record", `--out=${taken}`, "--target=1M", "--seconds=3"]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    writeFileSync(taken, "somebody else's");
    const { code, err } = await running;
    const kept = `${taken}.${process.pid}`;
    expect(err).toContain(`${taken} was created meanwhile and is left unchanged: the result is in ${kept}`);
    expect({ code, file: readFileSync(taken, "utf8") }).toEqual({ code: 3, file: "somebody else's" });
    expect(decodeTrace(readFileSync(kept)).guestFrames).toBe(32_768);
  });

  test("follows a link, and leaves no file with another name", async () => {
    const [target, name] = [join(folder, "target"), join(folder, "link")];
    writeFileSync(target, "old");
    symlinkSync(target, name);
    expect((await ballonet(["record", `--out=${name}`, "--target=1M", "--force"])).code).toBe(0);
    expect(lstatSync(name).isSymbolicLink()).toBe(true);
    expect(decodeTrace(readFileSync(target)).guestFrames).toBe(32_768);
    expect(readdirSync(folder).filter((file) => file.endsWith(".part"))).toEqual([]);
  });

  test.skipIf(!linux.available)(
    `records Linux, from Debian or by path${linux.note}`,
    async () => {
      const args = ["record", `--out=${out}`, "--force", "--driver=linux", "--target=64M", "--seconds=1"];
      const result = await json(args, RIG_COMMANDS);
      expect(result.records).toMatchObject({ inflate: 64, deflate: 64 });
      const { kernel } = await linuxFiles();
      // Too large for a BIOS: the emulator throws where nobody can catch it.
      const unusable = spawned(["record", `--kernel=${kernel}`, `--bios=${kernel}`, "--target=1M"]);
      expect(unusable.code).not.toBe(0);
    },
    240_000,
  );
});
