import { EngineMemory } from "../../build/src/tracker/engine-memory.js";
import { OUT_OF_RANGE, instantiate } from "../../build/src/tracker/engine.js";

/** The Wasm kernel alone, called as PageTracker calls it. Its PFNs are copied to the one place where it reads them. */
export class KernelPeer {
  constructor(frames) {
    this.memory = new EngineMemory(instantiate(), frames);
  }

  get outOfRange() {
    return this.memory.views.results[OUT_OF_RANGE];
  }

  /** Returns how many frames changed. */
  inflate(pfns) {
    this.memory.views.pfns.set(pfns);
    return this.memory.silent.inflate(pfns.length);
  }

  deflate(pfns) {
    this.memory.views.pfns.set(pfns);
    return this.memory.silent.deflate(pfns.length);
  }
}
