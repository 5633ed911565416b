import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const HEADER_BYTES = 16;
/** As v86 reads: the decoder holds a piece at a time. */
const PIECE_BYTES = 2 ** 20;

/** The decoder in v86's Wasm module. */
interface Decoder {
  readonly memory: WebAssembly.Memory;
  zstd_create_ctx(bytes: number): number;
  zstd_get_src_ptr(context: number): number;
  zstd_read(context: number, bytes: number): number;
  zstd_read_free(pointer: number, bytes: number): void;
}

/**
 * A state of v86 as it was before it was compressed: Node 20 has no zstd of its own, v86 has.
 * @throws Error for anything else, or when v86 is not installed
 */
export async function decompressZstd(compressed: Uint8Array): Promise<Uint8Array> {
  const decoder = await loadDecoder();
  const context = decoder.zstd_create_ctx(compressed.length);
  const source = decoder.zstd_get_src_ptr(context) >>> 0;
  new Uint8Array(decoder.memory.buffer).set(compressed, source);
  const read = (bytes: number): Uint8Array => {
    const pointer = decoder.zstd_read(context, bytes);
    const piece = new Uint8Array(decoder.memory.buffer, pointer >>> 0, bytes).slice();
    decoder.zstd_read_free(pointer, bytes);
    return piece;
  };
  return readState(read);
}

/** The state's header says how long it is. */
function readState(read: (bytes: number) => Uint8Array): Uint8Array {
  const header = read(HEADER_BYTES);
  const length = new DataView(header.buffer).getUint32(8, true);
  const pieces = [header];
  for (let at = HEADER_BYTES; at < length; at += PIECE_BYTES)
    pieces.push(read(Math.min(PIECE_BYTES, length - at)));
  return new Uint8Array(Buffer.concat(pieces));
}

async function loadDecoder(): Promise<Decoder> {
  const path = createRequire(import.meta.url).resolve("v86/build/v86.wasm");
  const module = await WebAssembly.compile(await readFile(path));
  const { exports } = await WebAssembly.instantiate(module, nothing(module));
  return exports as unknown as Decoder;
}

/** Imports that do nothing: the decoder calls none of them. */
function nothing(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const table = (): WebAssembly.Table => new WebAssembly.Table({ element: "anyfunc", initial: 1924 });
    (imports[from] ??= {})[name] = kind === "table" ? table() : () => 0;
  }
  return imports;
}
