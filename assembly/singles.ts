import { BITMAP, OUT_OF_RANGE, RESULTS, UNBACKED } from "./layout";
import { back, lastBacked, lastFrame } from "./backing";
import { emitPageOf, laneIsFull } from "./host-pages";
import { INFLATE, WITH_PAGES, WITH_RUNS, changedOf } from "./modes";
import { emitIf } from "./runs";

/**
 * Applies the mode to one backed frame; returns its old bit.
 *
 * Byte access with the mask rotl(0x01010101, frame): its low byte is 1 << (frame & 7) without the `and`, and a byte
 * store forwards to the next load of a neighbouring frame. 8-10 % faster than 32-bit words and shifts.
 */
// @ts-ignore: decorator
@inline
function applyFrame(frame: u32, mode: u32): u32 {
  if (mode & WITH_PAGES) return applyInGroup(frame, mode);
  const at = <usize>(frame >>> 3);
  const byte = <u32>load<u8>(at, BITMAP);
  const mask = rotl<u32>(0x01010101, frame);
  const was = u32((byte & mask) != 0);
  store<u8>(at, mode & INFLATE ? byte | mask : byte & ~mask, BITMAP);
  if (mode & WITH_RUNS) emitIf(frame, 1, mode & INFLATE ? was ^ 1 : was);
  return was;
}

/** The same with the whole 16-frame group in hand, which shows whether a host page flips. */
// @ts-ignore: decorator
@inline
function applyInGroup(frame: u32, mode: u32): u32 {
  const at = <usize>(frame >>> 4) << 1;
  const group = <u32>load<u16>(at, BITMAP);
  const was = (group >>> (frame & 15)) & 1;
  const bit: u32 = 1 << (frame & 15);
  const after = mode & INFLATE ? group | bit : group & ~bit;
  // A full lane is rare: a branch costs less than writing always.
  if (!(mode & INFLATE) && laneIsFull(group, frame)) emitPageOf(frame);
  store<u16>(at, after, BITMAP);
  if (mode & INFLATE && !was && laneIsFull(after, frame)) emitPageOf(frame);
  return was;
}

/** Applies the mode to `n` backed PFNs that form no runs worth finding; returns how many changed. */
// @ts-ignore: decorator
@inline
export function applySingles(p: usize, n: u32, mode: u32): u32 {
  const end = p + (<usize>n << 2);
  let were: u32 = 0;
  for (; p + 16 <= end; p += 16) {
    were += applyFrame(load<u32>(p), mode) + applyFrame(load<u32>(p, 4), mode);
    were += applyFrame(load<u32>(p, 8), mode) + applyFrame(load<u32>(p, 12), mode);
  }
  for (; p < end; p += 4) were += applyFrame(load<u32>(p), mode);
  return changedOf(n, were, mode);
}

/**
 * The slow path: `n` PFNs of which some may be out of range or not backed. Never traps, whatever the guest wrote;
 * grows the memory where an inflated frame needs it. The mode stays a variable: speed does not matter here, size does.
 */
export function applyChecked(p: usize, n: u32, mode: u32): u32 {
  const end = p + (<usize>n << 2);
  let changed: u32 = 0;
  for (; p < end; p += 4) {
    const frame = load<u32>(p);
    if (frame > lastBacked && !admit(frame, mode)) continue;
    const was = applyFrame(frame, mode);
    changed += mode & INFLATE ? was ^ 1 : was;
  }
  return changed;
}

/** Whether a frame beyond the backed part has to be applied (it is backed then); counts why not. */
function admit(frame: u32, mode: u32): bool {
  if (frame > lastFrame) {
    store<u32>(RESULTS, load<u32>(RESULTS, OUT_OF_RANGE) + 1, OUT_OF_RANGE);
    return false;
  }
  if (!(mode & INFLATE)) return false; // never backed, so never inflated
  if (back(frame)) return true;
  store<u32>(RESULTS, load<u32>(RESULTS, UNBACKED) + 1, UNBACKED);
  return false;
}
