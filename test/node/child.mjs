// Locks as many 64 KiB pages as the argument says, and prints the result as JSON.
import { readFileSync } from "node:fs";
import { NodeHost } from "ballonet/node";

const memory = new WebAssembly.Memory({ initial: Number(process.argv[2]) });
try {
  const { lockedFrames } = new NodeHost({ ram: () => new Uint8Array(memory.buffer), lock: true });
  print({ lockedFrames });
} catch ({ name, code, message }) {
  print({ name, code, message });
}

function print(outcome) {
  const [, kib] = /^VmLck:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"));
  console.log(JSON.stringify({ ...outcome, kernel: kib / 4 }));
}
