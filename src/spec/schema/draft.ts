import { isList, isMap, kindOf, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import { type Bindings, readableEnv, readBindings } from "../env/bindings.ts";
import { type Diagnostic, hasErrors } from "../model/diagnostic.ts";
import { report } from "../model/report.ts";
import { showInvalid, showPath } from "../model/show.ts";
import { COMMON_FIELDS, type Link, type Path, type SpecDraft, VALUE_KIND } from "../model/spec.ts";
import { FILE_LIMITS } from "../yaml/file_limits.ts";
import { unwrapMap } from "../yaml/unwrap.ts";
import { coerce } from "./coerce.ts";
import { COMMON } from "./fields.ts";
import { diagnosticsOf } from "./issue.ts";

/** Options for reading specs. */
export interface ReadOptions {
  /** The namespace of specs that name none. Default `default`. */
  namespace?: string;
}

/** A spec as far as it could be read, and the diagnostics of the rest. */
export interface Draft {
  /** Its kind is empty if the spec has none. */
  spec: SpecDraft;
  diagnostics: Diagnostic[];
}

/** The hint for a field that is given by two of its names. */
export const SAME = "they are the same field; give one";

const OWN: ReadonlySet<string> = new Set(COMMON_FIELDS);

/** The fields of an entry of values: one that has no others, and no kind, is one. */
const VALUE_FIELDS: ReadonlySet<string> = new Set(["id", "namespace", "name", "meta", "annotations", "data"]);

/**
 * Reads a spec from a map that a registry or a workflow holds. The reverse of `specToMap`.
 *
 * @returns The spec, absent if there are errors, and the diagnostics.
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
  if (!isMap(map)) return { diagnostics: [{ message: showInvalid("spec", map, "a map") }] };
  const foreign = foreignValues(map);
  if (foreign.length > 0) {
    return { diagnostics: foreign.map((diagnostic) => report({ spec: { kind: "spec" } }, diagnostic)) };
  }
  const { spec: unwrapped, both } = unwrapMap(map);
  const draft = readDraft(unwrapped, options);
  const spec = { ...draft.spec, kind: draft.spec.kind || "spec" };
  const diagnostics = [...both.map(givenTwice), ...draft.diagnostics].map((diagnostic) => report({ spec }, diagnostic));
  return hasErrors(diagnostics) ? { diagnostics } : { spec: draft.spec, diagnostics };
}

/** Returns the diagnostic of a field that stands beside the kind and inside of `spec` as well. */
export function givenTwice(field: string): Diagnostic {
  return { location: { path: [field], key: true }, message: `${field} is given here and inside of spec`, hint: SAME };
}

/** Reads the fields that every spec has; the fields of its kind stay as they are. */
export function readDraft(
  map: ValueMap,
  options: ReadOptions = {},
  aliasOf?: (path: Path) => string | undefined,
): Draft {
  if (isValue(map)) map = valueOf(map);
  const diagnostics: Diagnostic[] = [];
  let bindings: Bindings | undefined;
  const common: Record<string, Value> = {};
  const fields: Record<string, Value> = {};
  for (const key of Object.keys(map)) {
    if (!OWN.has(key)) setKey(fields, key, map[key]!);
    else if (key === "env") {
      bindings = readBindings(map.env!);
      diagnostics.push(...bindings.diagnostics);
    } else if (key === "annotations" && isMap(map[key])) common[key] = annotationsOf(map[key], aliasOf);
    else if (key !== "ports" && key !== "links") common[key] = map[key]!;
    else if (common.links === undefined) common.links = map[key]!;
    else {diagnostics.push({
        location: { path: [key], key: true },
        message: "both links and ports are given",
        hint: SAME,
      });}
  }
  const read = coerce(COMMON, common, aliasOf);
  const data = "data" in read
    ? read.data
    : salvaged(read.value as ValueMap, read.issues.map(({ path }) => path as Path));
  if ("issues" in read) {
    const subject = { of: "spec", schema: COMMON, value: read.value };
    diagnostics.push(...read.issues.flatMap((issue) => diagnosticsOf(issue, subject)));
  }
  const { kind, id, name, namespace = options.namespace ?? "default", meta, annotations, links = {} } = data;
  if (meta !== undefined && annotations !== undefined) {
    diagnostics.push({
      location: { path: ["annotations"], key: true },
      message: "both meta and annotations are given",
      hint: SAME,
    });
  }
  const spec: SpecDraft = {
    kind,
    namespace,
    meta: meta ?? annotations ?? {},
    links: links as Record<string, Link[]>,
    fields,
  };
  if (meta === undefined && annotations !== undefined) spec.isAnnotated = true;
  if (id !== undefined) spec.id = id;
  if (name !== undefined) spec.name = name;
  const env = bindings && readableEnv(map.env!, bindings);
  if (env !== undefined) spec.env = env;
  return { spec, diagnostics };
}

/** Reports whether a map is a value that does not say so: as `{ name: db, data: {...} }` in a file of values. */
function isValue(map: ValueMap): boolean {
  return map.kind === undefined && Object.hasOwn(map, "data") && Object.keys(map).every((key) => VALUE_FIELDS.has(key));
}

/** Returns a value with its kind. The id by which bindings may name it is kept as `meta.id`. */
function valueOf({ id, ...map }: ValueMap): ValueMap {
  if (id === undefined) return { ...map, kind: VALUE_KIND };
  const { meta, annotations, name = `value-${id}`, ...rest } = map;
  const notes = meta ?? annotations;
  return { ...rest, name, kind: VALUE_KIND, meta: { ...isMap(notes ?? null) && notes as ValueMap, id } };
}

/** Returns the common fields without the invalid ones. */
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

/** How many values a spec from a map may hold; a payload has the same limit. */
const MAX_VALUES = 1_000_000;

type Common = Omit<SpecDraft, "fields" | "links" | "meta"> & {
  links: Record<string, Value>;
  meta?: ValueMap;
  annotations?: ValueMap;
};

/** Returns annotations with numbers and booleans as strings, as they were before there was `meta`. */
function annotationsOf(annotations: ValueMap, aliasOf: ((path: Path) => string | undefined) | undefined): ValueMap {
  const read: Record<string, Value> = {};
  for (const [key, value] of Object.entries(annotations)) {
    const isPlain = typeof value === "number" || typeof value === "boolean";
    setKey(read, key, isPlain ? aliasOf?.(["annotations", key]) ?? String(value) : value);
  }
  return read;
}

/** Returns diagnostics of values that could not be written to a spec file. */
function foreignValues(root: ValueMap): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  let count = 0;
  const walk = (value: Value, path: Path): void => {
    if (++count > MAX_VALUES) return;
    if (path.length >= FILE_LIMITS.depth) {
      diagnostics.push({ location: { path }, message: `nested deeper than ${FILE_LIMITS.depth} levels` });
    } else if (isList(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (isMap(value)) { for (const key of Object.keys(value)) walk(value[key]!, [...path, key]); }
    else if (value !== null && !["string", "number", "boolean"].includes(typeof value)) {
      diagnostics.push({
        location: { path },
        message: `invalid ${showPath(path)}: values of kind ${kindOf(value)} cannot be part of a spec`,
        hint: "a spec holds strings, numbers, booleans, null, lists and maps",
      });
    }
  };
  walk(root, []);
  if (count > MAX_VALUES) {
    diagnostics.push({ location: { path: [] }, message: `more than ${MAX_VALUES} values` });
  }
  return diagnostics;
}
