import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cacheFolder, createAtomically } from "../../rig/linux/cache.ts";

const home = join("/", "home", "user");

describe("the cache's folder", () => {
  test.each([
    ["linux", {}, join(home, ".cache", "ballonet")],
    ["linux", { XDG_CACHE_HOME: "/var/xdg" }, join("/", "var", "xdg", "ballonet")],
    ["linux", { XDG_CACHE_HOME: "relative" }, join(home, ".cache", "ballonet")],
    ["freebsd", { XDG_CACHE_HOME: "" }, join(home, ".cache", "ballonet")],
    ["darwin", { XDG_CACHE_HOME: "/var/xdg" }, join(home, "Library", "Caches", "ballonet")],
    ["win32", { LOCALAPPDATA: "/local" }, join("/", "local", "ballonet")],
    ["win32", {}, join(home, "AppData", "Local", "ballonet")],
    ["linux", { BALLONET_CACHE: "/own", XDG_CACHE_HOME: "/var/xdg" }, join("/", "own")],
    ["darwin", { BALLONET_CACHE: "own" }, resolve("own")],
  ])("on %s with %j is %s", (platform, env, folder) => {
    expect(cacheFolder({ platform, env, home })).toBe(folder);
  });

  test("is the user's, not the package's", () => {
    expect(cacheFolder()).not.toContain(resolve("."));
  });
});

describe("processes that start at the same time", () => {
  const folder = mkdtempSync(join(tmpdir(), "ballonet-cache-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const contents = ["one", "two", "three"];

  /** Fills all of them before any is moved into its place. */
  const race = async (
    target: string,
    fill: (scratch: string, text: string) => Promise<string>,
  ): Promise<void> => {
    let waiting = contents.length;
    let open!: () => void;
    const allFilled = new Promise<void>((done) => (open = done));
    await Promise.all(
      contents.map((text) =>
        createAtomically(target, async (scratch) => {
          const made = await fill(scratch, text);
          if (--waiting === 0) open();
          await allFilled;
          return made;
        }),
      ),
    );
  };

  test("leave one whole folder, and nothing else", async () => {
    await race(join(folder, "files"), async (scratch, text) => {
      const made = join(scratch, "made");
      await mkdir(made);
      for (const name of ["a", "b"]) await writeFile(join(made, name), text);
      return made;
    });
    const [a, b] = ["a", "b"].map((name) => readFileSync(join(folder, "files", name), "utf8"));
    expect(contents).toContain(a);
    expect(b).toBe(a);
    expect(readdirSync(folder)).toEqual(["files"]);
  });

  test("leave one whole file", async () => {
    await race(join(folder, "state"), async (scratch, text) => {
      await writeFile(join(scratch, "made"), text);
      return join(scratch, "made");
    });
    expect(contents).toContain(readFileSync(join(folder, "state"), "utf8"));
    expect(readdirSync(folder).sort()).toEqual(["files", "state"]);
  });
});
