import type { Section, Statement } from "./statement.ts";

type Named = ReadonlyMap<string, readonly string[]>;

/** CONFORMANCE.md: the statements, and the files of the tests that name them. */
export function markdown(sections: readonly Section[], named: Named): string {
  const statements = sections.flatMap((section) => section.statements);
  return [INTRODUCTION, summary(statements), ...sections.map((section) => chapter(section, named))].join(
    "\n\n",
  );
}

const INTRODUCTION = `<!-- Written by \`npm run conformance\` from conformance/statements/. -->

# Conformance

This page lists every normative statement of VIRTIO 1.3's balloon chapter (§5.5), and the statements of its other
chapters that a balloon device must obey. Under each is what the device does, and the evidence.

- Ids begin with DRV for a duty of the driver, DEV for one of the device, LEG for one of a legacy or transitional
  device. The next letter is the block: features, configuration, operation, statistics, hinting, poison, reporting.
  An id that is a section number is the name of a rule that the device observes. The specification has no ids.
- **Tests** names the files of the tests that have the id in their name. \`npx vitest run -t DEV-O2\` runs them.
- A duty of the driver is **observed** if the device sees its breach: \`counters().broken\` has the rule, how often it was
  broken, and where first. The device goes on, unless the entry says otherwise.
- A **deviation** is where the device does not do what the text says, and why.`;

function summary(statements: readonly Statement[]): string {
  const count = (kind: Statement["evidence"]): number =>
    statements.filter(({ evidence }) => evidence === kind).length;
  return (
    `Of ${statements.length} statements, ${count("tested")} have tests; ${count("observed")} are duties of the ` +
    `driver whose breach the device notes,\nand ${count("not observable")} whose breach it cannot see; ` +
    `${count("not applicable")} do not apply, and in ${count("deviation")} the device deviates.`
  );
}

function chapter({ title, about, statements }: Section, named: Named): string {
  const lines = statements.map((statement) => entry(statement, named.get(statement.id) ?? []));
  const paragraphs = [`## ${title}`, ...(about === undefined ? [] : [about]), lines.join("\n")];
  return paragraphs.join("\n\n");
}

function entry(statement: Statement, tests: readonly string[]): string {
  const { id, says, does } = statement;
  const below = [does, reasonOf(statement), testsIn(tests)].filter((text) => text !== "");
  return [`- **${id}** ${says}`, ...below.map((text) => `  - ${text}`)].join("\n");
}

function reasonOf(statement: Statement): string {
  switch (statement.evidence) {
    case "tested":
      return "";
    case "observed":
      return `Driver's duty, observed as rule ${statement.rule}.`;
    case "not observable":
      return `Driver's duty, not observable. ${statement.why}`;
    case "not applicable":
      return `Does not apply. ${statement.why}`;
    case "deviation":
      return `**Deviation.** ${statement.why}`;
  }
}

function testsIn(paths: readonly string[]): string {
  const links = paths.map((path) => `[${/^test\/(.*)\.test\.ts$/.exec(path)![1]!}](${path})`);
  return links.length === 0 ? "" : `Tests: ${links.join(", ")}`;
}
