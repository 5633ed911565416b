import { createRequire } from "node:module";
import { RoaringSet } from "./roaring-set.js";

// A native addon: built when installed, for one version of Node, and absent where that did not work.
const { RoaringBitmap32 } = createRequire(import.meta.url)("roaring");

export class RoaringPeer extends RoaringSet {
  constructor(frames) {
    super(RoaringBitmap32, frames);
  }
}
