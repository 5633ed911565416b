import { fileURLToPath } from "node:url";

/** A module of the benchmarks' harness, which is JavaScript without types. */
export async function benchModule<Exports>(name: string): Promise<Exports> {
  return (await import(fileURLToPath(new URL(`../../bench/harness/${name}.js`, import.meta.url)))) as Exports;
}
