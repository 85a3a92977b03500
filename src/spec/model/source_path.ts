import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import type { KindDescription } from "./kind.ts";
import type { Scheme } from "./scheme.ts";
import type { Path, SpecDraft } from "./spec.ts";

/**
 * Returns the path in the file of a path in the validated fields: `["match", "when"]` for `["matches", 0, "when"]` if the
 * file has the alias `match` with a single map. Locators take such paths.
 */
export function sourcePath(spec: Pick<SpecDraft, "kind" | "fields">, scheme: Scheme, path: Path): Path {
  const written: (string | number)[] = [];
  let value: Value | undefined = spec.fields;
  let kind = scheme.get(spec.kind); // of the spec that the value is, if it is one
  let inner = false; // whether the value is a list of specs
  for (const step of path) {
    if (typeof step === "number") {
      if (isList(value)) {
        written.push(step);
        value = value[step];
      }
      kind = inner && isMap(value) ? scheme.get(String(value.kind)) : undefined;
      continue;
    }
    const name: string = kind !== undefined && isMap(value) ? writtenName(kind, value, step) : step;
    written.push(name);
    value = isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    inner = kind?.nested === step;
    kind = undefined;
  }
  return written;
}

/** Returns the name or alias under which a spec gives a field of its kind. */
export function writtenName(kind: KindDescription, fields: ValueMap, name: string): string {
  if (Object.hasOwn(fields, name)) return name;
  const aliases = Object.entries(kind.fieldAliases ?? {});
  return aliases.find(([alias, of]) => of === name && Object.hasOwn(fields, alias))?.[0] ?? name;
}
