import type { BalloonState } from "../balloon-state.ts";

/** What a value must look like: a kind, a list of such values, a value that may be missing, or an object of them. */
type Shape =
  | "count"
  | "address"
  | "bits"
  | "words"
  | "flag"
  | { readonly oneOf: readonly string[] }
  | { readonly listOf: Shape }
  | { readonly maybe: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const STATE: Shape = {
  fields: {
    version: "count",
    frames: "count",
    numbering: { oneOf: ["negotiated", "offered", "spec"] },
    silentDeflateBit: { maybe: "count" },
    virtio: {
      fields: {
        status: "count",
        accepted: "bits",
        isr: "count",
        generation: "count",
        interface: { maybe: { oneOf: ["modern", "legacy"] } },
        queues: {
          listOf: {
            fields: {
              size: "count",
              enabled: "flag",
              descriptors: "address",
              driver: "address",
              device: "address",
              nextAvail: "count",
              nextUsed: "count",
            },
          },
        },
      },
    },
    target: "count",
    actual: "count",
    poison: "count",
    held: "words",
    lock: { fields: { keptLocked: "words", owed: "words" } },
    withheld: { maybe: { fields: { head: "count", runs: "words" } } },
    statsBuffer: { maybe: "count" },
    hint: {
      fields: { phase: { oneOf: ["idle", "requested", "running"] }, run: "count", abandoned: "flag" },
    },
    hintCommand: "count",
    pending: {
      listOf: {
        fields: { role: { oneOf: ["inflate", "deflate", "stats", "hint", "report"] }, until: "count" },
      },
    },
  },
};

/** Whether `value` has every field of a state, each of the right kind. Says nothing of whether they fit together. */
export function isState(value: unknown): value is BalloonState {
  return hasShape(value, STATE);
}

function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof shape === "string") return KINDS[shape](value);
  if ("oneOf" in shape) return typeof value === "string" && shape.oneOf.includes(value);
  if ("listOf" in shape) return Array.isArray(value) && value.every((item) => hasShape(item, shape.listOf));
  if ("maybe" in shape) return value === undefined || hasShape(value, shape.maybe);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(shape.fields).every(([key, field]) =>
    hasShape((value as Record<string, unknown>)[key], field),
  );
}

const KINDS = {
  count: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
  // A guest may write any 64 bits: above 2^53 they are rounded, and far outside its memory.
  address: (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 2 ** 64,
  bits: (value: unknown) => typeof value === "bigint" && value >= 0n,
  words: (value: unknown) => value instanceof Uint32Array,
  flag: (value: unknown) => typeof value === "boolean",
};
