import { isList, isMap, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import { withoutDefaultName } from "../model/default_name.ts";
import { type Diagnostic, prefixPath } from "../model/diagnostic.ts";
import type { KindDescription } from "../model/kind.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { COMMON_FIELDS, specToMap } from "../model/spec.ts";
import { coerce } from "./coerce.ts";
import { readDraft, SAME } from "./draft.ts";
import { diagnosticsOf, unknownField } from "./issue.ts";

/** The fields as the schema of their kind reads them, or the diagnostics if any is invalid. */
export type Validated = { fields: ValueMap } | { diagnostics: Diagnostic[] };

/**
 * Validates the fields of a spec by the schema of its kind. Replaces aliases, fills in defaults, rejects unknown fields
 * and converts values (see `coerce`). Templates must have been evaluated.
 *
 * @param scheme If given, nested specs are validated too, each by its own kind.
 *
 * @example
 * ```ts
 * import { duration, validate } from "../mod.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 *
 * const sleep = {
 *   name: "sleep",
 *   summary: "Waits.",
 *   fields: z.object({ interval: duration() }),
 *   ports: { in: ["in"], out: ["out", "error"] },
 * };
 * assertEquals(validate(sleep, { interval: "2s" }), { fields: { interval: 2000 } });
 * ```
 */
export function validate(kind: KindDescription, fields: ValueMap, scheme?: Scheme): Validated {
  const diagnostics: Diagnostic[] = [];
  const known: Record<string, Value> = {};
  for (const key of Object.keys(fields)) {
    const name = kind.fieldAliases?.[key] ?? key;
    if (!Object.hasOwn(kind.fields.shape, name)) {
      diagnostics.push(unknownField([key], knownFields(kind), { of: kind.name }));
    } else if (Object.hasOwn(known, name)) {
      const both = key === name ? Object.keys(fields).find((other) => kind.fieldAliases?.[other] === name)! : name;
      const message = `both ${both} and ${key} are given`;
      diagnostics.push({ location: { path: [key], key: true }, message, hint: SAME });
    } else setKey(known, name, fields[key]!);
  }
  const read = coerce(kind.fields, known);
  if ("issues" in read) {
    const subject = { of: kind.name, schema: kind.fields, value: read.value };
    diagnostics.push(...read.issues.flatMap((issue) => diagnosticsOf(issue, subject)));
  }
  if (diagnostics.length > 0 || !("data" in read)) return { diagnostics };
  const data = read.data as ValueMap;
  return scheme === undefined || kind.nested === undefined ? { fields: data } : validateNested(kind, data, scheme);
}

function validateNested(kind: KindDescription, fields: ValueMap, scheme: Scheme): Validated {
  const nested = kind.nested!;
  const diagnostics: Diagnostic[] = [];
  const specs = nestedMaps(fields[nested]).map((map, index) => {
    const draft = readDraft(withoutDefaultName(map, index));
    const inner = scheme.get(draft.spec.kind);
    const read: Validated = inner === undefined
      ? { diagnostics: [unknownKind(draft.spec.kind, scheme)] }
      : validate(inner, draft.spec.fields, scheme);
    const found = [...draft.diagnostics, ..."diagnostics" in read ? read.diagnostics : []];
    for (const diagnostic of found) diagnostics.push(prefixPath([nested, index], diagnostic));
    const { namespace: _, ...own } = specToMap({ ...draft.spec, fields: "fields" in read ? read.fields : {} });
    return own;
  });
  return diagnostics.length > 0 ? { diagnostics } : { fields: { ...fields, [nested]: specs } };
}

/** Returns the maps of a list of specs, which may be a single map. */
export function nestedMaps(value: Value | undefined): ValueMap[] {
  return isList(value) ? value.filter(isMap) : isMap(value) ? [value] : [];
}

/** Returns the diagnostic of an unknown kind. */
export function unknownKind(name: string, scheme: Scheme): Diagnostic {
  const leftOutAt = scheme.leftOutAt(name);
  if (leftOutAt !== undefined) {
    const hint = `the kinds that may be used are listed at ${leftOutAt}`;
    return { location: { path: ["kind"] }, message: `kind ${show(name)} is left out`, hint };
  }
  const meant = scheme.nearest(name);
  return {
    location: { path: ["kind"] },
    message: `unknown kind ${show(name)}`,
    hint: meant === undefined ? `known kinds are ${scheme.names().join(", ")}` : `did you mean ${show(meant)}?`,
  };
}

function knownFields(kind: KindDescription): string[] {
  const own = [...Object.keys(kind.fields.shape), ...Object.keys(kind.fieldAliases ?? {})];
  return [...own, ...COMMON_FIELDS];
}
