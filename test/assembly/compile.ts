import { basename } from "node:path";
import { readConfig, type Sources } from "./sources.ts";

export type Target = "simd" | "plain";

export interface Compiled {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** In the text format. */
  readonly text: string;
}

/** The parts of the compiler used here. Its own types would change the types of arrays in the whole project. */
interface Compiler {
  createMemoryStream(): { toString(): string };
  main(
    args: string[],
    environment: {
      readFile: (name: string) => string | null;
      writeFile: (name: string, content: string | Uint8Array) => void;
      listFiles: () => string[];
      stderr: object;
    },
  ): Promise<{ error: Error | null }>;
}
// TypeScript would resolve a literal name.
const { default: asc } = (await import(import.meta.resolve("assemblyscript/asc"))) as { default: Compiler };

/**
 * Compiles sources that need not exist as files, with the options of asconfig.json but unoptimized (a third of a
 * second) unless `optimized`.
 * @throws Error with the compiler's messages when the sources do not compile.
 */
export async function compile(sources: Sources, target: Target, optimized = false): Promise<Compiled> {
  const files = new Map(sources).set("asconfig.json", config(optimized));
  const written = new Map<string, string | Uint8Array>();
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(["--config", "asconfig.json", "--target", target], {
    readFile: (name) => files.get(name) ?? null,
    writeFile: (name, content) => void written.set(basename(name), content),
    listFiles: () => [],
    stderr,
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return {
    wasm: new Uint8Array(written.get("engine.wasm") as Uint8Array),
    text: written.get("engine.wat") as string,
  };
}

function config(optimized: boolean): string {
  const { options, targets } = readConfig();
  // Instantiating validates the module anyway.
  const fast = { optimizeLevel: 0, shrinkLevel: 0, converge: false, noValidate: true };
  const here = { outFile: "engine.wasm", textFile: "engine.wat" };
  return JSON.stringify({
    entries: ["assembly/index.ts"],
    options: optimized ? options : { ...options, ...fast },
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, own]) => [name, { ...(own as object), ...here }]),
    ),
  });
}
