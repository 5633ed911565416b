// Takes the place of src/generated/engine.ts: the engine changes from mutant to mutant.
import { PageTracker } from "../../../src/tracker/index.ts";
import type { Probe } from "../../assembly/probes.ts";

export let ENGINE_BASE64 = "";
export let PLAIN_ENGINE_BASE64 = "";
/** Every module will do. */
export const ENGINE_EXPORTS: readonly string[] = [];

const global = (): WebAssembly.Global<"i32"> => new WebAssembly.Global({ value: "i32", mutable: true }, 0);

/** Rounds of loops that the engine has left. */
export const fuel: WebAssembly.Global<"i32"> = global();
/** 1 where a probe was reached. */
export const hits: WebAssembly.Global<"i32">[] = [];

/** Makes all later trackers use this engine. */
export async function use(wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  ENGINE_BASE64 = PLAIN_ENGINE_BASE64 = Buffer.from(wasm).toString("base64");
  await PageTracker.prepare(wasm);
}

/** Gives every instance the imports for fuel and probes. */
export function connect(probes: readonly Probe[]): void {
  hits.push(...probes.map(global));
  const imports = {
    fuel: { left: fuel },
    probe: Object.fromEntries(hits.map((hit, id) => [`hit${id}`, hit])),
  };
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module) {
      super(module, imports);
    }
  };
}
