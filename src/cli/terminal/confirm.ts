import { createInterface } from "node:readline";

/** A terminal to ask at. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Not standard output, which may be a document. */
const OWN: Terminal = { input: process.stdin, output: process.stderr };

/** Asks a question that only "y" or "yes" answers with yes. Without a terminal, nobody is asked and the answer is no. */
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
