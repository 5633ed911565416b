/** More than any sentence of ours has. */
const MOST_CHARACTERS = 200;

/** What an error says, and no more of it than a log can bear: it may quote what a forger has written. */
export function brief(error: unknown): string {
  const text = String(error);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text;
}
