/** A response to `fetch`, as far as it is needed here. */
export interface EngineResponse {
  /** Whether the status is one of success. */
  readonly ok: boolean;
  /** The HTTP status. */
  readonly status: number;
  /** Reads the body. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A WebAssembly.Module. TypeScript's own type has no members either. */
export type EngineModule = object;

/** What the engine can be compiled from, instead of the inlined bytes. */
export type EngineSource =
  EngineModule | ArrayBuffer | ArrayBufferView | EngineResponse | Promise<EngineResponse>;
