// For a runtime with a command line: the program, the host that needs koffi without koffi, and the engine as a file.
import { readFileSync } from "node:fs";
import { PageTracker } from "ballonet";
import { NodeHost } from "ballonet/node";
import { run } from "./src/program.js";

const engine = readFileSync(new URL(import.meta.resolve("ballonet/engine.wasm")));
await PageTracker.prepare(engine);
const engineFile = new PageTracker(64).inflateRange(0, 64);

const host = () => {
  try {
    return new NodeHost({ ram: () => new Uint8Array(4096) }).frames;
  } catch ({ name, code }) {
    return `${name} ${code}`;
  }
};

console.log(JSON.stringify({ ...(await run()), engineFile, host: host() }));
