import { isList, isMap, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import type { KindDescription } from "./kind.ts";
import type { Scheme } from "./scheme.ts";
import { COMMON_FIELDS, type Path } from "./spec.ts";

const COMMON: ReadonlySet<string> = new Set(COMMON_FIELDS);

/** Returns the replacement of a string, or the string itself. */
export type MapText = (text: string, path: Path) => Value;

/**
 * Returns the fields of a spec with every string mapped that may be a template: neither code nor keys. Maps nested specs
 * too, each by its own kind, except those of an unknown kind. Unchanged parts are shared with the original.
 */
export function mapTexts(kind: KindDescription, fields: ValueMap, scheme: Scheme, map: MapText): ValueMap {
  return new TextMapper(scheme, map).fields(kind, fields, []);
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

  constructor(scheme: Scheme, map: MapText) {
    this.#scheme = scheme;
    this.#map = map;
  }

  fields(kind: KindDescription, fields: ValueMap, path: Path): ValueMap {
    const verbatim = verbatimFields(kind);
    return mapEntries(fields, (value, key) => {
      const name = kind.fieldAliases?.[key] ?? key;
      const at = [...path, key];
      if (verbatim.has(name)) return value;
      return name === kind.nested ? this.#specs(value, at) : this.#value(value, at, name, verbatim);
    });
  }

  #value(value: Value, path: Path, field: string, verbatim: ReadonlySet<string>): Value {
    if (typeof value === "string") return this.#map(value, path);
    if (isList(value)) return mapItems(value, (item, index) => this.#value(item, [...path, index], field, verbatim));
    if (!isMap(value)) return value;
    return mapEntries(value, (item, key) => {
      const inner = `${field}.${key}`;
      return verbatim.has(inner) ? item : this.#value(item, [...path, key], inner, verbatim);
    });
  }

  #specs(value: Value, path: Path): Value {
    if (isList(value)) return mapItems(value, (item, index) => this.#spec(item, [...path, index]));
    return this.#spec(value, path);
  }

  #spec(value: Value, path: Path): Value {
    if (!isMap(value) || typeof value.kind !== "string") return value;
    const kind = this.#scheme.get(value.kind);
    if (kind === undefined) return value;
    const own: Record<string, Value> = {};
    for (const key of Object.keys(value)) if (!COMMON.has(key)) setKey(own, key, value[key]!);
    const mapped = this.fields(kind, own, path);
    return mapped === own ? value : { ...value, ...mapped };
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
