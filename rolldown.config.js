import { defineConfig } from "rolldown";
import { bundledLibraries, libraryOf } from "./scripts/bundled.mjs";

/** The entries of package.json's `exports`, and the command. */
const ENTRIES = [
  "entries/index",
  "entries/tracker",
  "entries/virtio",
  "entries/v86",
  "entries/trace",
  "entries/node",
  "entries/balance",
  "entries/testing",
  "cli/main",
];

/** What the entries share: page tracking, which needs nothing else but checks of options, and the rest. */
const TRACKER = /[\\/]src[\\/](generated|options|tracker)[\\/]/;
const CORE = /[\\/]src[\\/](negotiation|memory|host|lock|virtio|balloon)[\\/]/;

/**
 * The published library is a few files, since opening one takes Node longer than compiling what is in it: importing a
 * hundred files took 40 ms. Not minified, so that it can be read and debugged. What the command needs of other libraries is
 * in it: the package has no dependencies.
 */
export default defineConfig({
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, `src/${entry}.ts`])),
  platform: "node",
  external: ["koffi", "v86"],
  plugins: [bundledLibraries()],
  preserveEntrySignatures: "strict",
  transform: { target: "es2022" },
  output: {
    dir: "dist",
    // Docstrings are in the types.
    comments: false,
    chunkFileNames: "shared/[name].js",
    minifyInternalExports: false,
    codeSplitting: {
      groups: [
        { name: "tracker", test: TRACKER, priority: 1 },
        { name: "core", test: CORE },
        { name: "trace", test: /[\\/]src[\\/]trace[\\/]/ },
        { name: "v86", test: /[\\/]src[\\/]v86[\\/]/ },
        { name: libraryOf, test: /node_modules/ },
      ],
    },
  },
});
