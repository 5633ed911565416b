/** The largest amount that a party may get, and its weight in the division. */
export interface Claim {
  readonly most: number;
  /** Finite and positive. */
  readonly weight: number;
}

/**
 * Divides `amount` in proportion to `most` × `weight`. No party gets more than its `most`; what it cannot take goes to
 * the others. All shares are 0 if there is nothing to divide.
 */
export function share(amount: number, claims: readonly Claim[], round: (value: number) => number): number[] {
  const { level, full } = fill(amount, claims);
  return claims.map((claim) =>
    full.has(claim) ? claim.most : Math.min(claim.most, round(level * claim.most * claim.weight)),
  );
}

/** Finds the parties that get all they may, and the fraction of `most` × `weight` that the others get. */
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
