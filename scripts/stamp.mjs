// Ends a build: copies the raw modules beside the JavaScript and writes the stamps that scripts/ensure.mjs looks at.
import { copyFileSync, writeFileSync } from "node:fs";

for (const name of ["engine.wasm", "engine-plain.wasm"]) copyFileSync(`build/${name}`, `dist/${name}`);
for (const folder of ["dist", "build"]) writeFileSync(`${folder}/.stamp`, "");
