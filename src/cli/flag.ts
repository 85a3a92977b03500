import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "../spec/nearest.ts";

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
  summary: string;
}

/** Flags as they were given, by name. */
export type Given = Readonly<Record<string, string | number | boolean | string[] | undefined>>;

/** The words of a command line are wrong. Exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * Reads flags and arguments.
 *
 * @throws {UsageError} For a flag that is not known, with the nearest one, or a value that it cannot have.
 */
export function readFlags(args: readonly string[], flags: readonly Flag[]): { given: Given; rest: string[] } {
  const named = (...types: Flag["type"][]) => flags.filter(({ type }) => types.includes(type)).map(({ name }) => name);
  const unknown: string[] = [];
  const parsed = parseArgs([...args], {
    boolean: named("flag"),
    string: named("text", "number", "list"),
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
  const given: Record<string, Given[string]> = {};
  for (const flag of flags) {
    const value = (parsed as Record<string, unknown>)[flag.name];
    if (!wasGiven(flag, args)) continue;
    given[flag.name] = readValue(flag, value);
  }
  return { given, rest: [...parsed._.map(String), ...parsed["--"] ?? []] };
}

function wasGiven({ name, short }: Flag, args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) =>
    arg === `--${name}` || arg.startsWith(`--${name}=`) || arg === `--no-${name}` ||
    (short !== undefined && /^-[^-]/.test(arg) && arg.slice(1).split("=")[0]!.includes(short))
  );
}

function readValue(flag: Flag, value: unknown): Given[string] {
  const written = `--${flag.name}`;
  if (flag.type === "flag") return value === true;
  if (flag.type === "list") {
    const list = Array.isArray(value) ? value.map(String) : [String(value)];
    if (list.some((item) => item === "")) throw new UsageError(`${written} needs a value: ${flag.value}`);
    return list;
  }
  const text = Array.isArray(value) ? String(value.at(-1)) : String(value);
  if (text === "") throw new UsageError(`${written} needs a value: ${flag.value}`);
  if (flag.choices !== undefined && !flag.choices.includes(text)) {
    throw new UsageError(`${written} is one of ${flag.choices.join(", ")}; it is ${JSON.stringify(text)}`);
  }
  if (flag.type === "text") return text;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) {
    throw new UsageError(`${written} is a whole number; it is ${JSON.stringify(text)}`);
  }
  return number;
}

function unknownFlag(arg: string, flags: readonly Flag[]): string {
  const name = arg.replace(/^-+/, "").split("=")[0]!;
  const meant = nearest(name, flags.map((flag) => flag.name));
  return `unknown flag ${arg.split("=")[0]}${meant === undefined ? "" : `; did you mean --${meant}?`}`;
}
