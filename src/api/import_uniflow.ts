import type { Kind } from "../kind/mod.ts";
import type { Compiler } from "../compiler/mod.ts";
import { schemeOf } from "../runtime/mod.ts";
import {
  type Diagnostic,
  type Path,
  type Position,
  readSpecs,
  report,
  type Scheme,
  sortDiagnostics,
  type SourcedSpec,
  sourcePath,
  validate,
} from "../spec/mod.ts";
import { isList, isMap, setKey, type Value, type ValueMap } from "../value/mod.ts";
import { check, type CheckOptions } from "./check.ts";
import type { SpecFile } from "./specs.ts";
import { editText, type TextEdit } from "./text_edits.ts";
import { usingCompiler } from "./using_compiler.ts";

/** A file of Uniflow as one of Weft. */
export interface ImportedFile {
  /** The name of the file. */
  readonly name: string;
  /** What it is now, with its comments. */
  readonly text: string;
}

/** Files of Uniflow as files of Weft. */
export interface ImportReport {
  /** The files that could be read, in their order. */
  readonly files: readonly ImportedFile[];
  /** What was changed, in the order of the files: what stands where it stood. */
  readonly changes: readonly Diagnostic[];
  /** What could not be imported, with its place in the file before. */
  readonly left: readonly Diagnostic[];
}

/** A change, and why. */
interface Change extends TextEdit {
  readonly message: string;
}

/**
 * Rewrites specs and values of Uniflow, of any of its versions, where Weft spells something differently, and checks what
 * comes out. Everything else stays as it is written, comments too.
 */
export async function importUniflow(files: readonly SpecFile[], options: CheckOptions = {}): Promise<ImportReport> {
  const scheme = options.scheme ?? schemeOf();
  return await usingCompiler(options.compiler, async (compiler) => {
    const edited = await Promise.all(files.map(async (file) => {
      const found = new Findings(scheme, compiler);
      for (const spec of file.unread === undefined ? readSpecs(file.text, file.name).specs : []) await found.add(spec);
      return { file, left: found.left, ...editText(file.text, found.changes) };
    }));
    const imported = edited.map(({ file, text }) => ({ ...file, text }));
    const { diagnostics } = await check(imported, { ...options, scheme, compiler });
    const told = edited.flatMap(({ left }) => left);
    const places = new Set(told.map(placeOf));
    const wrong = diagnostics.filter(({ severity }) => severity !== "warning").map((diagnostic) => {
      const position = diagnostic.location?.position;
      const { columnBefore } = edited.find(({ file }) => file.name === position?.file) ?? {};
      if (position === undefined || columnBefore === undefined) return diagnostic;
      const before = { ...position, column: columnBefore(position.line, position.column) };
      return { ...diagnostic, location: { ...diagnostic.location, position: before } };
    });
    return {
      files: imported.filter(({ unread }) => unread === undefined).map(({ name, text }) => ({ name, text })),
      changes: edited.flatMap(({ file, made }) => made.map((change) => diagnosticOf(file.name, change))),
      left: sortDiagnostics([...told, ...wrong.filter((diagnostic) => !places.has(placeOf(diagnostic)))]),
    };
  });
}

function diagnosticOf(file: string, { line, column, message }: Change): Diagnostic {
  return { message, location: { position: { file, line, column } } };
}

function placeOf({ location }: Diagnostic): string {
  const { file, line } = location?.position ?? {};
  return `${file}:${line}`;
}

/** The older names of the operations of a syscall. */
const OPCODES: Readonly<Record<string, string>> = { nodes: "specs", secrets: "values" };

/** The levels of isolation that Weft has, by their numbers. */
const ISOLATIONS: Readonly<Record<number, string>> = { 2: "read committed", 4: "repeatable read", 6: "serializable" };

/** Numbers from here on that are whole milliseconds are taken for nanoseconds: 100 ms, or more than a day. */
const NANOSECONDS = 1e8;

/** What is to be changed in a file, and what cannot be. */
class Findings {
  readonly changes: Change[] = [];
  readonly left: Diagnostic[] = [];
  readonly #scheme: Scheme<Kind>;
  readonly #compiler: Compiler;

  constructor(scheme: Scheme<Kind>, compiler: Compiler) {
    this.#scheme = scheme;
    this.#compiler = compiler;
  }

  async add(sourced: SourcedSpec): Promise<void> {
    const { spec } = sourced;
    if (spec.kind !== "") await this.#spec(sourced, [], spec.kind, spec.fields);
  }

  async #spec(sourced: SourcedSpec, at: Path, name: string, fields: ValueMap): Promise<void> {
    const kind = this.#scheme.get(name);
    const { source } = sourced;
    this.#replace(source.keyPosition([...at, "links"]), "ports", "links", "ports are links here");
    if (kind === undefined) return;
    if (kind.name !== name) {
      this.#replace(source.position([...at, "kind"]), name, kind.name, `kind ${name} is called ${kind.name} here`);
    }
    for (const [alias, own] of Object.entries(kind.fieldAliases ?? {})) {
      if (!Object.hasOwn(fields, alias)) continue;
      this.#replace(source.keyPosition([...at, alias]), alias, own, `field ${alias} is called ${own} here`);
    }
    this.#fields(sourced, at, kind.name, fields);
    await this.#code(sourced, at, kind, fields);
    const nested = kind.nested === undefined ? undefined : fields[kind.nested];
    for (const [index, inner] of (isList(nested ?? null) ? nested as readonly Value[] : []).entries()) {
      if (isMap(inner) && typeof inner.kind === "string") {
        await this.#spec(sourced, [...at, kind.nested!, index], inner.kind, inner);
      }
    }
  }

  #fields(sourced: SourcedSpec, at: Path, kind: string, fields: ValueMap): void {
    const { source } = sourced;
    const { opcode, isolation, timeout, driver, tls, source: database } = fields;
    const place = (field: string) => source.position([...at, field]);
    const text = (value: string) => source.file.endsWith(".json") ? JSON.stringify(value) : value;
    const leave = (path: Path, message: string, hint: string) =>
      void this.left.push(report(sourced, { location: { path: [...at, ...path] }, message, hint }));
    if (kind === "syscall" && typeof opcode === "string") {
      const [resource = "", ...rest] = opcode.split(".");
      const own = OPCODES[resource];
      if (own !== undefined) {
        const now = [own, ...rest].join(".");
        this.#replace(place("opcode"), opcode, now, `operation ${opcode} is called ${now} here`);
      }
    }
    if (typeof timeout === "number" && timeout >= NANOSECONDS && timeout % 1e6 === 0) {
      const ms = timeout / 1e6;
      this.#replace(
        place("timeout"),
        String(timeout),
        text(`${ms}ms`),
        `${timeout} ns are ${ms} ms, and numbers are ms here`,
      );
    }
    if (kind === "sql" && typeof isolation === "number") {
      const own = ISOLATIONS[isolation];
      if (own !== undefined) {
        this.#replace(place("isolation"), String(isolation), text(own), `isolation ${isolation} is called ${own} here`);
      }
    }
    if (kind === "sql" && (driver === "internal" || driver === "runtime")) {
      leave(
        ["driver"],
        "the tables of the engine are no database here",
        "kind syscall reads and changes the same: specs.read, values.read, symbols.read, processes.read",
      );
    }
    const file = typeof database === "string" ? /^file:([^:?]+)(?:\?.*)?$/.exec(database)?.[1] : undefined;
    if (kind === "sql" && file !== undefined && String(driver).startsWith("sqlite")) {
      this.#replace(place("source"), String(database), file, "a file of SQLite is named by its path here");
    }
    if (kind !== "listener") return;
    const secured = isMap(tls ?? null)
      ? Object.entries(tls as ValueMap).map(([field, value]) => [["tls", field], value])
      : [];
    for (const [path, value] of [...secured, [["cert"], fields.cert], [["key"], fields.key]] as [Path, Value?][]) {
      if (typeof value !== "string" || path.length > 1 && !PEM_IN_BASE64.test(value)) continue;
      const what = path.at(-1) === "key" ? "a secret" : "a certificate";
      leave(path, `${path.join(".")} holds ${what}`, `put it into a file of PEM, and name that in tls.${path.at(-1)}`);
    }
  }

  /** Puts `self.` before the variables of CEL that are keys of the payload, and names errors as they are here. */
  async #code(sourced: SourcedSpec, at: Path, kind: Kind, fields: ValueMap): Promise<void> {
    const read = validate(kind, own(kind, fields));
    if (!("fields" in read)) return;
    for (const { language, code, at: field } of kind.code?.(read.fields) ?? []) {
      if (language !== "cel") continue;
      const path = [...at, ...sourcePath({ kind: kind.name, fields }, this.#scheme, field)];
      for (const { index, 2: text = "" } of code.matchAll(UNSUPPORTED)) {
        const place = sourced.source.locate(path, index + 1);
        this.#replace(place, text, "invalid argument", `the cause of such errors is "invalid argument" here`);
      }
      for (const { name, offset } of await this.#variables(code)) {
        const { line, column } = sourced.source.locate(path, offset);
        const message = `${name} is a key of the payload: self.${name} here`;
        this.changes.push({ line, column, before: "", after: "self.", message });
      }
    }
  }

  /** Returns the unknown variables of an expression, with their places in it. */
  async #variables(code: string): Promise<Variable[]> {
    const found = Array.from(code.matchAll(/\bhas\(\s*([A-Za-z_]\w*)\s*\)/g), (match): Variable => ({
      name: match[1]!,
      offset: match.index + match[0].indexOf(match[1]!, "has(".length),
    }));
    for (let tries = 0; tries < MOST_VARIABLES; tries++) {
      const { diagnostics: [wrong] } = await this.#compiler.parse("cel", withSelf(code, found));
      const name = /^unknown variable: (\w+)/.exec(wrong?.message ?? "")?.[1];
      const offset = wrong?.location?.offset;
      // what else is wrong is told when the result is checked
      if (name === undefined || offset === undefined) return found;
      found.push({ name, offset: offsetWithoutSelf(offset, found) });
      found.sort((a, b) => a.offset - b.offset);
    }
    return found;
  }

  #replace({ line, column }: Position, before: string, after: string, message: string): void {
    this.changes.push({ line, column, before, after, message });
  }
}

/** PEM begins with dashes. */
const PEM_IN_BASE64 = /^LS0tLS/;
/** What the second version calls errors of wrong arguments, in an expression. */
const UNSUPPORTED = /(["'])(unsupported (?:type|value))\1/g;
const SELF = "self.";
/** How many variables an expression may have. */
const MOST_VARIABLES = 100;

/** Returns the fields that are a kind's own: those of a nested spec stand beside the common ones. */
function own(kind: Kind, fields: ValueMap): ValueMap {
  const names = new Set([...Object.keys(kind.fields.shape), ...Object.keys(kind.fieldAliases ?? {})]);
  const kept: Record<string, Value> = {};
  for (const key of Object.keys(fields)) if (names.has(key)) setKey(kept, key, fields[key]!);
  return kept;
}

/** A variable of an expression that stands for a key of the payload. */
interface Variable {
  readonly name: string;
  /** Where it stands, in UTF-16 units. */
  readonly offset: number;
}

/** Returns an expression with `self.` before variables, which are in order. */
function withSelf(code: string, variables: readonly Variable[]): string {
  let text = "";
  let end = 0;
  for (const { offset } of variables) {
    text += code.slice(end, offset) + SELF;
    end = offset;
  }
  return text + code.slice(end);
}

/** Returns where in an expression stands what is at an offset of what `withSelf` has made of it. */
function offsetWithoutSelf(offset: number, variables: readonly Variable[]): number {
  return variables.reduce((at, variable) => variable.offset < at ? at - SELF.length : at, offset);
}
