/** A response to `fetch`, as far as it is needed here. */
export interface EngineResponse {
  readonly ok: boolean;
  readonly status: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A WebAssembly.Module. TypeScript's own type has no members either. */
export type EngineModule = object;

/** What the engine can be compiled from, instead of the inlined bytes. */
export type EngineSource =
  EngineModule | ArrayBuffer | ArrayBufferView | EngineResponse | Promise<EngineResponse>;
