import type { Value, ValueMap } from "../../value/mod.ts";

/** A link to a port of another node of the same namespace, by id or by name; the id wins when both are given. */
export interface Link {
  id?: string;
  name?: string;
  port: string;
}

/**
 * One node of a workflow, as its author wrote it: templates not evaluated, `ports` read as `links`. A draft may lack the
 * id, which `identify` gives it.
 */
export interface SpecDraft {
  /** UUIDv7, or made from the content where the author gave neither name nor id. */
  id?: string;
  kind: string;
  namespace: string;
  /** Unique in its namespace. */
  name?: string;
  annotations: Readonly<Record<string, string>>;
  /** From the name of an out port (or `init`, `term`) to what it is linked to, in the author's order. */
  links: Readonly<Record<string, readonly Link[]>>;
  /** Whatever else the spec says: the fields of its kind, by the names that the author used. */
  fields: ValueMap;
}

/** A spec with its id. */
export interface Spec extends SpecDraft {
  id: string;
}

/** Steps from the root of a spec to a value in it: `["routes", 0, "path"]`. */
export type Path = readonly (string | number)[];

/**
 * Where the text of a field stands in a file: for a run of characters of the value, the place of its first character.
 * The runs follow each other; within one, a character of the value is a character of the file.
 */
export interface TextOrigin {
  /** Flat triples: offset in the value (UTF-16 units), line, column (from 1). Ascending by offset; one at least. */
  segments: readonly number[];
}

/** Where a spec came from. Saved beside a version, outside equality and diff. */
export interface Origin {
  file: string;
  line: number;
  column: number;
  /** Of each field that holds a text: its path as JSON text (`["specs",0,"code"]`) and where the text stands. */
  texts: Readonly<Record<string, TextOrigin>>;
}

/** Fields shared by every spec; no kind may have one of these names. */
export const COMMON_FIELDS = ["id", "kind", "namespace", "name", "annotations", "links", "ports"] as const;

/** The links that every spec may have beside its out ports: they run when it is loaded and unloaded. */
export const LIFECYCLE_LINKS = ["init", "term"] as const;

/** What a spec is called in messages: its name, else its id, else its kind. */
export function labelOf({ name, id, kind }: Pick<SpecDraft, "name" | "id" | "kind">): string {
  return name ?? id ?? kind;
}

/** A spec as a map, as an author would write it and as the registry stores it in `data`. `specFromMap` reads it. */
export function specToMap(spec: SpecDraft): ValueMap {
  const map: Record<string, Value> = { kind: spec.kind, namespace: spec.namespace };
  if (spec.name !== undefined) map.name = spec.name;
  if (spec.id !== undefined) map.id = spec.id;
  if (Object.keys(spec.annotations).length > 0) map.annotations = spec.annotations;
  const links = Object.keys(spec.links).length > 0 ? { links: spec.links as unknown as ValueMap } : {};
  return { ...map, ...spec.fields, ...links };
}
