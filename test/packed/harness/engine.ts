/** How a compiled engine begins in base64: the magic number and version of every Wasm module. */
export const ENGINE_MAGIC = "AGFzbQEAAAA";
