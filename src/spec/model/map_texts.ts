import { isList, isMap, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import type { KindDescription } from "./kind.ts";
import type { Scheme } from "./scheme.ts";
import { COMMON_FIELDS, type Path } from "./spec.ts";

const NOTHING: ReadonlySet<string> = new Set();
const COMMON: ReadonlySet<string> = new Set(COMMON_FIELDS);

/**
 * Returns the replacement of a string, or the string itself.
 *
 * @param at Where the spec is that the string belongs to, by the names of fields: `["specs", 0]` in a compound.
 */
export type MapText = (text: string, path: Path, at: Path) => Value;

/** Options of `mapTexts`. */
export interface MapTextsOptions {
  /** Whether the strings in the `env` of nested specs are mapped too. Default false. */
  readonly bindings?: boolean;
}

/**
 * Returns the fields of a spec with every string mapped that may be a template: neither code nor keys. Maps nested specs
 * too, each by its own kind, except those of an unknown kind. Unchanged parts are shared with the original.
 */
export function mapTexts(
  kind: KindDescription,
  fields: ValueMap,
  scheme: Scheme,
  map: MapText,
  { bindings = false }: MapTextsOptions = {},
): ValueMap {
  return new TextMapper(scheme, map, bindings).fields(kind, fields, [], []);
}

/** Reports whether the field at a path is code, in which templates are not evaluated. */
export function isVerbatim(kind: KindDescription, path: Path): boolean {
  const verbatim = verbatimFields(kind);
  const names = path.filter((step) => typeof step === "string");
  return names.some((_, index) => {
    const [first, ...rest] = names.slice(0, index + 1);
    return verbatim.has([kind.fieldAliases?.[first!] ?? first, ...rest].join("."));
  });
}

function verbatimFields(kind: KindDescription): Set<string> {
  return new Set(kind.verbatim?.map((field) => field.replaceAll("[]", "")));
}

class TextMapper {
  readonly #scheme: Scheme;
  readonly #map: MapText;
  readonly #bindings: boolean;

  constructor(scheme: Scheme, map: MapText, bindings: boolean) {
    this.#scheme = scheme;
    this.#map = map;
    this.#bindings = bindings;
  }

  /** @param at Where the spec is, by the names of fields. */
  fields(kind: KindDescription, fields: ValueMap, path: Path, at: Path): ValueMap {
    const verbatim = verbatimFields(kind);
    return mapEntries(fields, (value, key) => {
      const name = kind.fieldAliases?.[key] ?? key;
      const inner = [...path, key];
      if (verbatim.has(name)) return value;
      return name === kind.nested
        ? this.#specs(value, inner, [...at, name])
        : this.#value(value, inner, name, verbatim, at);
    });
  }

  #value(value: Value, path: Path, field: string, verbatim: ReadonlySet<string>, at: Path): Value {
    if (typeof value === "string") return this.#map(value, path, at);
    if (isList(value)) {
      return mapItems(value, (item, index) => this.#value(item, [...path, index], field, verbatim, at));
    }
    if (!isMap(value)) return value;
    return mapEntries(value, (item, key) => {
      const inner = `${field}.${key}`;
      return verbatim.has(inner) ? item : this.#value(item, [...path, key], inner, verbatim, at);
    });
  }

  #specs(value: Value, path: Path, at: Path): Value {
    if (isList(value)) return mapItems(value, (item, index) => this.#spec(item, [...path, index], [...at, index]));
    return this.#spec(value, path, [...at, 0]);
  }

  #spec(value: Value, path: Path, at: Path): Value {
    if (!isMap(value) || typeof value.kind !== "string") return value;
    const kind = this.#scheme.get(value.kind);
    if (kind === undefined) return value;
    const own: Record<string, Value> = {};
    for (const key of Object.keys(value)) if (!COMMON.has(key)) setKey(own, key, value[key]!);
    const mapped = this.fields(kind, own, path, at);
    const { env } = value;
    const bound = this.#bindings && env !== undefined ? this.#value(env, [...path, "env"], "env", NOTHING, at) : env;
    if (mapped === own && bound === env) return value;
    return { ...value, ...mapped, ...bound !== undefined && { env: bound } };
  }
}

function mapItems(list: readonly Value[], map: (item: Value, index: number) => Value): readonly Value[] {
  const mapped = list.map(map);
  return mapped.some((item, index) => item !== list[index]) ? mapped : list;
}

function mapEntries(map: ValueMap, change: (value: Value, key: string) => Value): ValueMap {
  const mapped: Record<string, Value> = {};
  let changed = false;
  for (const key of Object.keys(map)) {
    const value = change(map[key]!, key);
    changed ||= value !== map[key];
    setKey(mapped, key, value);
  }
  return changed ? mapped : map;
}
