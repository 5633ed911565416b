/**
 * Describes a value for a message: in JavaScript's own notation, cut if it is long. An object is described by its kind.
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return cut(JSON.stringify(value.slice(0, LONGEST)));
    case "bigint":
      return BigInt.asIntN(128, value) === value ? `${value}n` : "a bigint beyond 128 bits";
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object":
    case "function":
      return value === null ? "null" : cut(tagOf(value));
    default:
      return cut(String(value));
  }
}

const LONGEST = 60;

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** Returns "[object Uint8Array]" and the like. */
function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    // The object is a revoked Proxy, or its tag throws.
    return "an object that cannot be read";
  }
}
