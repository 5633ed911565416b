// Discards two frames of a WebAssembly memory, which is searched for zeros by compiled code where there may be some.
import { guestMemory, ZeroingHost } from "ballonet";

export function discard() {
  const wasm = new WebAssembly.Memory({ initial: 16 });
  const ram = new Uint8Array(wasm.buffer).fill(0xa5);
  const memory = guestMemory([{ base: 0, bytes: () => ram, wasm: () => wasm }]);
  new ZeroingHost(memory).discard(1, 2);
  return ram.subarray(4096, 3 * 4096).reduce((sum, byte) => sum + (byte === 0), 0);
}
