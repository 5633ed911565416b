/** The constructors of typed arrays. */
export type ViewType = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

/**
 * What v86 has in the place of a typed array over WebAssembly memory: it goes on when the memory grows, which ends every
 * real one. v86 makes a new array for every access; this one keeps it as long as it is good.
 */
export function memoryView(
  Type: ViewType,
  memory: WebAssembly.Memory,
  byteOffset: number,
  length: number,
): object {
  let kept = new Type(memory.buffer, byteOffset, length);
  const view = (): ArrayBufferView => {
    if (kept.buffer !== memory.buffer) kept = new Type(memory.buffer, byteOffset, length);
    return kept;
  };
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        const value: unknown = Reflect.get(view(), name);
        return typeof value === "function" ? (value.bind(view()) as unknown) : value;
      },
      set: (_target, name, value) => Reflect.set(view(), name, value),
    },
  );
}

/** A property that is, or stands for, a typed array over `buffer`. */
export interface FoundView {
  readonly owner: object;
  readonly name: string;
  readonly Type: ViewType;
  readonly byteOffset: number;
  readonly length: number;
  /** Whether it is v86's stand-in. */
  readonly isStandIn: boolean;
}

/** The views over `buffer` among the properties of some objects. */
export function viewsOver(buffer: ArrayBuffer, owners: readonly object[]): FoundView[] {
  return owners.flatMap((owner) =>
    Object.entries(owner).flatMap(([name, value]: [string, unknown]) => {
      const found = isObject(value) ? describeView(buffer, value) : undefined;
      return found === undefined ? [] : [{ owner, name, ...found }];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** v86's stand-in has all that a typed array has, with its functions bound to one. */
function describeView(
  buffer: ArrayBuffer,
  value: Record<string, unknown>,
): Omit<FoundView, "owner" | "name"> | undefined {
  if (value.buffer !== buffer) return undefined;
  const { byteOffset, length, constructor } = value as unknown as Uint8Array;
  const Type = (globalThis as Record<string, unknown>)[constructor.name.replace("bound ", "")];
  if (typeof length !== "number" || typeof Type !== "function") return undefined;
  return { Type: Type as ViewType, byteOffset, length, isStandIn: !ArrayBuffer.isView(value) };
}
