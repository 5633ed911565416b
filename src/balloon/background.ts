/** Calls back at an interval, without keeping a Node process alive. Returns a function that ends it. */
export function background(callback: () => void, ms: number): () => void {
  const timer = setInterval(callback, ms);
  // Outside Node, timers are numbers.
  (timer as { unref?: () => void }).unref?.();
  return () => {
    clearInterval(timer);
  };
}
