import type { V86Cpu } from "./v86-like.ts";

/**
 * A saved balloon in a machine that was restored before a balloon was attached. v86 drops the state of a device that is
 * not there. So a balloon is saved a second time in a field that v86 always restores: as the last element of
 * `fw_value`, the bytes that the BIOS last asked for. The guest reads an element that is not a number as 0, as it reads
 * everything after those bytes.
 */
export interface LeftBalloon {
  readonly saved: unknown;
  /** The PCI configuration space, with the BARs at the addresses that the guest chose. */
  readonly space: Int32Array;
  /** The transport that the guest found there. */
  readonly transport: unknown;
}

const MARK = "ballonet left";
const SPACE_WORDS = 64;

/** Returns `bytes` followed by a balloon. */
export function withBalloon(bytes: Iterable<unknown>, { saved, space, transport }: LeftBalloon): unknown[] {
  return [...bytes, [MARK, saved, space, transport]];
}

/** Removes the balloon from a machine and returns it, if one was left there. */
export function takeBalloon(cpu: Pick<V86Cpu, "fw_value">): LeftBalloon | undefined {
  const bytes = [...cpu.fw_value];
  const last = bytes.at(-1);
  if (!Array.isArray(last) || last[0] !== MARK) return undefined;
  cpu.fw_value = bytes.slice(0, -1);
  const [, saved, space, transport] = last as unknown[];
  if (!(space instanceof Int32Array) || space.length !== SPACE_WORDS) return undefined;
  return { saved, space, transport };
}
