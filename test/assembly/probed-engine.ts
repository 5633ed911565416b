import { compile, type Target } from "./compile.ts";
import { addProbes, probesIn, type Probe } from "./probes.ts";
import { readSources } from "./sources.ts";

const { sources, probes } = addProbes(readSources());
const hits: WebAssembly.Global[] = probes.map(() => new WebAssembly.Global({ value: "i32", mutable: true }, 0));

async function probedEngine(target: Target): Promise<{ base64: string; ballooned: ReadonlySet<number> }> {
  const { wasm, text } = await compile(sources, target);
  return { base64: Buffer.from(wasm).toString("base64"), ballooned: probesIn(text) };
}

const simd = await probedEngine("simd");
const plain = await probedEngine("plain");

export const ENGINE_BASE64: string = simd.base64;
export const PLAIN_ENGINE_BASE64: string = plain.base64;
/** Every module will do. */
export const ENGINE_EXPORTS: readonly string[] = [];

/** The places in the current engine that no test reached. */
export function notReached(): Probe[] {
  const { ballooned } = WebAssembly.validate(Buffer.from(ENGINE_BASE64, "base64")) ? simd : plain;
  return probes.filter((_, id) => ballooned.has(id) && hits[id]!.value === 0);
}

/** The places that are in neither engine. */
export function dead(): Probe[] {
  return probes.filter((_, id) => !simd.ballooned.has(id) && !plain.ballooned.has(id));
}

/** Gives every instance what the probes set. */
export function connectProbes(): void {
  const { Instance } = WebAssembly;
  const imports = { probe: Object.fromEntries(hits.map((hit, id) => [`hit${id}`, hit])) };
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module) {
      super(module, imports);
    }
  };
}
