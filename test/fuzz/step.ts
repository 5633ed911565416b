import type { LockFailureAction } from "../../src/lock/index.ts";

/** How the guest reaches the device. */
export type TransportName = "modern" | "legacy" | "mmio";

/** One descriptor as it stands in a table, valid or not. */
export interface RawDescriptor {
  readonly address: number;
  readonly bytes: number;
  readonly flags: number;
  readonly next: number;
}

/** One thing that the guest or the host does: plain data, so that a sequence of steps can be kept. */
export type Step =
  /** any access to the registers */
  | { readonly do: "write"; readonly offset: number; readonly width: 1 | 2 | 4; readonly value: number }
  | { readonly do: "read"; readonly offset: number; readonly width: 1 | 2 | 4 }
  /** words of guest memory from a byte address on */
  | { readonly do: "poke"; readonly at: number; readonly words: readonly number[] }
  /** a driver comes up: resets, takes all features but those of `without`, places queues of `size` */
  | { readonly do: "up"; readonly without: readonly number[]; readonly size: number }
  | { readonly do: "reset" }
  | { readonly do: "reset-queue"; readonly queue: number }
  | { readonly do: "kick"; readonly queue: number }
  /** a chain as a driver sends it: words to read, then ranges to write, in an indirect table or not */
  | {
      readonly do: "send";
      readonly queue: number;
      readonly words: readonly number[];
      readonly ranges: readonly (readonly [address: number, bytes: number])[];
      readonly indirect: boolean;
    }
  /** the driver's answer to a hinting command: the id in the configuration, or another one */
  | { readonly do: "hint-id"; readonly queue: number; readonly other?: number }
  /** descriptors and heads straight into the rings, the available index moved on by `jump` */
  | {
      readonly do: "rings";
      readonly queue: number;
      readonly table: readonly (readonly [slot: number, descriptor: RawDescriptor])[];
      readonly data: readonly (readonly [slot: number, descriptor: RawDescriptor])[];
      readonly heads: readonly number[];
      readonly jump: number;
    }
  /** frames on which host calls fail from now on, and what the embedder says to a failed lock */
  | {
      readonly do: "trouble";
      readonly unlock: readonly number[];
      readonly lock: readonly number[];
      readonly discard: readonly number[];
      readonly throws: boolean;
      readonly answer: LockFailureAction;
    }
  | { readonly do: "target"; readonly frames: number }
  | { readonly do: "ask-stats" | "ask-free-pages" | "retry-locks" | "timer" | "migrate" };

/** The options of the machine. */
export interface Setup {
  readonly transport: TransportName;
  /** Memory that is locked, on a host whose calls fail; otherwise memory on a host whose discards write zeros. */
  readonly pinned: boolean;
  readonly silentDeflate: "never" | "optional" | "always";
  readonly queueNumbering: "negotiated" | "offered" | "spec";
  readonly poisonedPages: "skip" | "fill";
  /** RAM without a hole, or with one, as a PC has it below 4 GiB. */
  readonly ram: "whole" | "hole";
}

/** A whole run: a machine and what happens to it. */
export interface FuzzCase {
  readonly setup: Setup;
  readonly steps: readonly Step[];
}

/** Guest memory in frames, up to its end: the driver's rings take up to 17 of them, from {@link RINGS} on. */
export const FRAMES = 36;
export const MEMORY: number = FRAMES * 4096;
/** First byte of the rings. */
export const RINGS: number = 16 * 4096;
/** Where the driver puts what it sends, and indirect tables. */
export const DATA = 0x1000;
/** Queues the guest tries: one more than there are. */
export const QUEUES = 6;
