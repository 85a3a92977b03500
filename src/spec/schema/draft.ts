import { isList, isMap, kindOf, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import { type Diagnostic, hasErrors } from "../model/diagnostic.ts";
import { report } from "../model/report.ts";
import { showPath } from "../model/show.ts";
import { COMMON_FIELDS, type Link, type Path, type SpecDraft } from "../model/spec.ts";
import { FILE_LIMITS } from "../yaml/file_limits.ts";
import { readSoftly } from "./coerce.ts";
import { COMMON } from "./fields.ts";
import { diagnosticsOf } from "./issue.ts";

/** How specs are read. */
export interface ReadOptions {
  /** The namespace of a spec that names none. Default `default`. */
  namespace?: string;
}

/** A spec as far as it could be read, and what kept the rest of it from being read. */
export interface Draft {
  /** Its kind is empty if it has none. */
  spec: SpecDraft;
  diagnostics: Diagnostic[];
}

/** What to do about two names of one field. */
export const SAME = "they are the same; give one";

const OWN: ReadonlySet<string> = new Set(COMMON_FIELDS);

/**
 * Reads a spec that came as a map, from a registry or a workflow; `specToMap` makes such a map.
 *
 * @returns The spec, unless something is wrong with it.
 *
 * @example
 * ```ts
 * import { specFromMap } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { spec, diagnostics } = specFromMap({ kind: "snippet", name: "hello", language: "text", code: "hello" });
 * assertEquals(diagnostics, []);
 * assertEquals(spec?.fields, { language: "text", code: "hello" });
 * ```
 */
export function specFromMap(
  map: Value,
  options: ReadOptions = {},
): { spec?: SpecDraft; diagnostics: Diagnostic[] } {
  if (!isMap(map)) return { diagnostics: [{ message: `a spec is a ${kindOf(map)}`, hint: "it has to be a map" }] };
  const foreign = foreignValues(map);
  if (foreign.length > 0) {
    return { diagnostics: foreign.map((diagnostic) => report({ spec: { kind: "spec" } }, diagnostic)) };
  }
  const draft = readDraft(map, options);
  const spec = { ...draft.spec, kind: draft.spec.kind || "spec" };
  const diagnostics = draft.diagnostics.map((diagnostic) => report({ spec }, diagnostic));
  return hasErrors(diagnostics) ? { diagnostics } : { spec: draft.spec, diagnostics };
}

/** Reads the fields that every spec has and leaves those of its kind as they are. */
export function readDraft(
  map: ValueMap,
  options: ReadOptions = {},
  aliasOf?: (path: Path) => string | undefined,
): Draft {
  const diagnostics: Diagnostic[] = [];
  const common: Record<string, Value> = {};
  const fields: Record<string, Value> = {};
  for (const key of Object.keys(map)) {
    if (!OWN.has(key)) setKey(fields, key, map[key]!);
    else if (key !== "ports" && key !== "links") common[key] = map[key]!;
    else if (common.links === undefined) common.links = map[key]!;
    else {diagnostics.push({
        location: { path: [key], key: true },
        message: "links and ports are both given",
        hint: SAME,
      });}
  }
  const read = readSoftly(COMMON, common, aliasOf);
  const data = "data" in read
    ? read.data
    : salvaged(read.value as ValueMap, read.issues.map(({ path }) => path as Path));
  if ("issues" in read) {
    const subject = { of: "a spec", schema: COMMON, value: read.value };
    diagnostics.push(...read.issues.flatMap((issue) => diagnosticsOf(issue, subject)));
  }
  const { kind, id, name, namespace = options.namespace ?? "default", annotations = {}, links = {} } = data;
  const spec: SpecDraft = { kind, namespace, annotations, links: links as Record<string, Link[]>, fields };
  if (id !== undefined) spec.id = id;
  if (name !== undefined) spec.name = name;
  return { spec, diagnostics };
}

/** What is left of the common fields without those that are wrong. */
function salvaged(value: ValueMap, wrong: readonly Path[]): Partial<Common> & { kind: string } {
  const kept: Record<string, Value> = {};
  for (const key of Object.keys(value)) {
    if (key !== "links" && !wrong.some((path) => path[0] === key)) kept[key] = value[key]!;
  }
  const links: Record<string, Value> = {};
  const bad = new Set(wrong.map((path) => JSON.stringify(path.slice(0, 3))));
  for (const [port, targets] of Object.entries(isMap(value.links) ? value.links : {})) {
    if (!isList(targets)) continue;
    setKey(links, port, targets.filter((_, index) => !bad.has(JSON.stringify(["links", port, index]))));
  }
  return { kind: "", ...kept, links } as Partial<Common> & { kind: string };
}

type Common = Omit<SpecDraft, "fields" | "links"> & { links: Record<string, Value> };

/** What in a value could not be written to a spec file. */
function foreignValues(root: ValueMap): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  let count = 0;
  const walk = (value: Value, path: Path): void => {
    if (++count > FILE_LIMITS.nodes) return;
    if (path.length >= FILE_LIMITS.depth) {
      diagnostics.push({ location: { path }, message: `nested deeper than ${FILE_LIMITS.depth} levels` });
    } else if (isList(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (isMap(value)) { for (const key of Object.keys(value)) walk(value[key]!, [...path, key]); }
    else if (value !== null && !["string", "number", "boolean"].includes(typeof value)) {
      diagnostics.push({
        location: { path },
        message: `${showPath(path)} is a value of kind ${kindOf(value)}`,
        hint: "a spec is made of texts, numbers, booleans, null, lists and maps",
      });
    }
  };
  walk(root, []);
  if (count > FILE_LIMITS.nodes) {
    diagnostics.push({ location: { path: [] }, message: `more than ${FILE_LIMITS.nodes} values` });
  }
  return diagnostics;
}
