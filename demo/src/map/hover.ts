import { mib } from "../format.ts";
import type { PageMap } from "./page-map.ts";

/** When the pointer is over the map, the caption says which pages a cell stands for. */
export function describePages(map: PageMap, canvas: HTMLCanvasElement, caption: HTMLElement): void {
  let scale: string | null = null;
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const found = map.framesAt(offsetX, offsetY);
    if (found === undefined) return;
    scale ??= caption.textContent;
    const last = found.first + found.frames - 1;
    const pfns = found.frames === 1 ? `PFN ${found.first}` : `PFNs ${found.first} to ${last}`;
    caption.textContent = `${pfns}, at ${mib(found.first)}`;
  });
  canvas.addEventListener("pointerleave", () => {
    if (scale !== null) caption.textContent = scale;
    scale = null;
  });
}
