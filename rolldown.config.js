import { join } from "node:path";
import { defineConfig } from "rolldown";
import { bundledLibraries, libraryOf } from "./scripts/bundled.mjs";

/** The entries of package.json's `exports`. */
const ENTRIES = ["index", "tracker", "virtio", "v86", "trace", "node", "balance", "testing"];

/** What the entries share: page tracking, which needs nothing else but checks of options, and the rest. */
const TRACKER = /[\\/]src[\\/](generated|options|tracker)[\\/]/;
const CORE = /[\\/]src[\\/](negotiation|memory|host|lock|virtio|balloon)[\\/]/;

/**
 * The published library is a few files, since opening one takes Node longer than compiling what is in it: importing a
 * hundred files took 40 ms. Not minified, so that it can be read and debugged. What the command needs of other libraries is
 * in it: the package has no dependencies.
 */
const library = (format, dir, names) => ({
  input: Object.fromEntries(names.map((name) => [name, `src/${name}.ts`])),
  platform: "node",
  external: ["koffi", "v86"],
  plugins: format === "esm" ? [bundledLibraries()] : [],
  preserveEntrySignatures: "strict",
  transform: { target: "es2022" },
  output: {
    format,
    dir,
    // Docstrings are in the types.
    comments: false,
    sourcemap: format === "esm",
    sourcemapExcludeSources: true,
    chunkFileNames: "shared/[name].js",
    minifyInternalExports: false,
    codeSplitting: {
      groups: [
        { name: "tracker", test: TRACKER, priority: 1 },
        { name: "core", test: CORE },
        { name: "trace", test: /[\\/]src[\\/]trace[\\/]/ },
        { name: "v86", test: /[\\/]src[\\/]v86[\\/]/ },
        { name: libraryOf, debugName: "libraries", test: /node_modules/ },
      ],
    },
  },
});

const entries = ENTRIES.map((name) => `entries/${name}`);

/** A module that exports all that the published entries `names` export. */
const joined = (names) => ({
  name: "joined",
  resolveId: (id) => (id === "joined" ? id : null),
  load: (id) =>
    id === "joined"
      ? names
          .map(
            (name) =>
              `export * from ${JSON.stringify(join(import.meta.dirname, `dist/entries/${name}.js`))};`,
          )
          .join("\n")
      : null,
});

/**
 * For pages that load v86 as a script. It is made from the published modules, so that its source map can name files that
 * are published beside it, instead of containing them.
 */
const script = {
  input: "joined",
  platform: "browser",
  plugins: [joined(["index", "v86"])],
  output: {
    format: "iife",
    name: "ballonet",
    file: "dist/ballonet.min.js",
    minify: true,
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
};

export default defineConfig([
  library("esm", "dist", [...entries, "cli/main"]),
  library("cjs", "dist/cjs", entries),
  script,
]);
