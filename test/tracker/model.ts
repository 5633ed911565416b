import { expect } from "vitest";
import type { BatchResult, PageTracker, Runs } from "../../src/tracker/index.ts";

/** What a tracker does, as simply as possible: a JavaScript Set and one PFN at a time. */
export class Model {
  readonly frames: number;
  readonly set: Set<number> = new Set<number>();

  constructor(frames: number) {
    this.frames = frames;
  }

  inflate(pfns: Iterable<number>): Expected {
    return this.#apply(pfns, (pfn) => !this.set.has(pfn) && this.set.add(pfn) === this.set);
  }

  deflate(pfns: Iterable<number>): Expected {
    return this.#apply(pfns, (pfn) => this.set.delete(pfn));
  }

  next(pfn: number): number {
    const later = [...this.set].filter((frame) => frame >= pfn);
    return later.reduce((least, frame) => (least === -1 || frame < least ? frame : least), -1);
  }

  nextOutside(pfn: number): number {
    let outside = pfn;
    while (this.set.has(outside)) outside++;
    return outside;
  }

  countRange(first: number, frames: number): number {
    return [...this.set].filter((frame) => frame >= first && frame < first + frames).length;
  }

  #apply(pfns: Iterable<number>, change: (pfn: number) => boolean): Expected {
    const changed: number[] = [];
    let redundant = 0;
    let outOfRange = 0;
    for (const pfn of pfns) {
      if (pfn >= this.frames) outOfRange++;
      else if (change(pfn)) changed.push(pfn);
      else redundant++;
    }
    return { counts: { changed: changed.length, redundant, outOfRange }, runs: runsOf(changed) };
  }
}

export interface Expected {
  readonly counts: BatchResult;
  readonly runs: number[];
}

/** [first, frames] pairs of the maximal runs. */
export function runsOf(frames: Iterable<number>): number[] {
  const runs: number[] = [];
  for (const frame of [...frames].sort((a, b) => a - b)) {
    const end = runs.at(-2)! + runs.at(-1)!;
    if (frame === end) runs[runs.length - 1]!++;
    else runs.push(frame, 1);
  }
  return runs;
}

export function pfnsOf(first: number, frames: number): number[] {
  return Array.from({ length: frames }, (_, i) => first + i);
}

/** Reads runs one by one, and checks that the copy is the same. */
export function readRuns(runs: Runs): number[] {
  const pairs: number[] = [];
  for (let i = 0; i < runs.length; i++) pairs.push(runs.first(i), runs.frames(i));
  expect([...runs.toArray()]).toEqual(pairs);
  return pairs;
}

/** Copies PFNs to the staging area as a device does: as bytes. */
export function stage(tracker: PageTracker, pfns: readonly number[]): number {
  const bytes = new Uint8Array(4 * pfns.length);
  const view = new DataView(bytes.buffer);
  pfns.forEach((pfn, i) => {
    view.setUint32(4 * i, pfn, true);
  });
  tracker.staging(bytes.length).set(bytes);
  return pfns.length;
}

export function readStaged(tracker: PageTracker, pfns: number): number[] {
  const bytes = tracker.staging(4 * pfns).slice();
  const view = new DataView(bytes.buffer);
  return Array.from({ length: pfns }, (_, i) => view.getUint32(4 * i, true));
}

export function expectSameSet(tracker: PageTracker, model: Model): void {
  const expected = runsOf(model.set);
  expect(tracker.count).toBe(model.set.size);
  expect([...tracker.allRuns()]).toEqual(expected);
  const visited: number[] = [];
  tracker.forEachRun((first, frames) => visited.push(first, frames));
  expect(visited).toEqual(expected);
}
