import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "ballonet-release-"));
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

beforeAll(() => {
  mkdirSync(join(folder, "scripts"));
  cpSync("scripts/release-check.mjs", join(folder, "scripts/release-check.mjs"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): object => ({
  repository: { type: "git", url: `git+https://github.com/${name}.git` },
});

/** Checks a package with these fields, in a workflow of this repository if there is one. */
function check(
  fields: object,
  GITHUB_REPOSITORY?: string,
): { code: number | null; out: string; err: string } {
  const { repository, bugs, homepage, ...others } = manifest as Record<string, unknown>;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...others, ...fields }));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release-check.mjs"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, GITHUB_REPOSITORY },
  });
  return { code: status, out: stdout, err: stderr };
}

describe("a release", () => {
  test("goes on if the address is set, and gets what npm derives from it", () => {
    const { code, out, err } = check(at("some-one/ballonet"), "Some-One/ballonet");
    expect(out).toContain("https://github.com/some-one/ballonet/issues");
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test.each([
    [{}, 'the repository\'s address is not set: set "repository" in package.json to { "type": "git"'],
    [{ repository: "" }, '"repository" is "": set'],
    [
      { repository: { type: "git", url: "git+ssh://x" } },
      '"repository" is {"type":"git","url":"git+ssh://x"}: set',
    ],
    [{ ...at("a/b"), bugs: "x" }, 'remove "bugs" from package.json: npm derives it'],
    [{ ...at("a/b"), homepage: "x" }, 'remove "homepage" from package.json: npm derives it'],
  ])("is refused with %j: says what to set where", (fields, message) => {
    const { code, out, err } = check(fields);
    expect(err).toContain(`release: ${message}`);
    expect(err).toContain("CONTRIBUTING.md");
    expect({ code, out }).toEqual({ code: 1, out: "" });
  });

  test("is refused in the workflow of another repository", () => {
    const { code, err } = check(at("a/b"), "somebody/fork");
    expect(err).toContain(
      '"repository" is git+https://github.com/a/b.git, but this release runs in somebody/fork',
    );
    expect(code).toBe(1);
  });

  test("is checked by npm publish, and by the workflow before its tests", () => {
    expect(manifest.scripts.prepublishOnly).toBe("npm run release:check");
    const workflow = readFileSync(".github/workflows/release.yml", "utf8");
    expect(workflow).toMatch(/run: npm run release:check\n\n {2}test:\n {4}needs: settings\n/);
  });
});
