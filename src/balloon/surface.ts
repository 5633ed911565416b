/**
 * Throws an error where nothing catches it. The host's own error is not lost, and does not reach the emulator's loop.
 */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Does work that must not stop what comes after it, whatever host code it calls. An error surfaces. */
export function shield(work: () => void): void {
  try {
    work();
  } catch (error) {
    surface(error);
  }
}
