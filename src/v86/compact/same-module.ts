import type { Wasm } from "./core.ts";

/** Words of its data that a machine may have changed; most of them are constants. */
const LEAST_ALIKE = 0.75;

/**
 * Why a fresh instance is not of the module the machine runs: its memory would not have the same layout.
 * @param fresh as it was instantiated
 */
export function differentModule(running: Pick<Wasm, "exports" | "memory">, fresh: Wasm): string | undefined {
  const names = Object.keys(running.exports);
  if (names.length !== Object.keys(fresh.exports).length || names.some((name) => !(name in fresh.exports)))
    return "it exports other functions";
  const [before, now] = [running.memory.buffer, fresh.memory.buffer];
  if (now.byteLength > before.byteLength) return "it has more memory";
  return alike(new Int32Array(before), new Int32Array(now)) < LEAST_ALIKE ? "its data is another" : undefined;
}

/** Of the words that the fresh memory has, the share that is the same in the other. */
function alike(running: Int32Array, fresh: Int32Array): number {
  let [words, same] = [0, 0];
  for (let at = 0; at < fresh.length; at++) {
    if (fresh[at] === 0) continue;
    words++;
    if (fresh[at] === running[at]) same++;
  }
  return words === 0 ? 1 : same / words;
}
