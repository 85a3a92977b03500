import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "../../spec/model/mod.ts";

/** A flag of a command. */
export interface Flag {
  /** The name without dashes: `log-level`. */
  name: string;
  /** A one-letter alias. */
  short?: string;
  /** The type of its value; a `boolean` takes none on the command line, a `list` may be repeated. */
  type: "boolean" | "string" | "number" | "list";
  /** The placeholder of the value in the help: `FILE`. */
  value?: string;
  /** The allowed values. Default: any. */
  choices?: readonly string[];
  /** Returns what was expected of a string, if it is not valid. Default: any is. */
  expected?(text: string): string | undefined;
  /** The minimum of a number. Default 0. */
  min?: number;
  summary: string;
  /** Whether weft.yaml and the environment may set it as well. Default false. */
  setting?: boolean;
}

/** The value of a flag. */
export type FlagValue = string | number | boolean | readonly string[];

/** The values of flags by name; a flag that is not set is absent. */
export type ParsedFlags = Readonly<Record<string, FlagValue | undefined>>;

/** Wrong usage of the command line. The exit code is 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Parses a command line into flags and arguments.
 *
 * @throws {UsageError} For an unknown flag, with the nearest known one, or an invalid value.
 */
export function parseFlags(
  words: readonly string[],
  known: readonly Flag[],
): { flags: ParsedFlags; args: string[] } {
  const named = (...types: Flag["type"][]) => known.filter(({ type }) => types.includes(type)).map(({ name }) => name);
  const booleans = named("boolean");
  const unknown: string[] = [];
  const parsed = parseArgs(joinValues(words, known), {
    boolean: booleans,
    // tells an absent flag from one that is false
    default: Object.fromEntries(booleans.map((name) => [name, null])),
    negatable: known.filter(({ type, setting }) => type === "boolean" && setting).map(({ name }) => name),
    string: [...named("string", "number", "list"), "_"],
    collect: named("list"),
    alias: Object.fromEntries(known.flatMap(({ name, short }) => short === undefined ? [] : [[name, short]])),
    unknown: (word, key) => {
      if (key !== undefined) unknown.push(word);
      return key === undefined;
    },
    "--": true,
  });
  const [first] = unknown;
  if (first !== undefined) throw new UsageError(unknownFlag(first, known));
  const flags: Record<string, FlagValue> = {};
  for (const flag of known) {
    const value = (parsed as Record<string, unknown>)[flag.name];
    if (flag.type === "boolean") checkBoolean(words, flag);
    if (value === null || value === undefined || Array.isArray(value) && value.length === 0) continue;
    flags[flag.name] = flag.type === "boolean"
      ? value === true
      : parseFlagValue(flag, Array.isArray(value) ? value.map(String) : [String(value)], `--${flag.name}`);
  }
  return { flags, args: [...parsed._.map(String), ...parsed["--"] ?? []] };
}

/**
 * Parses the value of a flag.
 *
 * @param items What was written; only a list uses more than the last.
 * @param source The name to show in errors: `--store`, `WEFT_STORE`.
 * @throws {UsageError} If the value is invalid.
 */
export function parseFlagValue(flag: Flag, items: readonly string[], source: string): FlagValue {
  const text = items.at(-1)!;
  const invalid = (expected: string) =>
    new UsageError(`invalid ${source} ${JSON.stringify(text)}: expected ${expected}`);
  if (flag.type === "boolean") {
    if (["true", "1"].includes(text)) return true;
    if (["false", "0"].includes(text)) return false;
    throw invalid("true or false");
  }
  if (items.includes("")) {
    throw new UsageError(`missing value of ${source}: expected ${flag.choices ? oneOf(flag.choices) : flag.value}`);
  }
  if (flag.type === "list") return items;
  if (flag.choices !== undefined && !flag.choices.includes(text)) throw invalid(oneOf(flag.choices));
  if (flag.type === "string") {
    const expected = flag.expected?.(text);
    if (expected !== undefined) throw new UsageError(`invalid ${source} ${JSON.stringify(text)}: ${expected}`);
    return text;
  }
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!isInRange(flag, number)) throw invalid(rangeOf(flag));
  return number;
}

/** Reports whether a number is a valid value of a flag. */
export function isInRange({ min = 0 }: Flag, number: number): boolean {
  return Number.isSafeInteger(number) && number >= min;
}

/** Describes the valid numbers of a flag: `a whole number of at least 1`. */
export function rangeOf({ min = 0 }: Flag): string {
  return `a whole number of at least ${min}`;
}

/** Lists choices in words: `debug, info or warn`. */
export function oneOf(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

/**
 * Joins values to their flags where `parseArgs` would not: `--file -` becomes `--file=-`, and `-ojson` becomes
 * `--output=json`.
 */
function joinValues(words: readonly string[], known: readonly Flag[]): string[] {
  const valued = known.filter(({ type }) => type !== "boolean");
  const result: string[] = [];
  for (const [index, word] of words.entries()) {
    if (word === "--") return [...result, ...words.slice(index)];
    const before = valued.find(({ name }) => result.at(-1) === `--${name}`);
    const short = valued.find(({ short }) => short !== undefined && word.startsWith(`-${short}`) && word.length > 2);
    if (word === "-" && before !== undefined) result.push(`${result.pop()}=-`);
    else if (short !== undefined) result.push(`--${short.name}=${word.slice(2).replace(/^=/, "")}`);
    else result.push(word);
  }
  return result;
}

/** Checks what stands behind a flag that takes no value, as `--strict=false`. @throws {UsageError} If it is neither. */
function checkBoolean(words: readonly string[], { name }: Flag): void {
  const lead = `--${name}=`;
  const end = words.indexOf("--");
  const wrong = words.slice(0, end < 0 ? undefined : end).find((word) =>
    word.startsWith(lead) && !["true", "false"].includes(word.slice(lead.length))
  );
  if (wrong === undefined) return;
  throw new UsageError(
    `invalid --${name} ${JSON.stringify(wrong.slice(lead.length))}: expected true or false, or no value`,
  );
}

function unknownFlag(word: string, known: readonly Flag[]): string {
  const flag = word.split("=")[0]!;
  const meant = flag.startsWith("--") ? nearest(flag.slice(2), known.map(({ name }) => name)) : undefined;
  return `unknown flag ${flag}${meant === undefined ? "" : `; did you mean --${meant}?`}`;
}
