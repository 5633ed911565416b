/** The constructors of typed arrays. */
export type ViewType = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

/**
 * Makes a stand-in for a typed array over WebAssembly memory, as v86 uses. It keeps working when the memory grows,
 * which detaches a real typed array. v86 makes a new array for every access; this stand-in keeps its array as long as
 * it is valid.
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

/** A property that is a typed array over `buffer`, or a stand-in for one. */
export interface FoundView {
  readonly owner: object;
  readonly name: string;
  readonly Type: ViewType;
  readonly byteOffset: number;
  readonly length: number;
  /** Whether it is v86's stand-in. */
  readonly isStandIn: boolean;
}

/** Finds the views over `buffer` among the properties of some objects. */
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

/** Recognises a view. v86's stand-in has all properties of a typed array, and its functions are bound to one. */
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
