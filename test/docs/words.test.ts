import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Words that had several meanings or came from elsewhere, and the words that took their place: docs/glossary.md. */
const RETIRED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bverdicts?\b/i, "outcome"],
  [/\bjudge(s|d|ment)?\b/i, "negotiate, check"],
  [/\bcomplain(s|ts?|ed)?\b/i, "driverFault, errors"],
  [/\bheld\b/i, "ballooned"],
  [/\bBalloonDevice\b/, "Balloon"],
  [/\breportOf\b/, "counters()"],
  [/\bRunList\b/, "Runs"],
  [/\b(attach_balloon|saved_balloon|reclaiming_host|restore_refusal)\b/, "camelCase"],
  [/\b(on_lock_failure|on_refused|on_chain|pci_slot|io_port|huge_pages|max_borders)\b/, "camelCase"],
  [/\b(deflate_on_oom|free_page_\w+|queue_numbering|poisoned_pages|relock_free_pages)\b/, "camelCase"],
];

/** Names that are not ours: of the specification, of Linux, of v86. */
const FOREIGN = /free_page_(vq|hint_cmd_id|reporting_\w+)|virtio_balloon_\w+/g;

/** They name what they refuse. */
const EXCEPT = ["docs/glossary.md", "test/docs/words.test.ts", "test/packed/consumer/types/program.ts"];

const FOLDERS = [
  "assembly",
  "bench",
  "conformance",
  "demo",
  "docs",
  "examples",
  "guest",
  "rig",
  "scripts",
  "src",
  "test",
];
const WRITTEN =
  /^(?!.*(node_modules|demo\/dist|bench\/report|docs\/api|src\/generated|package-lock|out-of-)).*\.(ts|js|mjs|md|html|css|c|h|json)$/;

const below = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
);
const files = [...readdirSync("."), ...below].filter((path) => WRITTEN.test(path) && !EXCEPT.includes(path));

test("no retired word comes back", () => {
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line, i) =>
        RETIRED.filter(([word]) => word.test(line.replace(FOREIGN, ""))).map(
          ([word, instead]) => `${path}:${i + 1}: ${word.source}: ${instead}`,
        ),
      ),
  );
  expect(found).toEqual([]);
});
