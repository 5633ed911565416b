import { createInterface } from "node:readline";

/** A terminal at which to ask. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Standard error, because standard output may be a document. */
const OWN: Terminal = { input: process.stdin, output: process.stderr };

/** Asks a question. Only "y" and "yes" mean yes. Without a terminal, it does not ask and returns no. */
export async function confirm(question: string, { input, output }: Terminal = OWN): Promise<boolean> {
  if (!input.isTTY || !output.isTTY) return false;
  const lines = createInterface({ input, output });
  const answer = await new Promise<string>((resolve) => {
    lines.on("close", () => {
      resolve("");
    });
    lines.question(`${question} [y/N] `, resolve);
  });
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
