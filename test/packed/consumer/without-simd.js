// For a machine without SIMD instructions: reports that, and runs the program.
import { readFileSync } from "node:fs";
import { run } from "./src/program.js";

const engine = readFileSync(new URL(import.meta.resolve("ballonet/engine.wasm")));
console.log(JSON.stringify({ simd: WebAssembly.validate(engine), ...(await run()) }));
