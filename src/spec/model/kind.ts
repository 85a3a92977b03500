import type { z } from "zod";
import type { ValueMap } from "../../value/mod.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Scheme } from "./scheme.ts";

/** The ports that a node has, by name; `out[]` stands for `out[0]`, `out[1]`, ... */
export interface Ports {
  readonly in: readonly string[];
  readonly out: readonly string[];
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
  /**
   * Its own fields, without the common ones. Each has a description (`.meta({ description })`). A map inside a field is
   * a `z.strictObject`, so that a slip in it is found.
   */
  readonly fields: z.ZodObject;
  /** Other names of fields: `{ match: "matches" }`. */
  readonly fieldAliases?: Readonly<Record<string, string>>;
  /** Its ports, where they do not depend on its fields. */
  readonly ports: Ports;
  /** Its ports, where they do: fields are as validated. `ports` then names those that any of its nodes may have. */
  portsOf?(fields: ValueMap, scheme: Scheme): Ports;
  /** The field that holds a list of specs, for a kind that is made of others. */
  readonly nested?: string;
  /**
   * Fields that are code and never a template, with all that is in them: `code`, or `matches[].when` for one in each
   * item of a list.
   */
  readonly verbatim?: readonly string[];
  /** Checks what the schema cannot: code, routes, conditions. Runs nothing of the user's. Fields are as validated. */
  check?(fields: ValueMap): Diagnostic[];
}
