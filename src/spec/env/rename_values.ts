import { isList, isMap, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import { mapTexts } from "../model/map_texts.ts";
import type { Scheme } from "../model/scheme.ts";
import { writtenName } from "../model/source_path.ts";
import type { Path, SpecDraft } from "../model/spec.ts";
import { hasTemplate, offsetIn, splitTemplate, type Subject } from "../template/template.ts";
import { readBindings } from "./bindings.ts";

/** Returns the name that a value has, where a spec names it. @param path Where that is, by the names in the file. */
export type RenameValue = (name: string, path: Path) => string;

/**
 * Returns a spec in which values have other names: in the `env` of the spec and of those nested in it, and in templates. Ids
 * stay.
 */
export function renameValues(spec: SpecDraft, scheme: Scheme, rename: RenameValue): SpecDraft {
  const kind = scheme.get(spec.kind);
  if (kind === undefined) return spec;
  const texts = mapTexts(kind, spec.fields, scheme, (text, path) => inText(text, path, "env", rename));
  const fields = inNested(spec.kind, texts, [], scheme, rename);
  return { ...spec, fields, ...spec.env !== undefined && { env: inEnv(spec.env, [], rename) as ValueMap } };
}

function inNested(kindName: string, fields: ValueMap, at: Path, scheme: Scheme, rename: RenameValue): ValueMap {
  const kind = scheme.get(kindName);
  if (kind?.nested === undefined) return fields;
  const field = writtenName(kind, fields, kind.nested);
  const inner = (item: Value, path: Path): Value => {
    if (!isMap(item) || typeof item.kind !== "string") return item;
    const changed = inNested(item.kind, item, path, scheme, rename);
    return item.env === undefined ? changed : { ...changed, env: inEnv(item.env, path, rename) };
  };
  const nested = fields[field];
  if (nested === undefined) return fields;
  const path = [...at, field];
  return {
    ...fields,
    [field]: isList(nested) ? nested.map((item, i) => inner(item, [...path, i])) : inner(nested, path),
  };
}

/** @param at Where the spec is that the `env` belongs to. */
function inEnv(env: Value, at: Path, rename: RenameValue): Value {
  if (!isMap(env)) return env;
  const renamed: Record<string, Value> = { ...env };
  for (const [key, candidates] of readBindings(env).candidates) {
    for (const { id, name, at: place, data, dataAt } of candidates) {
      if (id === undefined && name !== undefined) {
        put(renamed, place.slice(1), "name", rename(name, [...at, ...place, "name"]));
      }
      if (data === undefined) continue;
      const subject = id === undefined && name === undefined ? "env" : "self";
      const changed = inData(data, [...at, ...dataAt], subject, rename);
      if (dataAt.length === place.length) renamed[key] = changed;
      else put(renamed, place.slice(1), String(dataAt.at(-1)), changed);
    }
  }
  return renamed;
}

/** Sets a field of a binding, of which there may be a list. */
function put(env: Record<string, Value>, [key, index]: Path, field: string, value: Value): void {
  const binding = env[key!]!;
  env[key!] = isList(binding)
    ? binding.map((item, i) => i === index ? { ...item as ValueMap, [field]: value } : item)
    : { ...binding as ValueMap, [field]: value };
}

function inData(data: Value, path: Path, subject: Subject, rename: RenameValue): Value {
  if (typeof data === "string") return inText(data, path, subject, rename);
  if (isList(data)) return data.map((item, index) => inData(item, [...path, index], subject, rename));
  if (!isMap(data)) return data;
  const map: Record<string, Value> = {};
  for (const key of Object.keys(data)) setKey(map, key, inData(data[key]!, [...path, key], subject, rename));
  return map;
}

/** Returns a string with templates in which values have other names. */
function inText(text: string, path: Path, subject: Subject, rename: RenameValue): string {
  if (!hasTemplate(text)) return text;
  let changed = "";
  let done = 0;
  for (const part of splitTemplate(text, subject).parts) {
    for (const { name, offset } of part.type === "expression" ? part.values : []) {
      const next = rename(name, path);
      const start = text.indexOf(name, offsetIn(part as Exclude<typeof part, { type: "text" }>, offset));
      if (next === name) continue;
      const before = text.slice(done, start);
      // `.name` becomes `["next"]`, as the name may have a dot; in quotes the name alone is replaced
      const isQuoted = /["']$/.test(before);
      changed += isQuoted ? before + next : `${before.replace(/\s*\.\s*$/, "")}[${JSON.stringify(next)}]`;
      done = start + name.length;
    }
  }
  return changed + text.slice(done);
}
