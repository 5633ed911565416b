/** The middle one; of an even number, the upper of the two. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
