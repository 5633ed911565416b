/** How much somebody may get, and how strongly it counts in the division. */
export interface Claim {
  readonly most: number;
  /** Finite and positive. */
  readonly weight: number;
}

/**
 * Divides `amount` in proportion to `most` × `weight`, of which nobody gets more than `most`; what somebody cannot take
 * goes to the others. Nothing when there is nothing to divide.
 */
export function share(amount: number, claims: readonly Claim[], round: (value: number) => number): number[] {
  const { level, full } = fill(amount, claims);
  return claims.map((claim) =>
    full.has(claim) ? claim.most : Math.min(claim.most, round(level * claim.most * claim.weight)),
  );
}

/** Who gets all it may, and which part of `most` × `weight` the others get. */
function fill(amount: number, claims: readonly Claim[]): { level: number; full: ReadonlySet<Claim> } {
  const full = new Set<Claim>();
  for (;;) {
    const open = claims.filter((claim) => claim.most > 0 && !full.has(claim));
    const rest = amount - sum([...full].map(({ most }) => most));
    if (rest <= 0 || open.length === 0) return { level: 0, full };
    const level = rest / sum(open.map(({ most, weight }) => most * weight));
    const more = open.filter(({ weight }) => level * weight >= 1);
    if (more.length === 0) return { level, full };
    for (const claim of more) full.add(claim);
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
