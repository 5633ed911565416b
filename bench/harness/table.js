/** A time with three digits that count, in nanoseconds. */
export function nanoseconds(seconds, units) {
  const time = (seconds * 1e9) / units;
  return time < 100 ? time.toPrecision(3) : time.toFixed(0);
}

/** A share of our peer's speed, or how many times as fast. */
function ratioText(ratio, percent) {
  if (ratio === undefined) return "";
  return percent ? `${(100 * ratio).toFixed(0)} %` : `${ratio.toFixed(2)}x`;
}

export function verdict({ unavailable, broken, ratio, must, aim, gate }) {
  if (unavailable !== undefined) return "not measured";
  if (broken !== undefined) return "FAILED";
  if (must === undefined) return "";
  if (ratio >= aim) return "aim reached";
  if (ratio >= must) return "reached";
  return ratio >= gate ? "missed" : "FAILED";
}

/** A result as the table shows it. */
export function tableRow(result) {
  const { id, unit, units, ours, peers, ratio, percent, must, aim, unavailable, broken } = result;
  const goals = { must: ratioText(must, percent), aim: ratioText(aim, percent), reached: verdict(result) };
  if (ratio === undefined) return { row: id, per: unit, "best peer": unavailable ?? broken, ...goals };
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
