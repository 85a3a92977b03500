import type { Compiler } from "../compiler/mod.ts";
import { type FlatSpec, flatten, NodeSymbol, type Unit } from "../flow/mod.ts";
import type { Kind, Prepared } from "../kind/mod.ts";
import type { Definition } from "../protocol/mod.ts";
import {
  type CheckOptions,
  checkSpecs,
  type CodeToCheck,
  type Diagnostic,
  type Evaluate,
  formatDiagnostic,
  hasErrors,
  type Locator,
  locatorOf,
  mapTemplates,
  type Origin,
  type Path,
  type Scheme,
  sourcePath,
  type Spec,
  type TemplateScope,
  type TextOrigin,
  validate,
} from "../spec/mod.ts";
import { failure, isList, isMap, toWire, type Value, type ValueMap } from "../value/mod.ts";
import { checkCode } from "./check_code.ts";

/** Returns the error of a rejected spec: each diagnostic on a line of the message, `invalid argument` as the cause. */
export function rejection(diagnostics: readonly Diagnostic[]): Error {
  const lines = diagnostics.filter(({ severity }) => severity !== "warning").map(formatDiagnostic);
  return failure(lines.join("\n"), { code: "invalid", cause: failure("invalid argument") });
}

/** What a spec is checked with. */
export interface SpecChecker {
  scheme: Scheme<Kind>;
  evaluate: Evaluate;
  compiler: Compiler;
  /** Returns a stored spec, for the definitions that a spec uses. Not needed where they are in its place. */
  known?: NonNullable<CheckOptions["known"]>;
  /** What the templates and the code of the spec see, if it is bound already. */
  scope?: TemplateScope;
}

/**
 * Checks a spec and its code, without its links, which the symbol table resolves.
 *
 * @param source The positions of the spec, if they are known.
 */
export async function checkSpec(
  spec: Spec,
  source: Locator | undefined,
  { scheme, compiler, ...options }: SpecChecker,
): Promise<Diagnostic[]> {
  const code: CodeToCheck[] = [];
  const diagnostics = checkFields(spec, source, scheme, { ...options, onCode: (found) => code.push(found) });
  return [...diagnostics, ...await checkCode(code, compiler)];
}

/** Checks a spec without its links, its code and the entries that it names. */
function checkFields(
  spec: Spec,
  source: Locator | undefined,
  scheme: Scheme<Kind>,
  options: Pick<CheckOptions, "evaluate" | "onCode" | "known" | "scope">,
): Diagnostic[] {
  return checkSpecs([{ spec: { ...spec, links: {} }, source }], scheme, { ...options, incomplete: true });
}

/** A spec whose fields are read: templates evaluated, defaults filled in. */
export interface Readable {
  spec: Spec;
  /** The positions of its strings, by the field names of its kind. */
  origin?: Origin;
}

/**
 * Reads the fields of a spec by the schema of its kind.
 *
 * @param scope What its templates see.
 * @throws {Error} If fields are invalid; it contains every diagnostic.
 */
export function readFields(
  spec: Spec,
  origin: Origin | undefined,
  scheme: Scheme<Kind>,
  evaluate: Evaluate,
  scope: TemplateScope,
): Readable {
  const kind = scheme.get(spec.kind);
  const source = origin === undefined ? undefined : locatorOf(origin);
  if (kind === undefined) throw rejection(checkFields(spec, source, scheme, { evaluate, scope }));
  const mapped = mapTemplates(spec, scheme, evaluate, source, scope);
  if (hasErrors(mapped.diagnostics)) throw rejection(mapped.diagnostics);
  const read = validate(kind, mapped.fields, scheme);
  if ("diagnostics" in read) throw rejection(checkFields(spec, source, scheme, { evaluate, scope }));
  const made = { spec: { ...spec, fields: read.fields } };
  return origin === undefined ? made : { ...made, origin: canonicalOrigin(spec, read.fields, scheme, origin) };
}

/** Returns the positions of a spec's strings by the paths of its validated fields. */
function canonicalOrigin(spec: Spec, fields: ValueMap, scheme: Scheme<Kind>, origin: Origin): Origin {
  const texts: Record<string, TextOrigin> = {};
  const walk = (value: Value, path: Path): void => {
    if (isList(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (isMap(value)) { for (const key of Object.keys(value)) walk(value[key]!, [...path, key]); }
    else if (typeof value === "string") {
      const text = origin.texts[JSON.stringify(sourcePath(spec, scheme, path))];
      if (text !== undefined) texts[JSON.stringify(path)] = text;
    }
  };
  walk(fields, []);
  return { ...origin, texts };
}

/** Returns the origin of a part of a compound, with paths that begin at the part. */
function originOf(origin: Origin, part: Path): Origin {
  if (part.length === 0) return origin;
  const texts: Record<string, TextOrigin> = {};
  for (const [key, text] of Object.entries(origin.texts)) {
    const path = JSON.parse(key) as Path;
    if (part.every((step, index) => path[index] === step)) texts[JSON.stringify(path.slice(part.length))] = text;
  }
  return { ...origin, texts };
}

/** Returns the variables that a kind has asked for: what its node has bound, or what is granted. */
export function envOf(
  { env = [] }: Kind,
  granted: Readonly<Record<string, string>>,
  bound: ValueMap | undefined,
): Record<string, string> {
  return Object.fromEntries(env.flatMap((name) => {
    const value = bound !== undefined && Object.hasOwn(bound, name) ? bound[name] : granted[name];
    return typeof value === "string" ? [[name, value]] : [];
  }));
}

/** A node before it is prepared. */
export interface Draft {
  symbol: NodeSymbol;
  flat: FlatSpec<Kind>;
  definition: Definition;
  origin?: Origin;
  /** What is bound in its `env`. */
  bound?: ValueMap | undefined;
}

/** A unit with the results of preparing it. */
export interface CompiledUnit extends Unit {
  readonly drafts: readonly Draft[];
  /** The prepared nodes of the host. */
  readonly prepared: Prepared[];
  /** The names of the entries that it was prepared with: definitions that it uses, and those whose data nodes read. */
  readonly uses: Set<string>;
}

/** Flattens a spec and makes its symbols. Runs no code and takes no resources. */
export function draftUnit(
  readable: Readable,
  scheme: Scheme<Kind>,
  { number, env, scope, recordsErrors, isTraced = false }: {
    number(): number;
    env: Readonly<Record<string, string>>;
    scope: TemplateScope;
    /** Whether errors that leave by a linked `error` port are recorded. */
    recordsErrors: boolean;
    /** Whether nodes tell of each packet that they receive. Default false. */
    isTraced?: boolean;
  },
): CompiledUnit {
  const { spec, origin } = readable;
  const { nodes, inbound } = flatten(spec, (name) => {
    const kind = scheme.get(name);
    if (kind === undefined) throw failure(`unknown kind "${name}"`, { cause: failure("invalid argument") });
    return kind;
  });
  const drafts = nodes.map((flat): Draft => {
    const identity = { number: number(), id: flat.id, name: flat.name, kind: flat.kind.name, ins: flat.kind.ports.in };
    const symbol = new NodeSymbol(identity);
    const definition: Definition = identity;
    const part = origin === undefined ? undefined : originOf(origin, flat.path);
    const bound = scope.envAt(flat.path);
    if (flat.kind.place !== "host") {
      const { form, data } = toWire(flat.fields);
      const granted = envOf(flat.kind, env, bound);
      definition.body = {
        form,
        fields: data,
        ...Object.keys(granted).length > 0 && { env: granted },
        // nothing but code sees it
        ...bound !== undefined && flat.kind.code !== undefined && { bound: toWire(bound) },
        ...part !== undefined && { origin: part as unknown as Value },
        ...recordsErrors && { recordsErrors },
        ...isTraced && { isTraced },
      };
    }
    return { symbol, flat, definition, bound, ...part !== undefined && { origin: part } };
  });
  return { spec, nodes: drafts, inbound, drafts, prepared: [], uses: new Set() };
}
