import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Cli } from "../../src/cli/cli.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { RIG_COMMANDS } from "../../rig/cli/commands.ts";
import { ballonet, spawned } from "./ballonet.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const { commands } = new Cli(COMMANDS).program;

describe("a wrong command line", () => {
  test.each<[string[], string]>([
    [[], "a command is missing"],
    [["fly"], "unknown command 'fly'"],
    [["dmo"], "; did you mean demo?"],
    [["dmo", "--help"], "; did you mean demo?"],
    [
      ["help", "dmo"],
      'COMMAND must be one of demo, record, replay, inspect, negotiate, bench, got "dmo"; did you',
    ],
    [["demo", "--drivr=polite"], "unknown option '--drivr'; did you mean --driver?"],
    [["demo", "--driver=polit"], 'got "polit"; did you mean "polite"?'],
    [
      ["demo", "--driver=vm"],
      '--driver must be one of polite, silent, refusing, reverting, buggy, hostile, got "vm"',
    ],
    [["demo", "--driver"], "option '--driver <NAME>' argument missing"],
    [["demo", "extra"], "too many arguments for 'demo'. Expected 0 arguments but got 1."],
    [["replay"], "missing required argument 'TRACE'"],
    [["negotiate", "--silent-bit=x"], "--silent-bit must be a whole number of 17 to 127"],
    [
      ["negotiate", "--silent-bit=30"],
      "--silent-bit: expected an integer from 17 to 23 or 50 to 127, got 30",
    ],
    [["negotiate", "--driver=wil"], 'did you mean "will"?'],
    [["record", "--target=0M"], '--target must be a size of 1M to 4G, with M or G, got "0M"'],
    [["record", "--target=64"], '--target must be a size of 1M to 4G, with M or G, got "64"'],
    [["record", "--seconds=x"], "--seconds must be a whole number of 0 to 86400"],
    [["demo", "--memory=3G"], '--memory must be a size of 16M to 2G, with M or G, got "3G"'],
    [["demo", "--memory=64K"], '--memory must be a size of 16M to 2G, with M or G, got "64K"'],
    [["demo", "--target=1M"], '--target must be a size of 4M to 2G, with M or G, got "1M"'],
    [["demo", "--memory=64M", "--target=60M"], '--target must be at most 56M of 64M, got "60M"'],
    [["demo", "--cmdline=stats=on stat=on"], "--cmdline must be one of stats=on, indirect=off, "],
    [["bench", "--csv", "--json"], "option '--csv' cannot be used with option '--json'"],
    [["record", "--initrd=x"], "--initrd needs --kernel"],
  ])("gives exit code 2 for %j, and says what is wrong and where to read on", async (args, message) => {
    const { code, out, err } = await ballonet(args);
    expect(err).toContain(message);
    expect(err).toMatch(/^Usage: ballonet .*[^]*^More: ballonet .*--help$/m);
    expect(code).toBe(2);
    if (!args.includes("--json")) expect(out).toBe("");
  });

  test("may ask too little memory for Linux", async () => {
    const { code, err } = await ballonet(["demo", "--driver=linux", "--memory=64M"], RIG_COMMANDS);
    expect(err).toContain('--memory must be at least 128M with --driver=linux, got "64M"');
    expect(code).toBe(2);
  });

  test("may name Linux in a clone", async () => {
    const { code, err } = await ballonet(["demo", "--driver=linus"], RIG_COMMANDS);
    expect(err).toContain('hostile, linux, got "linus"; did you mean "linux"?');
    expect(code).toBe(2);
  });

  test.each(["replay", "inspect"])("names its input in the error: %s", (command) => {
    const { code, err } = spawned([command, "-"], { input: "no such thing" });
    expect(err).toMatch(/^ballonet: standard input(:| is)/);
    expect(code).toBe(3);
  });

  test("gives the error as a document with --json", async () => {
    const { code, out, err } = await ballonet(["replay", "--json"]);
    expect(JSON.parse(out)).toEqual({ error: { exitCode: 2, message: "missing required argument 'TRACE'" } });
    expect(err).toContain("missing required argument 'TRACE'");
    expect(code).toBe(2);
  });
});

describe("help", () => {
  test("names every command and every exit code", async () => {
    const { code, out, err } = await ballonet(["--help"]);
    expect(commands.map((command) => command.name())).toEqual([
      ...["demo", "record", "replay", "inspect", "negotiate", "bench"],
      "help",
    ]);
    for (const command of commands)
      expect(out.replaceAll(/\n {3,}/g, " ")).toMatch(
        new RegExp(`^  ${command.name()} +${command.summary()}`, "m"),
      );
    expect(out).toMatch(/^ {2}0 [^]*^ {2}4 /m);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test.each(["demo", "record", "replay", "inspect", "negotiate", "bench"])(
    "names every option of %s, and shows examples",
    async (name) => {
      const { code, out } = await ballonet([name, "--help"]);
      const { options } = commands.find((command) => command.name() === name)!;
      expect(options.map(({ long }) => long)).toContain("--json");
      for (const option of [...options.map(({ long }) => long!), "--help"]) expect(out).toContain(option);
      for (const word of options.flatMap(({ argChoices = [] }) => argChoices)) expect(out).toContain(word);
      expect(out).toContain(`Examples:\n  ballonet ${name}`);
      expect(code).toBe(0);
      expect(await ballonet(["help", name])).toEqual({ code: 0, out, err: "" });
    },
  );

  test("shows examples with the user's own files, because the package has none", async () => {
    for (const command of commands)
      expect((await ballonet([command.name(), "--help"])).out).not.toMatch(/\b(test|fixtures)\//);
  });

  test("fits a terminal of 120 columns", async () => {
    for (const command of commands) {
      const { out } = await ballonet([command.name(), "--help"]);
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThan(121);
    }
  });

  test.each([ballonet, spawned])("has --version, which prints the package's version", async (run) => {
    expect(await run(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });

  test("the built command ends with the exit code, and writes errors to standard error", () => {
    expect(spawned(["fly"])).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("fly") as string,
    });
  });
});
