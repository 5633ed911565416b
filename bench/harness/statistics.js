/** The middle one; of an even number, the upper of the two. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Median distance from the median. */
export function spread(numbers) {
  const middle = median(numbers);
  return median(numbers.map((number) => Math.abs(number - middle)));
}
