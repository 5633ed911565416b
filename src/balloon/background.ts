/** Starts a timer that does not keep a Node process alive. Outside Node, timers are numbers. */
export function background(callback: () => void, ms: number): ReturnType<typeof setInterval> {
  const timer = setInterval(callback, ms);
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
