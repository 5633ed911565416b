import type { V86 } from "v86";
import { attachBalloon, compact } from "../../../src/v86/index.ts";
import { emptyMachine } from "./machine.ts";

/** Milliseconds of one round. Each pair is of the same guest, and of states of the same machine. */
export interface StateTimes {
  readonly save: number;
  readonly restore: number;
  /** How long `compact` let the guest stand still. */
  readonly still: number;
  readonly v86Save: number;
  readonly v86Restore: number;
}

/**
 * Saves, restores and compacts a guest with our balloon, and does the same with machines that have nothing of ours: these
 * get its state, so that their memory is the same.
 */
export async function timeStates(emulator: V86, memoryBytes: number): Promise<StateTimes> {
  await emulator.stop();
  const [save, state] = await timed(() => emulator.save_state());
  const ours = await emptyMachine(memoryBytes);
  await attachBalloon(ours).ready;
  const [restore] = await timed(() => ours.restore_state(state));
  await ours.destroy();
  const plain = await emptyMachine(memoryBytes);
  const [v86Restore] = await timed(() => plain.restore_state(state));
  const [v86Save] = await timed(() => plain.save_state());
  await plain.destroy();
  const { stillMs } = await compact(emulator);
  await emulator.run();
  return { save, restore, still: stillMs, v86Save, v86Restore };
}

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, result: T]> {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}
