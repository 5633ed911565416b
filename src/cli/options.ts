import { Option } from "@commander-js/extra-typings";
import type { DeviceClass } from "../negotiation/index.ts";
import { didYouMean } from "../options/index.ts";
import { UsageError } from "./errors.ts";

/** Every command has this option. */
export const JSON_OPTION: Option<"--json"> = new Option("--json", "print one JSON document instead of text");

export const CLASSES: readonly DeviceClass[] = ["never", "optional", "always"];

/** An option that takes one of a few words. The error for another word suggests the nearest one. */
export function choice<const Flags extends string, const Word extends string>(
  flags: Flags,
  about: string,
  words: readonly Word[],
): Option<Flags, undefined, undefined, Word> {
  const option = new Option(flags, about).argParser((text: string) => oneOf(flags, words, text));
  option.argChoices = [...words];
  return option;
}

/** @throws UsageError unless `text` is one of the words that `flags` takes */
export function oneOf<Word extends string>(flags: string, words: readonly Word[], text: string): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `${nameOf(flags)} must be one of ${words.join(", ")}, got "${text}"${didYouMean(text, words)}`,
  );
}

/** An option that takes a whole number. */
export function wholeNumber<const Flags extends string>(
  flags: Flags,
  about: string,
  { least, most }: { readonly least: number; readonly most: number },
): Option<Flags, undefined, undefined, number> {
  return new Option(flags, about).argParser((text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new UsageError(`${nameOf(flags)} must be a whole number of ${least} to ${most}, got "${text}"`);
  });
}

function nameOf(flags: string): string {
  return flags.split(" ", 1)[0]!;
}
