/** The shape of a value: a kind, a list of such values, a value that may be missing, or an object of them. */
type Shape =
  | keyof typeof KINDS
  | { readonly oneOf: readonly (string | number)[] }
  | { readonly listOf: Shape }
  | { readonly maybe: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const STATE: Shape = {
  fields: {
    version: "u32",
    memory: "words",
    numbering: { oneOf: ["negotiated", "offered", "spec"] },
    revision: { oneOf: [1, 2] },
    offered: "bits",
    silentDeflateBit: { maybe: "u8" },
    virtio: {
      fields: {
        status: "u8",
        accepted: "bits",
        isr: "u8",
        generation: "u8",
        interface: { maybe: { oneOf: ["modern", "legacy"] } },
        queues: {
          listOf: {
            fields: {
              size: "u16",
              enabled: "flag",
              descriptors: "address",
              driver: "address",
              device: "address",
              nextAvail: "u16",
              nextUsed: "u16",
            },
          },
        },
      },
    },
    targetFrames: "u32",
    actualFrames: "u32",
    poison: "u32",
    ballooned: "words",
    lock: { fields: { keptLocked: "words", owed: "words" } },
    withheld: { maybe: { fields: { head: "u16", runs: "words" } } },
    statsBuffer: { maybe: "u16" },
    hint: {
      fields: { phase: { oneOf: ["idle", "requested", "running"] }, run: "u32", abandoned: "flag" },
    },
    hintCommand: "u32",
    pending: {
      listOf: {
        fields: { role: { oneOf: ["inflate", "deflate", "stats", "hint", "report"] }, until: "u16" },
      },
    },
  },
};

/**
 * Names the first field that is missing or has the wrong kind, or returns undefined if `value` is a
 * {@link BalloonState} of this version. Does not check whether the fields fit together.
 */
export function shapeFault(value: unknown): string | undefined {
  const path = misfit(value, STATE, []);
  return path && `the state is not complete: ${path.join(".") || "no object"}`;
}

/**
 * The path to the part of `value` that does not have this shape. It consists of names from the shape and of numbers, so
 * its length is bounded.
 */
function misfit(value: unknown, shape: Shape, path: readonly string[]): readonly string[] | undefined {
  if (typeof shape === "string") return KINDS[shape](value) ? undefined : path;
  if ("oneOf" in shape) return shape.oneOf.includes(value as string) ? undefined : path;
  if ("listOf" in shape) return misfitOfList(value, shape.listOf, path);
  if ("maybe" in shape) return value === undefined ? undefined : misfit(value, shape.maybe, path);
  if (typeof value !== "object" || value === null) return path;
  return firstMisfit(
    Object.entries(shape.fields).map(([key, field]) => [key, (value as Record<string, unknown>)[key], field]),
    path,
  );
}

function misfitOfList(value: unknown, shape: Shape, path: readonly string[]): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_ITEMS) return path;
  return firstMisfit(
    // map() would skip missing items.
    Array.from(value, (item, index) => [String(index), item, shape] as const),
    path,
  );
}

function firstMisfit(
  parts: readonly (readonly [key: string, value: unknown, shape: Shape])[],
  path: readonly string[],
): readonly string[] | undefined {
  for (const [key, value, shape] of parts) {
    const found = misfit(value, shape, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** No list in a state has more items, except lists of words. */
const MOST_ITEMS = 64;

const KINDS = {
  u8: (value: unknown) => isCount(value, 0xff),
  u16: (value: unknown) => isCount(value, 0xffff),
  u32: (value: unknown) => isCount(value, 0xffffffff),
  // A guest may write any 64 bits. Addresses above 2^53 are rounded, but they are far outside guest memory.
  address: (value: unknown) => isCount(value, 2 ** 64),
  bits: (value: unknown) => typeof value === "bigint" && value >= 0n && value < 1n << 128n,
  words: (value: unknown) => value instanceof Uint32Array,
  flag: (value: unknown) => typeof value === "boolean",
};

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
