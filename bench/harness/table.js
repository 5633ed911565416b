/** Nanoseconds with three digits that count. */
export const nanoseconds = (seconds, units) => ((seconds * 1e9) / units).toPrecision(3);

/** A share of our peer's speed, or how many times as fast. */
const ratioText = (ratio, percent) => (percent ? `${(100 * ratio).toFixed(0)} %` : `${ratio.toFixed(2)}x`);

export function verdict({ unavailable, ratio, must, aim, gate }) {
  if (unavailable !== undefined) return "not measured";
  if (ratio >= aim) return "aim reached";
  if (ratio >= must) return "reached";
  return ratio >= gate ? "missed" : "FAILED";
}

/** A result as the table shows it. */
export function tableRow(result) {
  const { id, unit, units, ours, peers, ratio, percent, must, aim, unavailable } = result;
  const goals = { must: ratioText(must, percent), aim: ratioText(aim, percent), reached: verdict(result) };
  if (unavailable !== undefined) return { row: id, per: unit, "best peer": unavailable, ...goals };
  return {
    row: id,
    per: unit,
    "ours ns": nanoseconds(ours.seconds, units),
    "best peer": peers[0].name,
    "its ns": nanoseconds(peers[0].seconds, units),
    ratio: ratioText(ratio, percent),
    ...goals,
  };
}
