import type { Compound } from "../flow/mod.ts";
import type { KindDescription, Ports, Scheme } from "../spec/model/mod.ts";
import type { ValueMap } from "../value/mod.ts";
import type { FieldsOf, FieldsSchema, Finding } from "./define.ts";
import type { Kind } from "./kind.ts";

/** What `defineCompound` takes. */
export interface CompoundOptions<Schema extends FieldsSchema> extends
  Pick<
    KindDescription,
    "about" | "errors" | "portSummaries" | "examples" | "aliases" | "fieldAliases" | "verbatim" | "uses"
  > {
  /** The name that specs use. */
  readonly name: string;
  /** One sentence, for `weft kinds` and editors. */
  readonly summary: string;
  /** Its own fields: a `z.object` in which each field has a description. */
  readonly fields: Schema;
  /** The ports that any of its nodes may have. `out[]` stands for `out[0]`, `out[1]`, ... */
  readonly ports: Ports;
  /** The field that holds the nested specs. */
  readonly nested: string & keyof FieldsOf<Schema>;
  /** Returns the ports, where they depend on the fields. */
  portsOf?(fields: FieldsOf<Schema> & ValueMap, scheme: Scheme): Ports;
  /** Checks what the schema cannot. */
  check?(fields: FieldsOf<Schema>): Finding[];
  /** Returns what a spec is made of. */
  compound(fields: FieldsOf<Schema>): Compound;
}

/**
 * Defines a kind that is made of nested specs: it has no node of its own, its parts are linked in its place.
 */
export function defineCompound<const Schema extends FieldsSchema>(options: CompoundOptions<Schema>): Kind {
  return options as unknown as Kind;
}
