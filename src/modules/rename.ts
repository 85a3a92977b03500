import {
  type KindDescription,
  type Link,
  type Path,
  renameValues,
  type Scheme,
  sourcePath,
  type SpecDraft,
} from "../spec/mod.ts";
import { isList, isMap, setKey, type Value, type ValueMap } from "../value/mod.ts";
import type { Scope } from "./scope.ts";

/** Returns what the names at a path of a spec are names of. */
export type ScopeAt = (path: Path) => Scope;

/** Where every entry may name others that it depends on. */
const DEPENDS_ON = ["meta.depends_on", "meta.depends_on.*"];

/**
 * Returns a spec of a module as a spec of its importer: all that names an entry, its own name included, is what the
 * importer calls it. Names are in links, in the fields that a kind says hold one, in `use`, in `env`, in templates that
 * read values, and in `meta.depends_on`.
 */
export function renamed(spec: SpecDraft, namespace: string, scheme: Scheme, scopeAt: ScopeAt): SpecDraft {
  const own = scopeAt([]);
  const renamer = new Renamer(scheme, scopeAt);
  const holder = [...scheme].find(({ uses }) => uses === spec.kind);
  const { data } = spec.fields;
  const fields = !spec.isData
    ? renamer.fields(spec.kind, spec.fields, [])
    : holder !== undefined && isMap(data ?? null)
    ? { ...spec.fields, data: renamer.fields(holder.name, data as ValueMap, ["data"]) }
    : spec.fields;
  const next: SpecDraft = { ...spec, namespace, fields, links: renamer.links(spec.links) };
  if (spec.name !== undefined) next.name = own.nameOf(spec.name);
  if (spec.id !== undefined && !spec.isData) next.id = own.idOf(spec.id);
  const valued = renameValues(next, scheme, (name, path) => scopeAt(path).nameOf(name));
  return renamedDependencies(valued, scheme, (text, path) => scopeAt(path).entryOf(text, namespace));
}

class Renamer {
  readonly #scheme: Scheme;
  readonly #scopeAt: ScopeAt;

  constructor(scheme: Scheme, scopeAt: ScopeAt) {
    this.#scheme = scheme;
    this.#scopeAt = scopeAt;
  }

  links(links: SpecDraft["links"]): SpecDraft["links"] {
    const renamed = Object.entries(links).map(([port, targets]) => [
      port,
      targets.map(({ id, name, port: to }, index): Link => {
        const scope = this.#scopeAt(["links", port, index, id === undefined ? "name" : "id"]);
        return {
          ...id !== undefined && { id: scope.idOf(id) },
          ...name !== undefined && { name: scope.nameOf(name) },
          port: to,
        };
      }),
    ]);
    return Object.fromEntries(renamed);
  }

  fields(kindName: string, fields: ValueMap, at: Path): ValueMap {
    const kind = this.#scheme.get(kindName);
    if (kind === undefined) return fields;
    const next: Record<string, Value> = {};
    const names = new Set((kind.references ?? []).map(({ field }) => field));
    if (kind.uses !== undefined) names.add("use");
    for (const [key, value] of Object.entries(fields)) {
      const field = kind.fieldAliases?.[key] ?? key;
      setKey(next, key, field === kind.nested ? this.#nested(value, [...at, key]) : value);
      if (names.has(field) && typeof value === "string") next[key] = this.#scopeAt([...at, key]).nameOf(value);
    }
    return next;
  }

  #nested(value: Value, at: Path): Value {
    const inner = (item: Value, path: Path): Value =>
      isMap(item) && typeof item.kind === "string" ? this.fields(item.kind, item, path) : item;
    return isList(value) ? value.map((item, index) => inner(item, [...at, index])) : inner(value, at);
  }
}

/** Renames what an entry says that it depends on: by the paths of its kind, which its references are not in. */
function renamedDependencies(
  spec: SpecDraft,
  scheme: Scheme,
  rename: (text: string, path: Path) => string,
): SpecDraft {
  const kind: KindDescription | undefined = scheme.get(spec.kind);
  const known = new Set(kind?.references?.map(({ field }) => `data.${field}`));
  const own = (kind ?? scheme.dataKind(spec.kind))?.dependencies ?? [];
  const patterns = [...DEPENDS_ON, ...own.filter((pattern) => !known.has(pattern))];
  let { meta, fields } = spec;
  for (const pattern of patterns) {
    const [part, ...steps] = pattern.split(".");
    if (part === "meta") meta = mapAt(meta, steps, ["meta"], rename) as ValueMap;
    else if (spec.isData) fields = mapAt(fields, ["data", ...steps], [], rename) as ValueMap;
    else {
      const [first = "", ...rest] = steps;
      fields = mapAt(fields, [...sourcePath(spec, scheme, [first]), ...rest].map(String), [], rename) as ValueMap;
    }
  }
  return { ...spec, meta, fields };
}

function mapAt(
  value: Value,
  steps: readonly string[],
  at: Path,
  map: (text: string, path: Path) => string,
): Value {
  const [step, ...rest] = steps;
  if (step === undefined) return typeof value === "string" ? map(value, at) : value;
  if (isList(value)) {
    if (step !== "*") return value;
    return value.map((item, index) => mapAt(item, rest, [...at, index], map));
  }
  if (!isMap(value)) return value;
  const next: Record<string, Value> = {};
  for (const [key, item] of Object.entries(value)) {
    setKey(next, key, step === "*" || step === key ? mapAt(item, rest, [...at, key], map) : item);
  }
  return next;
}
