import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The garbage collector, which Node hides unless asked. */
const collect = collector();

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** Bytes in use by JavaScript, array buffers and Wasm memories after garbage collection. */
export async function heapBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    // Buffers are freed by finalizers, which are tasks of their own.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
