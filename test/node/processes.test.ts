import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { calls, privileged } from "./gate.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const CHILD = "test/node/child.mjs";

/** Another user may not be able to read this checkout; then the reason is part of the title. */
const unreadable =
  privileged.available && spawnSync(process.execPath, ["--check", CHILD], NOBODY).status !== 0
    ? " [skipped: user 65534 cannot read this checkout]"
    : "";
if (unreadable !== "") console.warn(`SKIPPED: locks in a process of another user.${unreadable}`);

/** Starts a process of user 65534 with a limit; it locks `pages` pages of 64 KiB. */
function lockAsNobody(limit: number, pages: number): Record<string, unknown> {
  const command = [`--memlock=${limit}`, process.execPath, CHILD, String(pages)];
  const { stdout, stderr } = spawnSync("prlimit", command, { ...NOBODY, encoding: "utf8" });
  return JSON.parse(stdout || JSON.stringify({ stderr })) as Record<string, unknown>;
}

describe.skipIf(!privileged.available || unreadable !== "")(
  `a process of another user than root${privileged.note}${unreadable}`,
  () => {
    test("locks what the limit allows", () => {
      expect(lockAsNobody(8 * 2 ** 20, 64)).toEqual({ lockedFrames: 1024, kernel: 1024 });
    });

    test.each([
      [8 * 2 ** 20, 256, "ENOMEM"],
      [0, 64, "EPERM"],
    ])(
      "with a limit of %i bytes is told that it cannot lock %i pages, and how it could",
      (limit, pages, code) => {
        const outcome = lockAsNobody(limit, pages);
        expect(outcome).toMatchObject({ name: "NodeHostError", code, kernel: 0 });
        expect(outcome.message).toContain("RLIMIT_MEMLOCK");
      },
    );
  },
);

describe.skipIf(!calls.available)(`without koffi${calls.note}`, () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ballonet-node-"));
    cpSync("dist", folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("the module loads, and a host says what to install", () => {
    const script = `
      import { NodeHost } from ${JSON.stringify(pathToFileURL(join(folder, "entries/node.js")).href)};
      try { new NodeHost({ ram: () => new Uint8Array(65536) }); } catch ({ name, code, message }) {
        console.log(JSON.stringify({ name, code, message }));
      }`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    const outcome = JSON.parse(stdout) as Record<string, string>;
    expect(outcome).toMatchObject({ name: "NodeHostError", code: "ENOKOFFI" });
    expect(outcome.message).toContain("npm install koffi");
  });

  test.each([
    ["examples/reclaim.mjs", 1],
    ["examples/many-guests.mjs", 1],
    ["build/rig/cli/main.js reclaim", 4],
  ])("%s says in one sentence what to install", (line, code) => {
    const clone = join(folder, "clone");
    const modules = join(clone, "node_modules");
    for (const path of ["package.json", "dist", "build/src", "build/rig", "guest/tiny.elf", "examples"])
      cpSync(path, join(clone, path), { recursive: true });
    mkdirSync(modules);
    for (const name of readdirSync("node_modules").filter((each) => each !== "koffi"))
      symlinkSync(resolve("node_modules", name), join(modules, name));
    const { status, stderr } = spawnSync(process.execPath, line.split(" "), { cwd: clone, encoding: "utf8" });
    expect(stderr).toMatch(
      /^(ballonet: )?ballonet\/node calls the system through koffi: install it with `npm install koffi` .*\n$/,
    );
    expect(status).toBe(code);
  });
});
