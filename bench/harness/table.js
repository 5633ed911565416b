/** Nanoseconds with three digits that count. */
export const nanoseconds = (seconds, units) => ((seconds * 1e9) / units).toPrecision(3);

export function verdict({ ratio, must, aim, gate }) {
  if (ratio >= aim) return "aim reached";
  if (ratio >= must) return "reached";
  return ratio >= gate ? "missed" : "FAILED";
}

/** A result as the table shows it. */
export function tableRow(result) {
  const { id, unit, units, ours, peers, ratio, must, aim } = result;
  return {
    row: id,
    per: unit,
    "ours ns": nanoseconds(ours.seconds, units),
    "best peer": peers[0].name,
    "its ns": nanoseconds(peers[0].seconds, units),
    ratio: `${ratio.toFixed(2)}x`,
    must: `${must}x`,
    aim: `${aim}x`,
    reached: verdict(result),
  };
}
