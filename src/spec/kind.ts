import type { z } from "zod";
import type { ValueMap } from "../value/mod.ts";
import type { Path } from "./spec.ts";

/** Says that a field is wrong. */
export interface FieldProblem {
  /** The field, from the root of the spec: `["routes", 0, "path"]`. */
  path: Path;
  /** What is wrong. */
  what: string;
  /** What would be right. */
  hint?: string;
  /** Where in the field's text, if the field is a text: UTF-16 units from its start. */
  offset?: number;
}

/**
 * What a kind says of itself before any of it runs: from this one object come validation, JSON Schema and the docs.
 */
export interface KindDescription {
  /** How a spec names it. */
  readonly name: string;
  /** Other names that a spec may use. */
  readonly aliases?: readonly string[];
  /** One sentence for `weft kinds` and the editor. */
  readonly summary: string;
  /** Its own fields, without the common ones. Each has a description (`.meta({ description })`). */
  readonly fields: z.ZodObject;
  /** Other names of fields: `{ match: "matches" }`. */
  readonly fieldAliases?: Readonly<Record<string, string>>;
  /** Names of its ports; `out[]` stands for `out[0]`, `out[1]`, ... */
  readonly ports: { readonly in: readonly string[]; readonly out: readonly string[] };
  /** Fields whose text is code and never a template. */
  readonly verbatim?: readonly string[];
  /** Checks what the schema cannot: code, routes, conditions. Runs nothing of the user's. Fields are as validated. */
  check?(fields: ValueMap): FieldProblem[];
}
