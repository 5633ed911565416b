let copies = 0;

/**
 * A copy of `loop`, which may refer to its parameters only. V8 keeps one set of type feedback per function in the
 * source: contenders that shared a loop would turn its calls megamorphic, and slow whoever is fastest the most.
 */
export function fresh(loop) {
  return new Function(`return ${loop} // ${copies++}`)();
}
