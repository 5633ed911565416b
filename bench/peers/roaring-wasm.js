import { RoaringBitmap32, roaringLibraryInitialize } from "roaring-wasm";
import { RoaringSet } from "./roaring-set.js";

await roaringLibraryInitialize();

export class RoaringWasmPeer extends RoaringSet {
  constructor(frames) {
    super(RoaringBitmap32, frames);
  }
}
