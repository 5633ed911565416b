import { didYouMean } from "./closest.ts";
import { describe } from "./describe.ts";
import { faultOf, inWords, isNeeded } from "./kind.ts";
import type { Kind, Needed, Table } from "./kind.ts";

/**
 * Checks a value that the host passed under `name`, and returns it; -0 becomes 0.
 * @throws TypeError for the wrong kind, RangeError for the wrong value. The message has the name, what was expected,
 * and what was passed.
 */
export function check<Value>(name: string, kind: Kind, value: Value): Value {
  const Fault = faultOf(kind, value);
  if (Fault !== undefined) throw new Fault(message(name, kind, value));
  if (typeof kind === "object" && "members" in kind && typeof value === "object") {
    for (const [member, of] of Object.entries(kind.members))
      checkIfGiven(`${name}.${member}`, of, (value as Record<string, unknown>)[member]);
  }
  return value === 0 ? (0 as Value) : value;
}

/**
 * Reads each of the options of `caller` once and checks it. Undefined means that an option was not given.
 * @throws TypeError unless it is an object of options, for an unknown option, and for an option of the wrong kind;
 * RangeError for an option with a wrong value
 */
export function readOptions<Options extends object>(
  caller: string,
  table: Table<Options>,
  options: Options | undefined,
): Options {
  if (options !== undefined && !isOptions(options))
    throw new TypeError(`${caller}: expected an object of options, got ${describe(options)}`);
  const names = Object.keys(table);
  const unknown = Object.keys(options ?? {}).find((key) => !names.includes(key));
  if (unknown !== undefined)
    throw new TypeError(`${caller}: unknown option ${describe(unknown)}${didYouMean(unknown, names)}`);
  const given = names.map((name) => {
    const value = (options as Record<string, unknown> | undefined)?.[name];
    return [name, checkIfGiven(name, table[name as keyof Options], value)];
  });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Options;
}

function checkIfGiven(name: string, kind: Kind | Needed, value: unknown): unknown {
  if (isNeeded(kind)) return check(name, kind.needed, value);
  return value === undefined ? undefined : check(name, kind, value);
}

/** False for an array, a Map or a Promise. They have no options, so they would count as an empty object. */
function isOptions(value: unknown): boolean {
  return typeof value === "object" && ["[object Object]", "[object Module]"].includes(describe(value));
}

function message(name: string, kind: Kind, value: unknown): string {
  const slip = typeof value === "string" && typeof kind === "object" && "oneOf" in kind;
  const hint = slip ? didYouMean(value, kind.oneOf) : "";
  return `${name}: expected ${inWords(kind)}, got ${describe(value)}${hint}`;
}
