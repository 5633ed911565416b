import { Option } from "@commander-js/extra-typings";
import type { DeviceClass } from "../negotiation/index.ts";
import { didYouMean } from "../options/index.ts";
import { UsageError } from "./errors.ts";

export const CLASSES: readonly DeviceClass[] = ["never", "optional", "always"];

export const MIB: number = 2 ** 20;

interface Limits {
  readonly least: number;
  readonly most: number;
}

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
  return found ?? wrong(flags, `one of ${words.join(", ")}`, text, didYouMean(text, words));
}

/** An option that takes a whole number. */
export function wholeNumber<const Flags extends string>(
  flags: Flags,
  about: string,
  { least, most }: Limits,
): Option<Flags, undefined, undefined, number> {
  return new Option(flags, about).argParser((text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    return wrong(flags, `a whole number of ${least} to ${most}`, text);
  });
}

/** An option that takes a size such as `64M` or `1G`. Its value, and the limits, are in bytes. */
export function size<const Flags extends string>(
  flags: Flags,
  about: string,
  { least, most }: Limits,
): Option<Flags, undefined, undefined, number> {
  return new Option(flags, about).argParser((text: string) => {
    const [, digits, unit] = /^(\d+)([MG])$/i.exec(text) ?? [];
    const bytes = Number(digits) * (unit?.toUpperCase() === "G" ? 1024 * MIB : MIB);
    if (bytes >= least && bytes <= most) return bytes;
    return wrong(flags, `a size of ${sizeText(least)} to ${sizeText(most)}, with M or G`, text);
  });
}

/** A size in the form in which a user writes it. */
export function sizeText(bytes: number): string {
  return bytes % (1024 * MIB) === 0 ? `${bytes / MIB / 1024}G` : `${bytes / MIB}M`;
}

/** @throws UsageError about the value `text` of an option */
export function wrong(flags: string, expected: string, text: string, advice = ""): never {
  throw new UsageError(`${flags.split(" ", 1)[0]!} must be ${expected}, got "${text}"${advice}`);
}
