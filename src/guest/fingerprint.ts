import type { PageSet } from "../tracker/index.ts";

/** FNV-1a-32 over the ascending PFNs as le32, in 8 hex digits. The embedded guest computes the same. */
export function fingerprint(ballooned: PageSet): string {
  let hash = 0x811c9dc5;
  ballooned.forEachRun((first, frames) => {
    for (let pfn = first; pfn < first + frames; pfn++) hash = hashPfn(hash, pfn);
  });
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function hashPfn(hash: number, pfn: number): number {
  for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((pfn >>> shift) & 0xff), 0x01000193);
  return hash;
}
