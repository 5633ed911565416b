/** Three digits that count. */
const digits = (number) => (number < 100 ? number.toPrecision(3) : number.toFixed(0));

/** How long a pass of so many seconds takes for one unit. */
export const nanoseconds = (seconds, { units, unit }) => `${digits((seconds * 1e9) / units)} ns/${unit}`;

/** How many times as fast, or the share of a peer's speed. */
export function ratioText(ratio, percent) {
  if (ratio === undefined) return "";
  return percent ? `${(100 * ratio).toFixed(0)} %` : `${ratio.toFixed(2)}x`;
}

/** "FAILED" makes --check fail; "missed" is below the goal, but not below what this row is known to reach. */
export function outcome(result) {
  if (result.unavailable !== undefined) return "not measured";
  if (result.broken !== undefined) return "FAILED";
  return "value" in result ? valueOutcome(result) : ratioOutcome(result);
}

function valueOutcome({ value, atMost, gate }) {
  if (atMost === undefined) return value <= gate ? "no goal" : "FAILED";
  if (value <= atMost) return "reached";
  return value <= gate ? "missed" : "FAILED";
}

function ratioOutcome({ ratio, must, aim, gate }) {
  if (ratio < gate) return "FAILED";
  if (must === undefined) return "no goal";
  if (ratio >= aim) return "aim reached";
  return ratio >= must ? "reached" : "missed";
}

/** A result as the table shows it, all text. */
export function tableRow(result) {
  const { id, ours = "", peer = "", its = "", ratio = "" } = { id: result.id, ...measuredText(result) };
  return { row: id, ours, peer, its, ratio, ...goalText(result), reached: outcome(result) };
}

export const HEADINGS = ["row", "ours", "best peer", "its", "ratio", "must", "aim", "reached"];

/** The table of docs/performance.md. */
export function markdownTable(results) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rows = results
    .map(tableRow)
    .map(({ row, ...cells }) => line([`\`${row}\``, ...Object.values(cells)]));
  return `${[line(HEADINGS), line(HEADINGS.map(() => "---")), ...rows].join("\n")}\n`;
}

function measuredText(result) {
  const { unavailable, broken, value, unit, ours, peers, ratio, percent, disturbed } = result;
  if (value !== undefined) return { ours: `${digits(value)} ${unit}` };
  if (ratio === undefined) return { peer: unavailable ?? broken };
  return {
    ours: nanoseconds(ours.seconds, result),
    peer: peers[0].name,
    its: nanoseconds(peers[0].seconds, result),
    ratio: `${disturbed ? "~" : ""}${ratioText(ratio, percent)}`,
  };
}

function goalText({ must, aim, percent, atMost, unit }) {
  if (atMost !== undefined) return { must: `at most ${atMost} ${unit}`, aim: "" };
  return { must: ratioText(must, percent), aim: ratioText(aim, percent) };
}
