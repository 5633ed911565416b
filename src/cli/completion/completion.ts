import { COMMON_OPTIONS } from "../arguments.ts";
import type { Command, CommandResult } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { ExitCode } from "../exit-code.ts";
import type { Screen } from "../terminal/screen.ts";

const SCRIPTS: Readonly<Record<string, (commands: readonly Command[]) => string[]>> = { bash, zsh, fish };

/** Prints the script for `shell`. */
export function runCompletion(screen: Screen, shell: string): CommandResult {
  const lines = SCRIPTS[shell]!(COMMANDS);
  for (const line of lines) screen.raw(line);
  return { exitCode: ExitCode.OK, result: { shell, script: lines.join("\n") } };
}

/** All words that may follow a command: `--option`, `--option=value` where the values are known, and its operand's. */
function words({ options, operand }: Command): string[] {
  const named = Object.entries({ ...options, ...COMMON_OPTIONS }).flatMap(([name, { type, oneOf }]) => {
    if (oneOf !== undefined) return oneOf.map((value) => `--${name}=${value}`);
    return [type === "boolean" ? `--${name}` : `--${name}=`];
  });
  return [...named, ...(operand?.oneOf ?? [])];
}

function bash(commands: readonly Command[]): string[] {
  return [
    "_ballonet() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" words=""',
    "  case $COMP_CWORD in",
    `    1) words="${commands.map(({ name }) => name).join(" ")} --help --version" ;;`,
    '    *) case "${COMP_WORDS[1]}" in',
    ...commands.map((command) => `      ${command.name}) words="${words(command).join(" ")}" ;;`),
    "    esac ;;",
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    "}",
    // Words are cut at "=" otherwise, and --option=value could not be completed.
    'COMP_WORDBREAKS="${COMP_WORDBREAKS//=/}"',
    "complete -o default -F _ballonet ballonet",
  ];
}

function zsh(commands: readonly Command[]): string[] {
  return [
    "#compdef ballonet",
    "_ballonet() {",
    "  if (( CURRENT == 2 )); then",
    `    compadd -- ${commands.map(({ name }) => name).join(" ")} --help --version`,
    "  else",
    "    case ${words[2]} in",
    ...commands.map((command) => `      ${command.name}) compadd -- ${words(command).join(" ")} ;;`),
    "    esac",
    "    _files",
    "  fi",
    "}",
    "compdef _ballonet ballonet",
  ];
}

function fish(commands: readonly Command[]): string[] {
  const offer = (condition: string, list: string, about = ""): string =>
    `complete -c ballonet -n "${condition}" -a "${list}"${about && ` -d "${about}"`}`;
  return [
    ...commands.map(({ name, summary }) => offer("__fish_use_subcommand", name, summary)),
    offer("__fish_use_subcommand", "--help --version"),
    ...commands.map((command) =>
      offer(`__fish_seen_subcommand_from ${command.name}`, words(command).join(" ")),
    ),
  ];
}
