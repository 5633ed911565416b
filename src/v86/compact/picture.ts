import type { Core } from "./core.ts";

/** v86's graphics adapter, as far as it has a picture in WebAssembly memory. */
interface WithPicture {
  image_data?: ImageData | null;
  /** Makes the layers anew, which name the picture. */
  update_layers?(): void;
}

/**
 * The picture of a graphical mode is a view of the memory, which v86 makes again when it draws next: in a hidden tab that is
 * never, and the view would keep all of the old memory. Returns what puts one of the new memory in its place.
 */
export function newPicture({ devices, wasm_memory }: Core, memory: WebAssembly.Memory): () => void {
  const vga = devices.vga as WithPicture | undefined;
  const picture = vga?.image_data;
  if (vga === undefined || picture?.data.buffer !== wasm_memory.buffer) return () => undefined;
  const { byteOffset, length } = picture.data;
  const data = new Uint8ClampedArray(memory.buffer, byteOffset, length);
  const made = new ImageData(data, picture.width, picture.height);
  return () => {
    vga.image_data = made;
    vga.update_layers?.();
  };
}
