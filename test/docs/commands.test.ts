import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { linux } from "../linux/gate.ts";
import { browser } from "../packed/harness/browser.ts";
import { namedBy, namedInBlocksThatRun, namedInDocuments } from "./commands.ts";

const folder = mkdtempSync(join(tmpdir(), "ballonet-commands-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A folder for output that is not part of a checkout. */
const NOWHERE = "nowhere";
const HELP = /^Usage: ballonet \w+/m;

interface Started {
  /** A command in its cheapest form; NOWHERE stands for a folder of the test's own. */
  readonly line: string;
  readonly says: RegExp;
  readonly code?: number;
  /** Set for a server, which does not end: it has started when it prints this, and is then stopped. */
  readonly serves?: true;
  readonly needs?: { readonly available: boolean; readonly note: string };
  /** Set for those that run at the same time, because one waits most of its time and others take long. */
  readonly together?: true;
}

const STARTED: readonly Started[] = [
  { line: "npm start", says: /^agree /m },
  { line: "npm start -- --help", says: HELP },
  { line: "npm start -- --driver=reverting --class=never", says: /^outcome +accepted, lock policy ON/m },
  { line: "npm run demo -- --host=127.0.0.1 --port=0", says: /Local:.*http/, serves: true },
  { line: "npm run demo -- --help", says: /vite/ },
  {
    line: `npm run demo:build -- --mode linux --outDir=${NOWHERE}/demo`,
    says: /linux\/vmlinuz[^]*built in/,
    needs: linux,
  },
  { line: "npm run demo:screenshots -- --help", says: /--only/ },
  { line: "npm run demo:screenshots -- --only=desktop", says: /must be one of demo-light/, code: 2 },
  {
    line: `npm run demo:screenshots -- --only=demo-phone --out=${NOWHERE}/images`,
    says: /demo-phone\.png/,
    needs: browser,
  },
  // The whole command runs in test/node/reclaim.test.ts.
  { line: "npm run demo:reclaim -- --help", says: HELP },
  { line: "npm run tab -- --help", says: HELP },
  { line: "npm run tab -- --runs=0", says: /--runs must be a whole number of 1 to 99/, code: 2 },
  {
    // The rows' limits are in test/e2e/tab.test.ts.
    line: "npm run tab -- --browser=chromium --only=embedded --runs=1 --json",
    says: /"what": "embedded guest has given 400 of 512 MiB, then compact"/,
    needs: browser,
    together: true,
  },
  { line: "npm run fuzz -- --steps=100 --seed=1", says: /"steps": \d{3}/ },
  { line: "npm run fuzz -- --help", says: /--transport/ },
  {
    // It fails when the guest loses data, the two sides disagree, or restores leave memory behind.
    line: "npm run soak -- --for=1s --restores=3 --traffic-restores=1",
    says: /"restores": [3-9]/,
    needs: linux,
    together: true,
  },
  { line: "npm run soak -- --help", says: /--for/ },
  {
    line: `npm run coverage -- test/negotiation --coverage.include='src/negotiation/**' --coverage.reportsDirectory=${NOWHERE}/coverage`,
    says: /negotiate\.ts/,
  },
  { line: "npm run mutate -- --dry-run negotiation", says: /^src\/negotiation\/negotiate\.ts$/m },
  { line: "npm run mutate -- --dry-run assembly --sample=1 --seed=7", says: /^assembly\/\w+\.ts$/m },
  { line: "npm run mutate -- --help", says: /--sample/ },
  { line: "npm run mutate -- everything", says: /mutate: expected one of assembly/, code: 2 },
  { line: "npm run format -- '!*/**' '!*.{ts,js,md}'", says: /^typedoc\.json .*\(unchanged\)$/m },
  { line: `npm run docs -- --out ${NOWHERE}/api`, says: /html generated/ },
  {
    line: `npm run bench -- --quick --check --only=footprint/wasm-brotli --report=${NOWHERE}/report`,
    says: /footprint\/wasm-brotli.*reached/,
  },
  {
    line: `npm run bench -- --only=footprint/wasm-brotli --report=${NOWHERE}/report`,
    says: /has results\.json, table\.md, index\.html already/,
    code: 2,
  },
  {
    line: `npm run bench -- --only=footprint/wasm-brotli --report=${NOWHERE}/report --force`,
    says: /The report is /,
  },
  { line: "npm run bench -- --list", says: /^native\/contiguous$/m },
  { line: "npm run bench -- --help", says: /--check/ },
  { line: "npm run bench -- --only=nothing", says: /no row has "nothing" in its name/, code: 2 },
  { line: "npm run bench -- --chek", says: /bench: Unknown option '--chek'/, code: 2 },
  { line: "node guest/build.mjs --check", says: /up to date|skipped/ },
  { line: "npx vitest run --project source test/negotiation/negotiate.test.ts", says: /1 passed/ },
  ...["demo", "record", "replay", "inspect", "negotiate", "bench"].map((name) => ({
    line: `npx ballonet ${name} --help`,
    says: HELP,
  })),
  { line: "npx ballonet help record", says: HELP },
  { line: "npx ballonet nothing", says: /unknown command 'nothing'/, code: 2 },
];

const BUILDS = "replaces dist, which other tests read at the same time; they run only after it has succeeded";
const CHECKS = "`npm test` runs it, before these tests";

/** What no test can start, and why. */
const NOT_STARTED: Readonly<Record<string, string>> = {
  "npm test": "it runs these tests",
  "npm run test": "it runs these tests",
  "npm run test:quick": "it runs tests that already run beside these",
  "npm ci": "it removes node_modules while the tests use it",
  "npm install": "it is about a user's package: test/packed installs one",
  "node guest.mjs": "test/docs/blocks.test.ts runs the program of the quick start",
  "npx http-server": "it installs a server; test/packed/quick-start.test.ts serves the page itself",
  "npm version": "it commits and tags",
  "npm run build": BUILDS,
  "npm run build:wasm": BUILDS,
  "npm run build:ts": BUILDS,
  "npm run prepack": BUILDS,
  "npm run check": CHECKS,
  "npm run check:types": CHECKS,
  "npm run check:eslint": CHECKS,
  "npm run check:format": CHECKS,
  "npm run check:package": CHECKS,
  "npm publish": "it publishes; test/docs/release.test.ts runs what it checks first",
  "npm run prepublishOnly": "npm runs it when it publishes",
  "npm run release:check":
    "it fails as long as nobody has set the address; test/docs/release.test.ts runs it",
  "npm run site": "test/docs/site.test.ts runs it, and follows every link of what comes out",
  "npm run conformance": "replaces a file that is committed; a test compares it with what this would write",
  "node guest/build.mjs": "replaces a file that is committed; with --check it builds the same elsewhere",
};

/** npm's short forms of its scripts. */
const scriptOf = (named: string): string => named.replace(/^npm (start|test)\b/, "npm run $1");

describe("commands", () => {
  const started = new Set([...STARTED.flatMap(({ line }) => namedBy(line)), ...namedInBlocksThatRun()]);
  const known = new Set([...started, ...Object.keys(NOT_STARTED)].map(scriptOf));

  test("in the documents are started by a test with each of their options, or have a reason why not", () => {
    const named = [...namedInDocuments()];
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((each) => !known.has(scriptOf(each)))).toEqual([]);
  });

  test("that are scripts of the package are started by a test, or have a reason why not", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object };
    const names = Object.keys(scripts).map((name) => `npm run ${name}`);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test("with a reason still exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object };
    const there = [...namedInDocuments(), ...Object.keys(scripts).map((name) => `npm run ${name}`)];
    expect(Object.keys(NOT_STARTED).filter((name) => !there.includes(name))).toEqual([]);
  });
});

describe("the command", { timeout: 120_000 }, () => {
  const check = async (
    { line, says, code = 0, serves, needs }: Started,
    { skip }: TestContext,
  ): Promise<void> => {
    skip(needs?.available === false, needs?.note);
    const ended = await run(line.replaceAll(NOWHERE, folder), serves && says);
    expect(ended.output).toMatch(says);
    if (serves === undefined) expect(ended.code, ended.output).toBe(code);
    expect(ended.output).not.toMatch(/(Reference|Type|Syntax)Error|^ +at .*:\d+:\d+\)?$/m);
  };
  test.for(STARTED.filter(({ together }) => together !== true))("$line", check);
  test.concurrent.for(STARTED.filter(({ together }) => together === true))("$line", check);
});

describe("in a clone where nothing is installed, --help", () => {
  const clone = join(folder, "clone");
  const programs = [
    "start",
    "demo",
    "demo:screenshots",
    "demo:reclaim",
    "tab",
    "fuzz",
    "soak",
    "coverage",
    "mutate",
    "bench",
  ];

  test.for(programs)("of npm run %s answers, and installs and builds nothing", async (name) => {
    mkdirSync(clone, { recursive: true });
    for (const path of ["package.json", "scripts", "bin", "bench", "test/mutation", "demo/screenshots.js"])
      cpSync(path, join(clone, path), {
        recursive: true,
        filter: (source) => !source.includes("node_modules"),
      });
    const { code, output } = await run(`npm run ${name} -- --help`, undefined, clone);
    expect(output).toMatch(/--\w+|npm ci && npm run build/);
    expect(output).not.toMatch(/^> npm (ci|run build)/m);
    expect(code, output).toBe(0);
    const made = readdirSync(clone, { recursive: true, encoding: "utf8" });
    expect(made.filter((path) => /(^|\/)(node_modules|dist|build)(\/|$)/.test(path))).toEqual([]);
  });
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a line of shell. A server is stopped once it has printed its line. */
function run(line: string, until?: RegExp, cwd?: string): Promise<Ended> {
  // vitest runs this test; what it tells its own processes is not meant for other commands.
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|NODE_V8|NODE_ENV)/.test(name),
  );
  const env = { ...Object.fromEntries(environment), NO_COLOR: "1", FORCE_COLOR: undefined };
  const child = spawn("bash", ["-c", line], { cwd, env, detached: true });
  let output = "";
  const hear = (data: Buffer): void => {
    output += data.toString();
    if (until?.test(output) === true) process.kill(-child.pid!);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  child.stdin.end();
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, output });
    });
  });
}
