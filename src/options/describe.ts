/** What came, for a message: a value in JavaScript's own notation, cut when it is long; an object by its kind. */
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

/** "[object Uint8Array]" and the like. */
function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    // A revoked Proxy, or a tag that throws.
    return "an object that cannot be read";
  }
}
