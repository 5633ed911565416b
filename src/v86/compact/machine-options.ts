/**
 * The options that a machine was made with, as far as {@link compact} reads them. v86's other options are allowed too.
 */
export interface MachineOptions {
  /** A function that instantiates v86's module with these imports, and returns its exports. */
  wasm_fn?(imports: Record<string, Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Location of v86's module: a URL, or a path in Node. */
  readonly wasm_path?: string;
  /** Size of guest memory in bytes. */
  readonly memory_size?: number;
}
