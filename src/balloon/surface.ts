/**
 * Throws an error where nothing catches it. The host's own error is not lost, and does not reach the emulator's loop.
 */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
