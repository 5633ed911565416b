import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { ballonet, json } from "./ballonet.ts";

describe.each(["bash", "zsh", "fish"])("the completion for %s", async (shell) => {
  const { out, code } = await ballonet(["completion", shell]);

  test("names every command, every option and every value there is to choose", () => {
    expect(code).toBe(0);
    for (const { name, options, operand } of COMMANDS) {
      expect(out).toMatch(new RegExp(`\\b${name}\\b`));
      for (const [option, { oneOf = [] }] of Object.entries(options)) {
        expect(out).toContain(`--${option}`);
        for (const value of oneOf) expect(out).toContain(`--${option}=${value}`);
      }
      for (const value of operand?.oneOf ?? []) expect(out).toContain(value);
    }
  });

  test("is the script of --json", async () => {
    expect(await json(["completion", shell])).toEqual({ shell, script: out.trimEnd() });
  });

  test("is a script its shell understands, where that is installed", ({ skip }) => {
    const flag = shell === "fish" ? "--no-execute" : "-n";
    const { error, stderr, status } = spawnSync(shell, [flag], {
      input: out,
      encoding: "utf8",
    });
    if (error !== undefined) skip(`no ${shell} here`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

test("bash offers commands, then options with their values", async () => {
  const { out } = await ballonet(["completion", "bash"]);
  const complete = (...words: string[]): string => {
    const script = `${out}\nCOMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _ballonet; echo "\${COMPREPLY[*]}"`;
    return spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout.trim();
  };
  expect(complete("ballonet", "re")).toBe("record replay");
  expect(complete("ballonet", "demo", "--class=n")).toBe("--class=never");
  expect(complete("ballonet", "completion", "z")).toBe("zsh");
});
