import type { Wasm } from "./core.ts";
import type { NewCore } from "./new-core.ts";

/** The share of the module's data words that must be equal. A machine may have changed some, but most are constants. */
const LEAST_ALIKE = 0.75;

/**
 * Returns why a fresh instance does not come from the module that the machine runs. Its memory would have another
 * layout.
 * @param fresh the instance right after instantiation
 */
export function differentModule(
  running: Pick<Wasm, "exports" | "memory">,
  fresh: NewCore,
): string | undefined {
  const names = Object.keys(running.exports);
  if (names.length !== Object.keys(fresh.exports).length || names.some((name) => !(name in fresh.exports)))
    return "it exports other functions";
  const [before, now] = [running.memory.buffer, fresh.memory.buffer];
  if (now.byteLength > before.byteLength) return "it has more memory";
  return alike(new Int32Array(before), new Int32Array(now, 0, Math.ceil(fresh.filled / 4))) < LEAST_ALIKE
    ? "its data is different"
    : undefined;
}

/** The share of the fresh memory's nonzero words that are the same in the running memory. */
function alike(running: Int32Array, fresh: Int32Array): number {
  let [words, same] = [0, 0];
  for (let at = 0; at < fresh.length; at++) {
    if (fresh[at] === 0) continue;
    words++;
    if (fresh[at] === running[at]) same++;
  }
  return words === 0 ? 1 : same / words;
}
