import * as plainBlock from "./plain/block";
import * as plainSequence from "./plain/sequence";
import * as plainSort from "./plain/sort";
import * as simdBlock from "./simd/block";
import * as simdSequence from "./simd/sequence";
import * as simdSort from "./simd/sort";

/**
 * The few functions that exist twice: with vectors for engines that have them, and one PFN or pair at a time for the
 * rest. The compiler chooses, so each of the two modules contains one of them. Everything else is the same code.
 */

// @ts-ignore: decorator
@inline
export function padTail(end: usize): void {
  if (ASC_FEATURE_SIMD) simdBlock.padTail(end);
  else plainBlock.padTail(end);
}

// @ts-ignore: decorator
@inline
export function exceeds(p: usize, n: u32, last: u32): bool {
  return ASC_FEATURE_SIMD ? simdBlock.exceeds(p, n, last) : plainBlock.exceeds(p, n, last);
}

// @ts-ignore: decorator
@inline
export function hasNeighbours(p: usize): bool {
  return ASC_FEATURE_SIMD ? simdBlock.hasNeighbours(p) : plainBlock.hasNeighbours(p);
}

// @ts-ignore: decorator
@inline
export function findEnds(p: usize, n: u32, last: u32): u32 {
  return ASC_FEATURE_SIMD ? simdBlock.findEnds(p, n, last) : plainBlock.findEnds(p, n, last);
}

// @ts-ignore: decorator
@inline
export function matching(p: usize, end: usize, from: u32, sign: i32): usize {
  return ASC_FEATURE_SIMD
    ? simdSequence.matching(p, end, from, sign)
    : plainSequence.matching(p, end, from, sign);
}

// @ts-ignore: decorator
@inline
export function storePlaces(key: usize, keys: usize, end: usize, places: usize): void {
  if (ASC_FEATURE_SIMD) simdSort.storePlaces(key, keys, end, places);
  else plainSort.storePlaces(key, keys, end, places);
}
