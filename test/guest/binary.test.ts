import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const guest = (name: string): string => fileURLToPath(new URL(`../../guest/${name}`, import.meta.url));

test("the committed guest equals a build of its sources, where the compiler is available", () => {
  const output = execFileSync(process.execPath, [guest("build.mjs"), "--check"], { encoding: "utf8" });
  expect(output).toMatch(/^(tiny\.elf is up to date|skipped: .+)\n$/);
});

test("the build takes no other option, and refusing one does not change the guest", () => {
  const before = statSync(guest("tiny.elf")).mtimeMs;
  const { status, stdout, stderr } = spawnSync(process.execPath, [guest("build.mjs"), "--chek"], {
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("expected --check or nothing, got --chek");
  expect(statSync(guest("tiny.elf")).mtimeMs).toBe(before);
});

test("the committed guest stays small", () => {
  expect(statSync(guest("tiny.elf")).size).toBeLessThanOrEqual(16 * 1024);
});
