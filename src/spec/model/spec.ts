import type { Value, ValueMap } from "../../value/mod.ts";

/** A link to a port of another node of the same namespace, by id or by name; the id wins when both are given. */
export interface Link {
  /** The id of the node. */
  id?: string;
  /** The name of the node. */
  name?: string;
  /** The port of the node. */
  port: string;
}

/**
 * One node of a workflow as the spec author wrote it, templates not evaluated, `ports` read as `links`; or an entry that
 * holds data. A draft may lack the id, which `identify` adds.
 */
export interface SpecDraft {
  /** A UUID: of the spec author, a UUIDv7, or made from the content if there is neither name nor id. */
  id?: string;
  /** The name of its kind. */
  kind: string;
  /** The set of specs that it belongs to. */
  namespace: string;
  /** Unique in its namespace. */
  name?: string;
  /** Notes for people and tools, by which entries are found. */
  meta: ValueMap;
  /** Whether the author wrote `annotations`, the older name of `meta`. */
  isAnnotated?: boolean;
  /** What its code and its templates see as `env`, by name: as the author wrote it. */
  env?: ValueMap;
  /** From an out port (or `init`, `term`) to the ports it is linked to, in the spec author's order. */
  links: Readonly<Record<string, readonly Link[]>>;
  /** The fields of its kind, by the names that the spec author used. */
  fields: ValueMap;
  /** Whether it is no node but an entry that holds the data in `fields.data`. It has no id but its namespace and name. */
  isData?: boolean;
}

/** A spec with its id. */
export interface Spec extends SpecDraft {
  id: string;
}

/** Steps from the root of a spec to a value in it: `["routes", 0, "path"]`. */
export type Path = readonly (string | number)[];

/**
 * The positions of the characters of a string field in its file, as consecutive segments. Within a segment each character
 * of the value is one character of the file.
 */
export interface TextOrigin {
  /** Its file, if that is not the file of the spec: it comes from a definition. */
  file?: string;
  /** Flat triples: offset in the value (UTF-16 units), line, column (from 1). Ascending by offset; one at least. */
  segments: readonly number[];
}

/** The positions of a spec in its file, stored beside a version and ignored by equality and diff. */
export interface Origin {
  file: string;
  line: number;
  column: number;
  /** From the path of a string field as JSON (`["specs",0,"code"]`) to the positions of its characters. */
  texts: Readonly<Record<string, TextOrigin>>;
}

/** The fields that every spec has; no kind may use these names. */
export const COMMON_FIELDS = [
  "id",
  "kind",
  "namespace",
  "name",
  "meta",
  "annotations",
  "env",
  "links",
  "ports",
] as const;

/** The kind of entries whose data `env` and templates read. */
export const VALUE_KIND = "registry.entry";

/** The links that every spec may have beside its out ports; they run when it is loaded and unloaded. */
export const LIFECYCLE_LINKS = ["init", "term"] as const;

/** Returns how messages refer to a spec: by its name, else its id, else its kind. */
export function labelOf({ name, id, kind }: Pick<SpecDraft, "name" | "id" | "kind">): string {
  return name ?? id ?? kind;
}

/** Returns a spec as a map, as the registry stores that of a node in `data`. `specFromMap` reads it. */
export function specToMap(spec: SpecDraft): ValueMap {
  const map: Record<string, Value> = { kind: spec.kind, namespace: spec.namespace };
  if (spec.name !== undefined) map.name = spec.name;
  if (spec.id !== undefined && !spec.isData) map.id = spec.id;
  if (Object.keys(spec.meta).length > 0) map[spec.isAnnotated ? "annotations" : "meta"] = spec.meta;
  if (spec.env !== undefined) map.env = spec.env;
  const links: ValueMap = Object.keys(spec.links).length > 0 ? { links: spec.links as unknown as ValueMap } : {};
  return { ...map, ...spec.fields, ...links };
}
