const STEPS = 20_000;

/**
 * Milliseconds of work that is always the same: independent chains of additions, as many at once as a core can run. On
 * a virtual machine it takes up to twice as long while somebody else's work shares the core, for milliseconds or for
 * minutes, and that slows some contenders more than others. No load average shows it.
 */
export function gauge() {
  const start = performance.now();
  busy(STEPS);
  return performance.now() - start;
}

function busy(steps) {
  let a = 1;
  let b = 2;
  let c = 3;
  let d = 4;
  for (let i = 0; i < steps; i++) {
    a = (a + i) | 0;
    b = (b ^ a) | 0;
    c = (c + b) | 0;
    d = (d ^ i) | 0;
    a = (a ^ 7) | 0;
    b = (b + 3) | 0;
    c = (c ^ i) | 0;
    d = (d + 5) | 0;
  }
  return a ^ b ^ c ^ d;
}

const MOMENTS_MS = 1000;

/** The shortest time that `gauge` takes within a second: a first estimate. */
export function quickestGauge() {
  const end = performance.now() + MOMENTS_MS;
  let quickest = gauge();
  while (performance.now() < end) quickest = Math.min(quickest, gauge());
  return quickest;
}
