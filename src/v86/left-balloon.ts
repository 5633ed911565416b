import type { V86Cpu } from "./v86-like.ts";

/**
 * A saved balloon that a machine was restored with when no balloon was attached to take it. v86 forgets the state of a
 * device that is not there, so a balloon is saved a second time in what v86 always gives back: as the last element of
 * `fw_value`, the bytes the BIOS last asked for. The guest reads an element that is no number as 0, as it reads
 * everything behind those bytes.
 */
export interface LeftBalloon {
  readonly saved: unknown;
  /** The PCI configuration space, with the BARs where the guest had put them. */
  readonly space: Int32Array;
  /** As what kind of device it was found there. */
  readonly transport: unknown;
}

const MARK = "ballonet left";
const SPACE_WORDS = 64;

/** `bytes` with a balloon behind them. */
export function withBalloon(bytes: Iterable<unknown>, { saved, space, transport }: LeftBalloon): unknown[] {
  return [...bytes, [MARK, saved, space, transport]];
}

/** Takes the balloon out of a machine, if one was left there. */
export function takeBalloon(cpu: Pick<V86Cpu, "fw_value">): LeftBalloon | undefined {
  const bytes = [...cpu.fw_value];
  const last = bytes.at(-1);
  if (!Array.isArray(last) || last[0] !== MARK) return undefined;
  cpu.fw_value = bytes.slice(0, -1);
  const [, saved, space, transport] = last as unknown[];
  if (!(space instanceof Int32Array) || space.length !== SPACE_WORDS) return undefined;
  return { saved, space, transport };
}
