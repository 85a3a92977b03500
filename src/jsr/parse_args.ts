/**
 * The part of `parseArgs` of `@std/cli/parse-args` that this project uses, on top of `minimist`, of which the package is
 * a port. `deno.jsr.json` binds the same name to the real package.
 */
import untyped from "minimist";

// minimist has no types of its own
const minimist = untyped as (args: string[], options: Record<string, unknown>) => Args;

/** The parsed arguments: options by name, the other arguments in `_`, and those after `--` in `--`. */
export type Args<B extends string = string, S extends string = string, C extends string = string> =
  & { _: (string | number)[]; "--"?: string[] }
  & (string extends B | S | C
    // deno-lint-ignore no-explicit-any -- as in the real package, where the names are not known the types are not
    ? Record<string, any>
    :
      & Record<string, unknown>
      & { [Name in B]: boolean }
      & { [Name in Exclude<S, C>]?: string }
      & { [Name in Extract<S, C>]: string[] });

/** Options of `parseArgs`. */
export interface ParseOptions<B extends string = string, S extends string = string, C extends string = string> {
  /** Whether to keep the arguments after `--` apart. Default false. */
  "--"?: boolean;
  /** Other names of options. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Options that are true or false and take no value. */
  boolean?: B | readonly B[];
  /** Values of options that are absent. */
  default?: Readonly<Record<string, unknown>>;
  /** Whether to stop at the first argument that is not an option. Default false. */
  stopEarly?: boolean;
  /** Options whose value is a string even if it looks like a number; `_` for the other arguments. */
  string?: S | readonly S[];
  /** Options that may be repeated. The last value of any other option wins. */
  collect?: C | readonly C[];
  /** Options that the prefix `--no-` sets to false. */
  negatable?: string | readonly string[];
  /**
   * Called for each unknown option, and for each argument that is not an option; returns false to drop it. The key of
   * grouped letters (`-abc`) is the first one.
   */
  unknown?(arg: string, key?: string, value?: unknown): unknown;
}

/**
 * Parses the arguments of a command.
 *
 * @example
 * ```ts
 * import { parseArgs } from "@std/cli/parse-args";
 * import { assertEquals } from "@std/assert";
 *
 * const args = parseArgs(["-f", "a.yaml", "--dev", "x"], { boolean: ["dev"], string: ["f"], collect: ["f"] });
 * assertEquals(args, { _: ["x"], dev: true, f: ["a.yaml"] });
 * ```
 */
export function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
>(
  args: readonly string[],
  options: ParseOptions<B, S, C> = {},
): Args<B, S, C> {
  const { alias = {}, default: defaults = {}, collect, negatable, unknown, ...same } = options;
  const names = new Names(alias);
  const declared = names.all(options.boolean, options.string, collect, Object.keys(alias));
  const strings = names.all(options.string);
  const collected = names.all(collect);
  const original = new Map<string, string>();
  const canBeNegated = names.all(negatable);

  const parsed = minimist(rewritten(), {
    ...same,
    alias,
    default: defaults,
    unknown: (arg: string) => report(original.get(arg) ?? arg),
  });
  for (const name of Object.keys(parsed)) {
    const value = parsed[name];
    if (name === "_" || name === "--" || value === defaults[name]) continue;
    if (collected.has(name)) parsed[name] = Array.isArray(value) ? value : [value];
    else if (Array.isArray(value)) parsed[name] = value.at(-1);
  }
  for (const name of collected) if (strings.has(name) && !Object.hasOwn(parsed, name)) parsed[name] = [];
  parsed._ = parsed._.map((arg) => original.get(String(arg)) ?? arg);
  return parsed as Args<B, S, C>;

  /** Rewrites the arguments that minimist would parse differently from the real package. */
  function rewritten(): string[] {
    const end = args.includes("--") ? args.indexOf("--") : args.length;
    return args.flatMap((arg, index) => {
      const key = /^--([^=]+)/.exec(arg)?.[1];
      if (index >= end || key === undefined) return [arg];
      // minimist mistakes these for known options
      if (key in Object.prototype) {
        report(arg);
        return [];
      }
      if (arg.includes("=")) return [arg];
      const next = index + 1 < end ? args[index + 1]! : undefined;
      if (key.startsWith("no-") && !canBeNegated.has(key.slice(3))) return [rename(arg, `${arg}=true`)];
      // an empty string, or one that begins with -, is not a value
      if (strings.has(key) && next !== undefined && (next === "" || next.startsWith("-"))) {
        return [rename(arg, `${arg}=`)];
      }
      return [arg];
    });
  }

  function rename(arg: string, other: string): string {
    original.set(other, arg);
    return other;
  }

  function report(arg: string): boolean {
    const [, long, short, value] = /^(?:--([^=]+)|-([^-=])[^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const key = long ?? short;
    if (unknown === undefined || key !== undefined && declared.has(key)) return true;
    return (key === undefined ? unknown(arg) : unknown(arg, key, value ?? true)) !== false;
  }
}

/** The names of options with their aliases. */
class Names {
  readonly #groups = new Map<string, string[]>();

  constructor(alias: Readonly<Record<string, string | readonly string[]>>) {
    for (const [name, others] of Object.entries(alias)) {
      const group = [name, ...[others].flat()];
      for (const one of group) this.#groups.set(one, group);
    }
  }

  /** Returns the names in the lists with all their aliases. */
  all(...lists: (string | readonly string[] | undefined)[]): Set<string> {
    const names = lists.flatMap((list) => list === undefined ? [] : [list].flat());
    return new Set(names.flatMap((name) => this.#groups.get(name) ?? [name]));
  }
}
