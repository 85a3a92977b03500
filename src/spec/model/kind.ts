import type { z } from "zod";
import type { ValueMap } from "../../value/mod.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Scheme } from "./scheme.ts";

/** The names of the ports of a node; `out[]` stands for `out[0]`, `out[1]`, ... */
export interface Ports {
  /** The in ports. */
  readonly in: readonly string[];
  /** The out ports. */
  readonly out: readonly string[];
}

/**
 * The description of a kind, from which validation, JSON Schema and documentation are made.
 */
export interface KindDescription {
  /** The name that specs use. */
  readonly name: string;
  /** Other names that specs may use. */
  readonly aliases?: readonly string[];
  /** One sentence for `weft kinds` and the editor. */
  readonly summary: string;
  /**
   * Its own fields, without the common ones, each with a description (`.meta({ description })`). A map in a field is a
   * `z.strictObject`, so that unknown keys are found.
   *
   * @internal
   */
  readonly fields: z.ZodObject;
  /** Other names of fields: `{ match: "matches" }`. */
  readonly fieldAliases?: Readonly<Record<string, string>>;
  /** Its ports; with `portsOf`, those that any of its nodes may have. */
  readonly ports: Ports;
  /** Returns the ports of a node whose ports depend on its validated fields. */
  portsOf?(fields: ValueMap, scheme: Scheme): Ports;
  /** The field that holds the list of nested specs, for a compound kind. */
  readonly nested?: string;
  /**
   * Fields that hold code and in which templates are not evaluated: `code`, or `matches[].when` for a field of each list
   * item.
   */
  readonly verbatim?: readonly string[];
  /** Checks validated fields for what a schema cannot express: code, routes, conditions. Runs no user code. */
  check?(fields: ValueMap): Diagnostic[];
}
