import { equal, isList, isMap, kindOf, type Value } from "../../value/mod.ts";
import type { Entry } from "../entry.ts";
import { RegistryError } from "../errors.ts";
import { globMatches } from "./glob.ts";
import { textOf } from "../state/chunk_index.ts";
import type { Narrowing } from "../state/state.ts";
import { compileRegex } from "./regex.ts";

/**
 * Criteria that an entry must meet, all of them. The key of a criterion is a field, with or without an operator:
 *
 * | operator | value | the field |
 * | --- | --- | --- |
 * | none | a string | is that string, in which `*` stands for any number of characters |
 * | none | a list | contains each of its items |
 * | none | anything else | is equal to it |
 * | `~` | a regular expression (RE2) | is a string, any part of which matches |
 * | `*` | a string | is a string that contains it, or a list with such a string |
 * | `^` | a string | is a string that begins with it |
 * | `$` | a string | is a string that ends with it |
 *
 * The fields are `.kind`, `.name`, `.ns`, `.id` and `meta.<key>`, where dots in the key lead into maps.
 *
 * @example
 * ```ts
 * const query = { ".kind": "http.*", "*meta.tags": "backend", "meta.port": 8080 };
 * ```
 */
export type Criteria = Readonly<Record<string, Value>>;

/** Reports whether an entry meets a criterion. */
export type EntryTest = (entry: Entry) => boolean;

/**
 * Parses criteria written as on a command line: `.kind=function.*`, `~meta.path=/api/.*`, `*meta.tags=backend`,
 * `^meta.name=user`, `$meta.path=Handler`, `meta.port=8080`. As arguments have no types, a number, boolean or null in
 * `meta` is compared as a string.
 *
 * @throws {RegistryError} `invalid`, naming the criterion that is wrong.
 */
export function parseQuery(criteria: readonly string[]): Query {
  const parsed = criteria.map((criterion): [string, string] => {
    const equals = criterion.indexOf("=");
    if (equals < 0) {
      throw new RegistryError("invalid", `invalid criterion ${JSON.stringify(criterion)}: expected ${criterion}=VALUE`);
    }
    return [criterion.slice(0, equals), criterion.slice(equals + 1)];
  });
  return new Query(parsed, true);
}

/** Criteria that are checked and compiled. Immutable; to reuse one saves compiling it again. */
export class Query {
  /** Identifies the criteria and their order. */
  readonly key: string;
  /** What all entries have that meet the criteria, for the index that leaves fewest; undefined if no index helps. */
  readonly narrowing: Narrowing | undefined;
  readonly #tests: readonly EntryTest[];

  /**
   * Compiles criteria.
   *
   * @param typeless Whether the values are strings that stand for numbers, booleans and null too.
   * @throws {RegistryError} `invalid`, naming the criterion that is wrong.
   */
  constructor(criteria: Iterable<readonly [string, Value]>, typeless = false) {
    const list = [...criteria];
    const key = list.map(([criterion, value]) => keyOfCriterion(criterion, value)).join("");
    this.key = typeless ? `?${key}` : key;
    this.#tests = list.map(([criterion, value]) => compile(criterion, value, typeless));
    const narrowings = list.flatMap(([criterion, value]) => narrowingOf(criterion, value) ?? []);
    this.narrowing = ORDER.map((by) => narrowings.find((one) => one.by === by)).find((one) => one !== undefined);
  }

  /** Reports whether an entry meets every criterion. */
  matches(entry: Entry): boolean {
    for (const test of this.#tests) if (!test(entry)) return false;
    return true;
  }
}

/** Returns the key of the query of these criteria. */
export function keyOf(criteria: Criteria): string {
  let key = "";
  for (const criterion of Object.keys(criteria)) key += keyOfCriterion(criterion, criteria[criterion]!);
  return key;
}

function keyOfCriterion(criterion: string, value: Value): string {
  return `${criterion.length}:${criterion}${keyOfValue(value)}`;
}

function keyOfValue(value: Value): string {
  switch (typeof value) {
    case "string":
      return `"${value.length}:${value}`;
    case "bigint":
      return `${value}n;`;
    case "object":
      break;
    default:
      return `${value};`;
  }
  if (value === null) return "null;";
  if (value instanceof Date) return `d${value.getTime()};`;
  if (value instanceof Uint8Array) return `x${value.join()};`;
  if (isList(value)) return `[${value.map(keyOfValue).join("")}]`;
  if (isMap(value)) return `{${keyOf(value)}}`;
  throw new RegistryError(
    "invalid",
    `invalid value of a criterion: expected a value that can be compared, got a value of kind ${kindOf(value)}`,
  );
}

/** Returns the value of a field; undefined if the entry does not have it. */
type Field = (entry: Entry) => Value | undefined;

const ROOT_FIELDS: Record<string, Field> = {
  ".kind": (entry) => entry.kind,
  ".name": (entry) => entry.id.name,
  ".ns": (entry) => entry.id.namespace,
  ".id": (entry) => entry.id.text,
};

/** The indexes, the one that most likely leaves fewest entries first. */
const ORDER: readonly Narrowing["by"][] = ["field", "namespace", "kind"];

/** Returns what entries have that meet a criterion, if an index finds it. */
function narrowingOf(criterion: string, value: Value): Narrowing | undefined {
  const operator = /^[~*^$]/.test(criterion) ? criterion[0]! : "";
  const path = criterion.slice(operator.length);
  if (path === ".kind" && typeof value === "string") return { by: "kind", accepts: compileText(operator, value) };
  if (operator !== "" || (typeof value === "string" && value.includes("*"))) return undefined;
  if (path === ".ns" && typeof value === "string") return { by: "namespace", namespace: value };
  if (path.startsWith(".")) return undefined;
  const [wanted] = isList(value) ? value : [value];
  const text = wanted === undefined ? undefined : textOf(wanted);
  return text === undefined ? undefined : { by: "field", field: { path, read: fieldOf(criterion, path) }, text };
}

function compile(criterion: string, value: Value, typeless: boolean): EntryTest {
  const operator = /^[~*^$]/.test(criterion) ? criterion[0]! : "";
  const field = fieldOf(criterion, criterion.slice(operator.length));
  if (operator === "" && typeof value !== "string") return compileEquality(criterion, field, value);
  if (typeof value !== "string") {
    throw new RegistryError(
      "invalid",
      `invalid value of criterion ${JSON.stringify(criterion)}: expected a string, got a ${kindOf(value)}`,
    );
  }
  const test = compileText(operator, value);
  return (entry) => {
    const found = field(entry);
    if (typeof found === "string") return test(found);
    if (operator === "*" && isList(found)) return found.some((item) => typeof item === "string" && test(item));
    return typeless && operator === "" && isPlain(found) && test(String(found));
  };
}

function compileText(operator: string, value: string): (text: string) => boolean {
  switch (operator) {
    case "~":
      return compileRegex(value);
    case "*":
      return (text) => text.includes(value);
    case "^":
      return (text) => text.startsWith(value);
    case "$":
      return (text) => text.endsWith(value);
  }
  return value.includes("*") ? (text) => globMatches(value, text) : (text) => text === value;
}

function compileEquality(criterion: string, field: Field, value: Value): EntryTest {
  if (criterion.startsWith(".")) {
    throw new RegistryError(
      "invalid",
      `invalid value of criterion ${JSON.stringify(criterion)}: expected a string, got a ${kindOf(value)}`,
    );
  }
  if (!isList(value)) return (entry) => equal(field(entry), value);
  return (entry) => {
    const found = field(entry);
    if (found === undefined) return false;
    const items = isList(found) ? found : [found];
    return value.every((wanted) => items.some((item) => equal(item, wanted)));
  };
}

function fieldOf(criterion: string, path: string): Field {
  const field = Object.hasOwn(ROOT_FIELDS, path) ? ROOT_FIELDS[path] : undefined;
  if (field !== undefined) return field;
  if (!path.startsWith("meta.") || path === "meta.") {
    throw new RegistryError(
      "invalid",
      `unknown criterion ${
        JSON.stringify(criterion)
      }: expected .kind, .name, .ns, .id or meta.<key>, with or without ~ * ^ $ before it`,
    );
  }
  const segments = path.slice("meta.".length).split(".");
  const [key] = segments;
  if (segments.length > 1) return (entry) => read(entry.meta, segments, 0);
  return ({ meta }) => Object.hasOwn(meta, key!) ? meta[key!] : undefined;
}

/** Follows a path. As keys may contain dots, keys of several segments are tried too, the longest first. */
function read(value: Value, segments: readonly string[], at: number): Value | undefined {
  if (at === segments.length) return value;
  if (!isMap(value)) return undefined;
  for (let end = segments.length; end > at; end--) {
    const key = segments.slice(at, end).join(".");
    const found = Object.hasOwn(value, key) ? read(value[key]!, segments, end) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isPlain(value: Value | undefined): boolean {
  return value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
}
