/** Stores for each of the four i32 keys at `key` how many of the keys at `keys` are smaller. */
// @ts-ignore: decorator
@inline
export function storePlaces(key: usize, keys: usize, end: usize, places: usize): void {
  for (const stop = key + 16; key < stop; key += 4, places += 4) {
    const own = load<i32>(key);
    let smaller: u32 = 0;
    for (let other = keys; other < end; other += 4) smaller += u32(load<i32>(other) < own);
    store<u32>(places, smaller);
  }
}
