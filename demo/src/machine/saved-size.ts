import type { V86 } from "v86";
import { FRAME_BYTES } from "../../../src/memory/index.ts";
import type { Attached } from "./attach.ts";

/** Sizes of one saved state, in bytes. */
export interface SavedSize {
  readonly ballooned: number;
  readonly state: number;
  readonly compressed: number;
  /**
   * What v86's own save_state would take of the same machine without a balloon: pages that had contents when they were
   * given would still have them. Counted, because those contents are gone.
   */
  readonly without: number;
}

/** Saves a machine to see how large that is. */
export async function savedSize(
  emulator: Pick<V86, "save_state">,
  { balloon, memory }: Pick<Attached, "balloon" | "memory">,
): Promise<SavedSize> {
  const { ballooned } = balloon;
  const { droppedFrames } = memory.look();
  const state = await emulator.save_state();
  return {
    ballooned,
    state: state.byteLength,
    compressed: await gzipSize(state),
    without: state.byteLength + droppedFrames * FRAME_BYTES,
  };
}

async function gzipSize(state: ArrayBuffer): Promise<number> {
  const compressed = new Blob([state]).stream().pipeThrough(new CompressionStream("gzip"));
  let bytes = 0;
  await compressed.pipeTo(
    new WritableStream<Uint8Array>({
      write: (chunk) => {
        bytes += chunk.length;
      },
    }),
  );
  return bytes;
}
