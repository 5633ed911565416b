import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const readme = readFileSync("README.md", "utf8");

/** The part of an example that the README shows. */
function shownPart(path: string): string {
  return /^\/\/ README: .*\n([\s\S]*?)^\/\/ end$/m.exec(readFileSync(path, "utf8"))?.[1] ?? "nothing shown";
}

describe.each([
  ["examples/v86.mjs", "the guest has given 16 MiB"],
  ["examples/other-emulator.mjs", "3 frames given back"],
])("%s", (path, output) => {
  test("is what the README shows", () => {
    expect(readme).toContain(shownPart(path));
  });

  test("runs", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(stderr).toBe("");
    expect(stdout).toContain(output);
    expect(status).toBe(0);
  });
});
