/** A result as an indented JSON document: bigints as decimal text, typed arrays as arrays. */
export function toJson(result: object): string {
  return `${JSON.stringify(result, plain, 2)}\n`;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Uint32Array ? [...value] : value;
}
