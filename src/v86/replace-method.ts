type Method = (...values: never[]) => unknown;

/**
 * Replaces a method of one object with `make(original)`. Returns a function that undoes this: it restores the original
 * method, or, if other code has wrapped the replacement since, the replacement only calls the original.
 */
export function replaceMethod<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  make: (original: Owner[Name] & Method) => Owner[Name] & Method,
): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const original = (owner[name] as Method).bind(owner) as Owner[Name] & Method;
  let current = make(original);
  const replacement = ((...values: never[]) => current(...values)) as Owner[Name] & Method;
  owner[name] = replacement;
  return () => {
    current = original;
    if (owner[name] !== replacement) return;
    if (own === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, own);
  };
}
