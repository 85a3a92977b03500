import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "../../spec/model/mod.ts";

/** A flag of a command. */
export interface Flag {
  /** Without the dashes: `log-level`. */
  name: string;
  /** One letter. */
  short?: string;
  /** `flag` takes no value, `list` may be given several times. */
  type: "flag" | "text" | "number" | "list";
  /** What stands for the value in the help: `FILE`. */
  value?: string;
  /** The values that it may have. */
  choices?: readonly string[];
  /** The least number that it may be. Default 0. */
  least?: number;
  summary: string;
  /** Whether weft.yaml and the environment may say it as well. Default false. */
  setting?: boolean;
}

/** What a flag was given. */
export type GivenValue = string | number | boolean | readonly string[];

/** Flags as they were given, by name. */
export type ParsedFlags = Readonly<Record<string, GivenValue | undefined>>;

/** The words of a command line are wrong. Exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads flags and arguments.
 *
 * @throws {UsageError} For a flag that is not known, with the nearest one, or a value that it cannot have.
 */
export function readFlags(args: readonly string[], flags: readonly Flag[]): { given: ParsedFlags; rest: string[] } {
  const named = (...types: Flag["type"][]) => flags.filter(({ type }) => types.includes(type)).map(({ name }) => name);
  const switches = named("flag");
  const unknown: string[] = [];
  const parsed = parseArgs(joined(args, flags), {
    boolean: switches,
    // tells one that was not given from one that was given as false
    default: Object.fromEntries(switches.map((name) => [name, null])),
    negatable: flags.filter(({ type, setting }) => type === "flag" && setting).map(({ name }) => name),
    string: [...named("text", "number", "list"), "_"],
    collect: named("list"),
    alias: Object.fromEntries(flags.flatMap(({ name, short }) => short === undefined ? [] : [[name, short]])),
    unknown: (arg, key) => {
      if (key !== undefined) unknown.push(arg);
      return key === undefined;
    },
    "--": true,
  });
  const [first] = unknown;
  if (first !== undefined) throw new UsageError(unknownFlag(first, flags));
  const given: Record<string, GivenValue> = {};
  for (const flag of flags) {
    const value = (parsed as Record<string, unknown>)[flag.name];
    if (value === null || value === undefined || Array.isArray(value) && value.length === 0) continue;
    given[flag.name] = flag.type === "flag"
      ? value === true
      : flagValue(flag, Array.isArray(value) ? value.map(String) : [String(value)], `--${flag.name}`);
  }
  return { given, rest: [...parsed._.map(String), ...parsed["--"] ?? []] };
}

/**
 * The value of a flag from the texts that it was given.
 *
 * @param written How the flag was written, for the error: `--store`, `WEFT_STORE`.
 * @throws {UsageError} If it cannot have that value.
 */
export function flagValue(flag: Flag, texts: readonly string[], written: string): GivenValue {
  const text = texts.at(-1)!;
  if (flag.type === "flag") {
    if (["true", "1"].includes(text)) return true;
    if (["false", "0"].includes(text)) return false;
    throw new UsageError(`${written} is true or false; it is ${JSON.stringify(text)}`);
  }
  if (texts.includes("")) throw new UsageError(`${written} needs a value: ${flag.choices?.join("|") ?? flag.value}`);
  if (flag.type === "list") return texts;
  if (flag.choices !== undefined && !flag.choices.includes(text)) {
    throw new UsageError(`${written} is one of ${flag.choices.join(", ")}; it is ${JSON.stringify(text)}`);
  }
  return flag.type === "number" ? wholeNumber(flag, text, written) : text;
}

function wholeNumber({ least = 0 }: Flag, text: string, written: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`${written} is a whole number, ${least} or more; it is ${JSON.stringify(text)}`);
}

/**
 * The arguments with each value joined to its flag where the reader of arguments would part them: `--file -` is
 * `--file=-`, and `-ojson` is `--output=json`.
 */
function joined(args: readonly string[], flags: readonly Flag[]): string[] {
  const takers = flags.filter(({ type }) => type !== "flag");
  const result: string[] = [];
  for (const [index, arg] of args.entries()) {
    if (arg === "--") return [...result, ...args.slice(index)];
    const before = takers.find(({ name }) => result.at(-1) === `--${name}`);
    const short = takers.find(({ short }) => short !== undefined && arg.startsWith(`-${short}`) && arg.length > 2);
    if (arg === "-" && before !== undefined) result.push(`${result.pop()}=-`);
    else if (short !== undefined) result.push(`--${short.name}=${arg.slice(2).replace(/^=/, "")}`);
    else result.push(arg);
  }
  return result;
}

function unknownFlag(arg: string, flags: readonly Flag[]): string {
  const name = arg.replace(/^-+/, "").split("=")[0]!;
  const meant = arg.startsWith("--") ? nearest(name, flags.map((flag) => flag.name)) : undefined;
  return `unknown flag ${arg.split("=")[0]}${meant === undefined ? "" : `; did you mean --${meant}?`}`;
}
