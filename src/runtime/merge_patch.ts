import { COMMON_FIELDS, type Scheme } from "../spec/mod.ts";
import { equal, isMap, setKey, type Value, type ValueMap } from "../value/mod.ts";

/**
 * Returns a value after a JSON merge patch (RFC 7396): null takes a key away, maps are merged key by key, and any other
 * value replaces what was there, lists included.
 */
export function mergePatch(value: Value | undefined, patch: Value): Value {
  if (!isMap(patch)) return patch;
  const merged: Record<string, Value> = {};
  const before = isMap(value) ? value : {};
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(patch, key)) setKey(merged, key, before[key]!);
    else if (patch[key] !== null) setKey(merged, key, mergePatch(before[key], patch[key]!));
  }
  for (const key of Object.keys(patch)) {
    if (patch[key] !== null && !Object.hasOwn(before, key)) setKey(merged, key, mergePatch(undefined, patch[key]!));
  }
  return merged;
}

/** The fields of every spec that have two names. */
const COMMON_ALIASES: Readonly<Record<string, string>> = { ports: "links", annotations: "meta" };

/**
 * Returns the map of a spec after a merge patch. A patch that changes the kind takes the fields away that only the old
 * kind has: they mean nothing to the new one.
 */
export function patchSpec(spec: ValueMap, patch: ValueMap, scheme: Scheme): ValueMap {
  const changes = asNamedIn(spec, patch, scheme);
  const isSameKind = changes.kind === undefined || kindName(changes.kind, scheme) === kindName(spec.kind, scheme);
  return mergePatch(isSameKind ? spec : withoutOwn(spec, changes.kind, scheme), changes) as ValueMap;
}

/** Reports whether a spec has the fields of an example. */
export function matchesExample(spec: ValueMap, example: ValueMap, scheme: Scheme): boolean {
  const wanted = asNamedIn(spec, example, scheme);
  return Object.keys(wanted).every((key) => equal(spec[key], wanted[key]));
}

/** Returns a part of a spec with fields that have several names under those that the spec has. */
function asNamedIn(spec: ValueMap, part: ValueMap, scheme: Scheme): Record<string, Value> {
  const kind = typeof spec.kind === "string" ? scheme.get(spec.kind) : undefined;
  const canonical = (key: string) => COMMON_ALIASES[key] ?? kind?.fieldAliases?.[key] ?? key;
  const written = new Map(Object.keys(spec).map((key) => [canonical(key), key]));
  const named: Record<string, Value> = {};
  for (const key of Object.keys(part)) {
    // a spec holds its links by that name; what is given by two names stays so, and is an error
    const name = key === "ports" ? "links" : written.get(canonical(key)) ?? key;
    setKey(named, Object.hasOwn(part, name) ? key : name, part[key]!);
  }
  return named;
}

function kindName(kind: Value | undefined, scheme: Scheme): Value | undefined {
  return typeof kind === "string" ? scheme.get(kind)?.name ?? kind : kind;
}

/** Returns the map of a spec with the fields that every spec has, and those that another kind has too. */
function withoutOwn(spec: ValueMap, kind: Value | undefined, scheme: Scheme): ValueMap {
  const next = typeof kind === "string" ? scheme.get(kind) : undefined;
  const names = next === undefined ? [] : [...Object.keys(next.fields.shape), ...Object.keys(next.fieldAliases ?? {})];
  const kept = new Set<string>([...COMMON_FIELDS, ...names]);
  return Object.fromEntries(Object.entries(spec).filter(([key]) => kept.has(key)));
}
