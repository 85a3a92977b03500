import type { z } from "zod";
import type { ErrorCode, ValueMap } from "../../value/mod.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Scheme } from "./scheme.ts";
import type { Path } from "./spec.ts";

/** The names of the ports of a node; `out[]` stands for `out[0]`, `out[1]`, ... */
export interface Ports {
  /** The in ports. */
  readonly in: readonly string[];
  /** The out ports. */
  readonly out: readonly string[];
}

/** A piece of code in the fields of a spec. */
export interface SpecCode {
  /** The name of the language: `javascript`, `cel`, ... */
  readonly language: string;
  /** The code itself. */
  readonly code: string;
  /** The field that it stands in. */
  readonly at: Path;
}

/** A field of a kind that names an entry that holds data. */
export interface FieldReference {
  /** The field: `connection`. */
  readonly field: string;
  /** The kind of the entry: `connection`. */
  readonly kind: string;
  /** What the field `type` of its data has to be, or one of several. Default any. */
  readonly type?: string | readonly string[];
}

/** An example of a spec, for the documents, for editors and for tests. */
export interface KindExample {
  /** A few words that say what it shows. */
  readonly title: string;
  /** The kind with its own fields. */
  readonly spec: { readonly kind: string; readonly [field: string]: unknown };
}

/**
 * The description of a kind, from which validation, JSON Schema and documentation are made.
 */
export interface KindDescription {
  /** The name that specs use. */
  readonly name: string;
  /** Other names that specs may use. */
  readonly aliases?: readonly string[];
  /** Names of kinds elsewhere whose work it does in another way: it is suggested where a spec is of such a kind. */
  readonly replaces?: readonly string[];
  /** One sentence for `weft kinds` and the editor. */
  readonly summary: string;
  /** What else there is to know, in paragraphs of Markdown, for its page in the documents. */
  readonly about?: string;
  /** What its ports are for, by their names as in `ports`; usual ones (`in`, `out`, `error`) need no word. */
  readonly portSummaries?: Readonly<Record<string, string>>;
  /** The codes of the errors that its nodes make themselves, each with when. */
  readonly errors?: Readonly<Partial<Record<ErrorCode, string>>>;
  /** Specs that show its use. */
  readonly examples?: readonly KindExample[];
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
   * The kind of data entries that hold definitions of specs of this kind: a spec names one by its field `use`, and gives the
   * parameters of it by `with`. Such a spec stands for the fields of the definition.
   */
  readonly uses?: string;
  /**
   * Fields that hold code and in which templates are not evaluated: `code`, or `matches[].when` for a field of each list
   * item.
   */
  readonly verbatim?: readonly string[];
  /**
   * Where entries name other entries that they depend on, which are created before them and deleted after them: paths from
   * `meta` or `data`, such as `data.database`, `meta.server` or `data.imports.*`. The fields of a node are its `data`.
   */
  readonly dependencies?: readonly string[];
  /** Fields that name an entry that holds data, in the same namespace. `check` reports a name that nothing has. */
  readonly references?: readonly FieldReference[];
  /** Checks validated fields for what a schema cannot express, such as routes. Looks at no code. */
  check?(fields: ValueMap): Diagnostic[];
  /** Returns the code in validated fields. It is parsed by the compile thread. */
  code?(fields: ValueMap): readonly SpecCode[];
}
