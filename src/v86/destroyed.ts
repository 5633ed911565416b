/** v86 leaves no mark on a machine that was destroyed. */
const destroyed = new WeakSet();

export function markDestroyed(emulator: object): void {
  destroyed.add(emulator);
}

/** Whether the machine was destroyed while it had a balloon. */
export function isDestroyed(emulator: object): boolean {
  return destroyed.has(emulator);
}
