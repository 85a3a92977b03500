import type { DataKind, Kind } from "../../kind/mod.ts";
import { COMMON, describeData, describeFields, type FieldDescription, nearest, type Scheme } from "../../spec/mod.ts";
import { ERROR_CODES, type ErrorCode } from "../../value/mod.ts";
import type { Flag } from "../options/flag.ts";

/** A kind, as it is explained. */
export interface ExplainedKind {
  readonly is: "kind";
  readonly name: string;
  readonly aliases: readonly string[];
  /** Where it runs; `data` for a kind whose entries hold data. */
  readonly place: string;
  readonly summary: string;
  readonly about: string;
  readonly fields: readonly FieldDescription[];
  readonly ports: readonly { readonly name: string; readonly side: "in" | "out"; readonly summary: string }[];
  readonly errors: Readonly<Record<string, string>>;
  readonly examples: readonly { readonly title: string; readonly spec: unknown }[];
}

/** A field of a kind, of every spec, or of weft.yaml. */
export interface ExplainedField extends FieldDescription {
  readonly is: "field" | "setting";
  /** The kind; `every spec` or `weft.yaml`. */
  readonly of: string;
}

/** The code of an error. */
export interface ExplainedCode {
  readonly is: "code";
  readonly name: string;
  readonly meaning: string;
  /** The kinds that make it, and when. */
  readonly kinds: Readonly<Record<string, string>>;
}

/** Something that `explain` tells of. */
export type Explained = ExplainedKind | ExplainedField | ExplainedCode;

const PORTS: Readonly<Record<string, string>> = {
  in: "Takes packets.",
  out: "What the node makes of a packet.",
  error: "Errors of the node.",
};

/**
 * Returns all that a word stands for: a kind, a field of one (`listener.tls.cert`) or of several (`timeout`), the code of an
 * error, a setting.
 *
 * @throws {Error} If it stands for nothing: with what was meant, perhaps.
 */
export function explain(word: string, scheme: Scheme<Kind>, settings: readonly Flag[]): Explained[] {
  const kinds = [...scheme, ...scheme.dataKinds].sort((a, b) => a.name < b.name ? -1 : 1);
  const named = kinds.filter((kind) => namesOf(kind).includes(word));
  // the names of some kinds have dots
  const [owner] = named.length > 0 ? [] : kinds
    .flatMap((kind) => namesOf(kind).map((name) => ({ kind, name })))
    .filter(({ name }) => word.startsWith(`${name}.`))
    .sort((a, b) => b.name.length - a.name.length);
  const found: Explained[] = named.map(explainKind);
  if (owner !== undefined) found.push(...fieldsIn(explainKind(owner.kind), word.slice(owner.name.length + 1)));
  else found.push(...commonFields(word), ...settingsOf(word, settings), ...codesOf(word, kinds));
  if (named.length === 0 && owner === undefined) {
    const having = kinds.filter((kind) => !("holds" in kind) && Object.hasOwn(kind.fields.shape, word));
    found.push(...having.flatMap((kind) => fieldsIn(explainKind(kind), word).filter(({ path }) => path === word)));
  }
  if (found.length > 0) return found;
  throw owner === undefined
    ? unknownWord(word, kinds, settings)
    : unknownField(word.slice(owner.name.length + 1), explainKind(owner.kind));
}

function namesOf(kind: Kind | DataKind): readonly string[] {
  return "holds" in kind ? [kind.name] : [kind.name, ...kind.aliases ?? []];
}

function explainKind(kind: Kind | DataKind): ExplainedKind {
  return "holds" in kind ? dataKindOf(kind) : kindOf(kind);
}

/** Returns the words that can be explained: those of kinds, codes and settings. */
export function explainable(scheme: Scheme<Kind>, settings: readonly Flag[]): string[] {
  const kinds = [...scheme].flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const data = scheme.dataKinds.map(({ name }) => name);
  return [...new Set([...kinds, ...data, ...Object.keys(ERROR_CODES), ...settings.map(({ name }) => name)])].sort();
}

function kindOf(kind: Kind): ExplainedKind {
  const { name, aliases = [], place = "executor", summary, about = "", fields, nested, errors = {}, examples = [] } =
    kind;
  const { ports, portSummaries = {} } = kind;
  const port = (side: "in" | "out") => (name: string) => ({
    name,
    side,
    summary: portSummaries[name] ?? PORTS[name] ?? "",
  });
  return {
    is: "kind",
    name,
    aliases,
    place,
    summary,
    about,
    fields: describeFields(fields, { nested }),
    ports: [...ports.in.map(port("in")), ...ports.out.map(port("out"))],
    errors: errors as Readonly<Record<string, string>>,
    examples,
  };
}

function dataKindOf({ name, summary, about = "", data, examples = [] }: DataKind): ExplainedKind {
  const fields = data === undefined ? [] : describeData(data).flatMap(([type, fields]) =>
    fields.map((field) => ({
      ...field,
      path: `data.${field.path}`,
      ...type !== "" && { description: `(${type}) ${field.description}` },
    }))
  );
  return { is: "kind", name, aliases: [], place: "data", summary, about, fields, ports: [], errors: {}, examples };
}

/** Returns the fields at a path of a kind, with those below it. */
function fieldsIn(kind: ExplainedKind, path: string): ExplainedField[] {
  const plain = (path: string) => path.replaceAll("[]", "");
  return kind.fields
    .filter((field) => plain(field.path) === plain(path) || plain(field.path).startsWith(`${plain(path)}.`))
    .map((field) => ({ is: "field", of: kind.name, ...field }));
}

function commonFields(word: string): ExplainedField[] {
  return describeFields(COMMON)
    .filter(({ path }) => path === word)
    .map((field) => ({ is: "field", of: "every spec", ...field }));
}

function settingsOf(word: string, settings: readonly Flag[]): ExplainedField[] {
  return settings.filter(({ name }) => name === word).map(({ name, type, choices, value, summary }) => {
    const fallback = /\(default:? ([^()]*)\)/.exec(summary)?.[1];
    const values = {
      boolean: "true or false",
      number: "whole number",
      string: value ?? "string",
      list: `list of ${value}`,
    };
    return {
      is: "setting",
      of: "weft.yaml",
      path: name,
      type: choices?.join(", ") ?? values[type],
      required: false,
      fallback,
      description: `${summary.replace(/ \(default[^()]*\)/, "")}. --${name}, or WEFT_${
        name.toUpperCase().replaceAll("-", "_")
      }.`,
    };
  });
}

function codesOf(word: string, kinds: readonly (Kind | DataKind)[]): ExplainedCode[] {
  if (!Object.hasOwn(ERROR_CODES, word)) return [];
  const code = word as ErrorCode;
  const made = kinds.flatMap((kind) => {
    const when = "holds" in kind ? undefined : kind.errors?.[code];
    return when === undefined ? [] : [[kind.name, when] as const];
  });
  return [{ is: "code", name: word, meaning: ERROR_CODES[code], kinds: Object.fromEntries(made) }];
}

function unknownField(path: string, { name, fields }: ExplainedKind): Error {
  const paths = fields.map(({ path }) => path.replaceAll("[]", ""));
  const meant = nearest(path, paths);
  const known = paths.filter((path) => !path.includes("."));
  const hint = meant !== undefined
    ? `did you mean ${JSON.stringify(`${name}.${meant}`)}?`
    : known.length === 0
    ? "it has no fields of its own"
    : `its fields are ${known.join(", ")}`;
  return new Error(`unknown field ${JSON.stringify(path)} of ${name}; ${hint}`);
}

function unknownWord(word: string, kinds: readonly (Kind | DataKind)[], settings: readonly Flag[]): Error {
  const words = [
    ...kinds.flatMap(namesOf),
    ...Object.keys(ERROR_CODES),
    ...settings.map(({ name }) => name),
    ...kinds.flatMap((kind) => "holds" in kind ? [] : Object.keys(kind.fields.shape)),
  ];
  const meant = nearest(word, words);
  const hint = meant === undefined ? 'run "weft kinds" for the kinds' : `did you mean ${JSON.stringify(meant)}?`;
  return new Error(`nothing is called ${JSON.stringify(word)}; ${hint}`);
}
