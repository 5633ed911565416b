/**
 * What a value from the host must be. Kinds are plain data: tests go through all options with them, and bundlers remove
 * tables that are not used.
 */
export type Kind = Simple | OneOf | IntegerIn | NumberIn | InstanceOf | Members;

type Simple =
  "boolean" | "string" | "function" | "bigint" | "object" | "array" | "function or array" | "bytes" | "words";

/** One of some words. Another word counts as the wrong kind, as it does in TypeScript. */
interface OneOf {
  readonly oneOf: readonly string[];
  readonly orFunction?: boolean;
}

/** An integer in one of the ranges, including both ends. */
interface IntegerIn {
  readonly integer: readonly (readonly [least: number, most: number])[];
  readonly multipleOf?: number;
  readonly powerOfTwo?: boolean;
  readonly orInfinity?: boolean;
}

/** Any number in a range, including both ends. */
interface NumberIn {
  readonly number: readonly [least: number, most: number];
}

/** An object of a class. Messages call the class `called`, because minifiers rename classes. */
interface InstanceOf {
  readonly instanceOf: abstract new (...args: never[]) => unknown;
  readonly called: string;
}

/** An object that has at least these members. */
export interface Members {
  readonly members: Readonly<Record<string, Kind | Needed>>;
  readonly orFunction?: boolean;
}

/** Marks an option that is required. */
export interface Needed {
  readonly needed: Kind;
}

/** The kind of every option of `Options`. A missing option is a type error. */
export type Table<Options> = {
  readonly [Name in keyof Options]-?: Partial<Pick<Options, Name>> extends Pick<Options, Name>
    ? Kind
    : Needed;
};

/** The simple kinds: their name in messages, and their test. */
const SIMPLE: Readonly<
  Record<Simple, { readonly called: string; readonly is: (value: unknown) => boolean }>
> = {
  boolean: { called: "true or false", is: (value) => typeof value === "boolean" },
  string: { called: "a string", is: (value) => typeof value === "string" },
  function: { called: "a function", is: (value) => typeof value === "function" },
  bigint: { called: "a bigint", is: (value) => typeof value === "bigint" },
  object: { called: "an object", is: isObject },
  array: { called: "an array", is: Array.isArray },
  "function or array": {
    called: "a function or an array",
    is: (value) => typeof value === "function" || Array.isArray(value),
  },
  bytes: { called: "a Uint8Array", is: (value) => value instanceof Uint8Array },
  words: { called: "a Uint32Array", is: (value) => value instanceof Uint32Array },
};

/**
 * Finds what is wrong with `value` as one of `kind`: its kind, its value, or nothing. Members are checked one by one.
 */
export function faultOf(
  kind: Kind,
  value: unknown,
): TypeErrorConstructor | RangeErrorConstructor | undefined {
  if (typeof kind === "object" && "integer" in kind) return faultOfInteger(kind, value);
  if (typeof kind === "object" && "number" in kind) return faultOfNumber(kind, value);
  return isOfKind(kind, value) ? undefined : TypeError;
}

function isOfKind(kind: Exclude<Kind, IntegerIn | NumberIn>, value: unknown): boolean {
  if (typeof kind === "string") return SIMPLE[kind].is(value);
  if ("instanceOf" in kind) return value instanceof kind.instanceOf;
  if (typeof value === "function") return kind.orFunction === true;
  return "oneOf" in kind ? (kind.oneOf as readonly unknown[]).includes(value) : isObject(value);
}

function faultOfInteger(kind: IntegerIn, value: unknown): ReturnType<typeof faultOf> {
  if (typeof value !== "number") return TypeError;
  if (value === Infinity && kind.orInfinity === true) return undefined;
  const { integer, multipleOf = 1, powerOfTwo = false } = kind;
  const inRange = integer.some(([least, most]) => value >= least && value <= most);
  const fits = Number.isInteger(value) && inRange && value % multipleOf === 0;
  return fits && (!powerOfTwo || (value & (value - 1)) === 0) ? undefined : RangeError;
}

function faultOfNumber({ number: [least, most] }: NumberIn, value: unknown): ReturnType<typeof faultOf> {
  if (typeof value !== "number") return TypeError;
  return value >= least && value <= most ? undefined : RangeError;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** The expected kind in words, for a message. */
export function inWords(kind: Kind): string {
  if (typeof kind === "string") return SIMPLE[kind].called;
  if ("integer" in kind) return integerInWords(kind);
  if ("number" in kind) return `a number from ${kind.number.join(" to ")}`;
  if ("instanceOf" in kind) return kind.called;
  const or = kind.orFunction === true ? ["a function"] : [];
  if ("oneOf" in kind) return list([...kind.oneOf.map((word) => `"${word}"`), ...or]);
  const needed = Object.keys(kind.members).filter((name) => isNeeded(kind.members[name]!));
  return list([`an object with ${needed.join(", ")}`, ...or]);
}

function integerInWords({ integer, multipleOf, powerOfTwo, orInfinity }: IntegerIn): string {
  const number =
    powerOfTwo === true ? "a power of two" : multipleOf ? `a multiple of ${multipleOf}` : "an integer";
  const ranges = integer.map(([least, most]) => `${least} to ${most}`).join(" or ");
  return `${number} from ${ranges}${orInfinity === true ? ", or Infinity" : ""}`;
}

function list(parts: readonly string[]): string {
  const last = parts.at(-1)!;
  return parts.length === 1 ? last : `${parts.slice(0, -1).join(", ")} or ${last}`;
}

export function isNeeded(kind: Kind | Needed): kind is Needed {
  return typeof kind === "object" && "needed" in kind;
}
