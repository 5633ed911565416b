import type { Core } from "./core.ts";

/** v86's graphics adapter, as far as it has a picture in WebAssembly memory. */
interface WithPicture {
  image_data?: ImageData | null;
  /** Makes the layers again, because they refer to the picture. */
  update_layers?(): void;
}

/**
 * Moves the picture of a graphical mode to the new memory. The picture is a view of the old memory and would keep all
 * of it alive. v86 makes it again when it draws next, but in a hidden tab it never draws. Returns the function that
 * puts the new picture in its place.
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
