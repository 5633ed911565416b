// Ends a build: copies the raw module beside the JavaScript and leaves the stamp scripts/ensure.mjs looks at.
import { copyFileSync, writeFileSync } from "node:fs";

copyFileSync("build/engine.wasm", "dist/engine.wasm");
writeFileSync("dist/.stamp", "");
