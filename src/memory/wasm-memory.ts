/**
 * A WebAssembly.Memory, as far as it is needed here. Public types name none of the DOM's types, so that they compile in
 * projects without them.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}
