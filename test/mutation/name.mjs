import { createHash } from "node:crypto";

/** A mutant's id in survivors.json. It changes when its line changes, because the explanation may then be wrong. */
export function idOf({ name }) {
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}

/**
 * The name under which a mutant is shown: its line, with the fault marked. `while (p «<→<=» end) {`
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {string} replacement
 * @returns {string}
 */
export function markFault(text, start, end, replacement) {
  const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start).trimStart();
  const lineEnd = text.indexOf("\n", end);
  const after = text.slice(end, lineEnd < 0 ? text.length : lineEnd);
  return `${before}«${inOneLine(text.slice(start, end))}→${inOneLine(replacement)}»${after}`;
}

/** @param {string} text */
function inOneLine(text) {
  return text.replace(/\s+/g, " ");
}
