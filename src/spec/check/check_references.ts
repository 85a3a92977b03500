import { isMap, nearest } from "../../value/mod.ts";
import { type Diagnostic, prefixPath } from "../model/diagnostic.ts";
import type { FieldReference } from "../model/kind.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { sourcePath } from "../model/source_path.ts";
import type { SpecDraft } from "../model/spec.ts";
import type { Unit } from "./check_fields.ts";

/** The entries that the fields of a node may name. */
export interface NamedEntries {
  /** Returns the entry of a name, whatever it is. */
  find(name: string): SpecDraft | undefined;
  /** Returns the names of all entries of a kind, for suggestions. */
  names(kind: string): Iterable<string>;
}

/** Returns the diagnostics of the fields of a node, and of those inside it, that name entries: unknown ones, wrong ones. */
export function checkReferences(unit: Unit, entries: NamedEntries, scheme: Scheme): Diagnostic[] {
  const own = (unit.kind?.references ?? []).flatMap((reference) => {
    const name = unit.fields?.[reference.field];
    if (typeof name !== "string") return [];
    const wrong = checkReference(reference, name, entries);
    if (wrong === undefined) return [];
    const path = sourcePath(unit.spec, scheme, [reference.field]);
    return [report(unit.root, prefixPath([...unit.at, ...path], wrong))];
  });
  return [...own, ...unit.inner.flatMap((inner) => checkReferences(inner, entries, scheme))];
}

function checkReference({ kind, type }: FieldReference, name: string, entries: NamedEntries): Diagnostic | undefined {
  const found = entries.find(name);
  if (found === undefined) {
    const meant = nearest(name, entries.names(kind));
    const hint = meant === undefined ? `expected the name of an entry of kind ${kind}` : `did you mean ${show(meant)}?`;
    return { message: `unknown ${kind} ${show(name)}`, hint };
  }
  if (found.kind !== kind) return { message: `invalid ${kind} ${show(name)}: it is of kind ${found.kind}` };
  const { data } = found.fields;
  const its = isMap(data ?? null) ? (data as Record<string, unknown>).type : undefined;
  const types = typeof type === "string" ? [type] : type;
  if (types === undefined || typeof its !== "string" || types.includes(its)) return undefined;
  return {
    message: `invalid ${kind} ${show(name)}: expected one of type ${types.join(" or ")}, got one of type ${its}`,
  };
}
