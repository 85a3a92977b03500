/**
 * `parseArgs` of `@std/cli/parse-args` as far as this project uses it, over `minimist`, of which that is a port.
 * `deno.jsr.json` binds the same name to the real package.
 */
import untyped from "minimist";

// minimist has no types of its own
const minimist = untyped as (args: string[], options: Record<string, unknown>) => Args;

/** What was read from the arguments: every option by its name, what belongs to none in `_`, what follows `--` in `--`. */
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

/** How arguments are read. */
export interface ParseOptions<B extends string = string, S extends string = string, C extends string = string> {
  /** Whether what follows `--` is kept apart. Default false. */
  "--"?: boolean;
  /** Other names of options. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Options that are true or false and take no value. */
  boolean?: B | readonly B[];
  /** What an option is that is not given. */
  default?: Readonly<Record<string, unknown>>;
  /** Whether everything after the first argument that is no option is left as it is. Default false. */
  stopEarly?: boolean;
  /** Options whose value is a text and never a number; `_` for the arguments that belong to no option. */
  string?: S | readonly S[];
  /** Options that may be given several times. Of any other the last one counts. */
  collect?: C | readonly C[];
  /** Options that `--no-` before them makes false. */
  negatable?: string | readonly string[];
  /**
   * Is told of each option that is none of the above, and of each argument that belongs to none; false leaves it out.
   * Of letters that are written together (`-abc`) the key is the first.
   */
  unknown?(arg: string, key?: string, value?: unknown): unknown;
}

/**
 * Reads the arguments of a command.
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
  const texts = names.all(options.string);
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
  for (const name of collected) if (texts.has(name) && !Object.hasOwn(parsed, name)) parsed[name] = [];
  parsed._ = parsed._.map((arg) => original.get(String(arg)) ?? arg);
  return parsed as Args<B, S, C>;

  /** The arguments with what minimist reads otherwise than the real package written so that it does not. */
  function rewritten(): string[] {
    const end = args.includes("--") ? args.indexOf("--") : args.length;
    return args.flatMap((arg, index) => {
      const key = /^--([^=]+)/.exec(arg)?.[1];
      if (index >= end || key === undefined) return [arg];
      // minimist takes these for options that it knows
      if (key in Object.prototype) {
        report(arg);
        return [];
      }
      if (arg.includes("=")) return [arg];
      const next = index + 1 < end ? args[index + 1]! : undefined;
      if (key.startsWith("no-") && !canBeNegated.has(key.slice(3))) return [rename(arg, `${arg}=true`)];
      // an empty text or one that begins with - is no value
      if (texts.has(key) && next !== undefined && (next === "" || next.startsWith("-"))) {
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

/** Which names mean the same option. */
class Names {
  readonly #same = new Map<string, string[]>();

  constructor(alias: Readonly<Record<string, string | readonly string[]>>) {
    for (const [name, others] of Object.entries(alias)) {
      const group = [name, ...[others].flat()];
      for (const one of group) this.#same.set(one, group);
    }
  }

  /** The names in some lists with all that mean the same. */
  all(...lists: (string | readonly string[] | undefined)[]): Set<string> {
    const names = lists.flatMap((list) => list === undefined ? [] : [list].flat());
    return new Set(names.flatMap((name) => this.#same.get(name) ?? [name]));
  }
}
