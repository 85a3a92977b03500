import { asError, copy, isList, isMap, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import { type Diagnostic, prefixPath } from "../model/diagnostic.ts";
import { mapTexts } from "../model/map_texts.ts";
import type { Locator } from "../model/origin.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { writtenName } from "../model/source_path.ts";
import type { Path, SpecDraft } from "../model/spec.ts";
import {
  type Evaluate,
  evaluateText,
  type NamedValue,
  OPEN,
  OpenTemplate,
  type TemplateScope,
  type TemplateVariables,
  unknownValue,
  type ValueSource,
} from "../template/map_templates.ts";
import { hasTemplate, splitTemplate, type Subject } from "../template/template.ts";
import { UNREADABLE } from "../yaml/node.ts";
import { type Candidate, readBindings } from "./bindings.ts";
import { SECRET_REFERENCE, secretReferences } from "./secret_references.ts";

/** What `bindEnv` binds with. */
export interface BindOptions {
  readonly scheme: Scheme;
  readonly evaluate: Evaluate;
  readonly values: ValueSource;
  /** The positions of the spec, for diagnostics. */
  readonly source?: Locator | undefined;
}

/** What is bound in a spec, and what is wrong with the rest. */
export interface BoundEnv {
  readonly scope: TemplateScope;
  readonly diagnostics: readonly Diagnostic[];
}

/** A spec, or one nested in it. */
interface Part {
  /** Its path by the names of fields. */
  readonly at: Path;
  /** Its path by the names in the file. */
  readonly path: Path;
  readonly env: Value | undefined;
}

/**
 * Binds the names in the `env` of a spec, and of those nested in it, to the data of values or to data of the spec's own. A
 * nested spec sees what is bound around it. Of several candidates, the last for which there is a value counts.
 */
export function bindEnv(spec: SpecDraft, { scheme, evaluate, values, source }: BindOptions): BoundEnv {
  const diagnostics: Diagnostic[] = [];
  const bound = new Map<string, ValueMap>();
  const envAt = (at: Path): ValueMap | undefined => {
    for (let length = at.length; length >= 0; length--) {
      const found = bound.get(JSON.stringify(at.slice(0, length)));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const { at, path, env } of partsOf(spec, scheme)) {
    if (env === undefined) continue;
    const around = envAt(at);
    const own: Record<string, Value> = {};
    // a property that throws stays one
    if (around !== undefined) Object.defineProperties(own, Object.getOwnPropertyDescriptors(around));
    const binder = new Binder({
      evaluate: (expression, variables) => evaluate(expression, spec.namespace, { ...variables, env: around }),
      values,
      tell: (diagnostic) => diagnostics.push(report({ spec, source }, prefixPath(path, diagnostic))),
    });
    for (const [name, candidates] of readBindings(env).candidates) {
      // what is wrong was told: nothing more is told of what reads it
      const value = binder.bind(candidates) ?? OPEN;
      Object.defineProperty(own, name, {
        enumerable: true,
        configurable: true,
        ...value === OPEN
          ? {
            get: () => {
              throw new OpenTemplate(`env.${name} is not known here`);
            },
          }
          : { value, writable: true },
      });
    }
    bound.set(JSON.stringify(at), own);
  }
  return { scope: { ...values, envAt }, diagnostics };
}

/** What a spec, and those nested in it, may read when it is bound. */
export interface NamedInSpec {
  /** The names and ids of values. */
  readonly values: ReadonlySet<string>;
  /** The references to secrets that stand in the spec itself. */
  readonly secrets: ReadonlySet<string>;
}

/** Returns what the `env` and the templates of a spec, and of those nested in it, may read. */
export function namedIn(spec: SpecDraft, scheme: Scheme): NamedInSpec {
  const names = new Set<string>();
  const secrets = new Set<string>();
  const read = (text: string, subject: Subject) => {
    if (!hasTemplate(text)) return;
    for (const part of splitTemplate(text, subject).parts) {
      if (part.type === "expression") { for (const { name } of part.values) names.add(name); }
    }
  };
  for (const { env } of partsOf(spec, scheme)) {
    for (const candidates of env === undefined ? [] : readBindings(env).candidates.values()) {
      for (const { id, name, data } of candidates) {
        if (id !== undefined) names.add(id);
        else if (name !== undefined) names.add(name);
        secretReferences(data ?? null, secrets);
        eachText(data ?? null, (text) => read(text, (id ?? name) === undefined ? "env" : "self"));
      }
    }
  }
  const kind = scheme.get(spec.kind);
  if (kind !== undefined) {
    mapTexts(kind, spec.fields, scheme, (text) => {
      read(text, "env");
      return text;
    });
  }
  return { values: names, secrets };
}

/** Returns a spec and all specs nested in it, the outer ones first. */
function* partsOf(spec: SpecDraft, scheme: Scheme): Generator<Part> {
  yield* partsBelow(spec.kind, spec.fields, spec.env, [], [], scheme);
}

function* partsBelow(
  kindName: string,
  fields: ValueMap,
  env: Value | undefined,
  at: Path,
  path: Path,
  scheme: Scheme,
): Generator<Part> {
  yield { at, path, env };
  const kind = scheme.get(kindName);
  if (kind?.nested === undefined) return;
  const field = writtenName(kind, fields, kind.nested);
  const nested = fields[field];
  const items: [Path, Value][] = isList(nested)
    ? nested.map((item, index) => [[field, index], item])
    : nested === undefined
    ? []
    : [[[field], nested]];
  for (const [index, [steps, item]] of items.entries()) {
    if (!isMap(item) || typeof item.kind !== "string") continue;
    yield* partsBelow(item.kind, item, item.env, [...at, kind.nested, index], [...path, ...steps], scheme);
  }
}

class Binder {
  readonly #evaluate: (expression: string, variables: TemplateVariables) => Value;
  readonly #values: ValueSource;
  readonly #tell: (diagnostic: Diagnostic) => void;

  constructor({ evaluate, values, tell }: {
    evaluate(expression: string, variables: TemplateVariables): Value;
    values: ValueSource;
    tell(diagnostic: Diagnostic): void;
  }) {
    this.#evaluate = evaluate;
    this.#values = values;
    this.#tell = tell;
  }

  /** Returns what a name is bound to; undefined if that is wrong, which is told. */
  bind(candidates: readonly Candidate[]): Value | typeof OPEN | undefined {
    const missing: [name: string, at: Path][] = [];
    for (const candidate of candidates.toReversed()) {
      const name = candidate.id ?? candidate.name;
      if (name === undefined) return this.#render(candidate.data ?? null, candidate.dataAt, "env");
      const value = this.#values.value(name);
      if (value !== undefined) return this.#fromValue(value, candidate);
      missing.push([name, [...candidate.at, candidate.id === undefined ? "name" : "id"]]);
    }
    const [name, path] = missing.at(-1)!;
    const diagnostic = unknownValue(name, this.#values);
    const others = missing.slice(0, -1).reverse().map(([name]) => show(name));
    if (others.length > 0) diagnostic.hint = `there is none of ${[show(name), ...others].join(", ")} either`;
    this.#tell({ ...diagnostic, location: { path } });
    return undefined;
  }

  #fromValue(value: NamedValue, candidate: Candidate): Value | typeof OPEN | undefined {
    if (candidate.data !== undefined) return this.#render(candidate.data, candidate.dataAt, "self", value);
    return this.#read(() => copy(value.data), candidate.at);
  }

  #secret(reference: string, path: Path): Value | typeof OPEN | undefined {
    return this.#read(() => this.#values.secret(reference), path);
  }

  #read(read: () => Value, path: Path): Value | typeof OPEN | undefined {
    try {
      return read();
    } catch (thrown) {
      if (thrown instanceof OpenTemplate) return OPEN;
      this.#tell({ message: asError(thrown).message, location: { path } });
      return undefined;
    }
  }

  /** Returns data with its templates evaluated. */
  #render(given: Value, path: Path, subject: Subject, value?: NamedValue): Value | typeof OPEN | undefined {
    if (typeof given === "string") {
      if (SECRET_REFERENCE.test(given)) return this.#secret(given, path);
      if (!hasTemplate(given) || given === UNREADABLE) return given;
      return evaluateText(given, {
        evaluate: (expression, variables) =>
          this.#evaluate(expression, value === undefined ? variables : { ...variables, data: value.data }),
        values: this.#values,
        subject,
        tell: (diagnostic) => this.#tell(prefixPath(path, diagnostic)),
      });
    }
    if (!isList(given) && !isMap(given)) return given;
    const items = Object.entries(given).map(([key, item]) => {
      return [key, this.#render(item, [...path, isList(given) ? Number(key) : key], subject, value)] as const;
    });
    if (items.some(([, item]) => item === undefined)) return undefined;
    if (items.some(([, item]) => item === OPEN)) return OPEN;
    if (isList(given)) return items.map(([, item]) => item as Value);
    const map: Record<string, Value> = {};
    for (const [key, item] of items) setKey(map, key, item as Value);
    return map;
  }
}

function eachText(value: Value, visit: (text: string) => void): void {
  if (typeof value === "string") visit(value);
  else if (isList(value)) value.forEach((item) => eachText(item, visit));
  else if (isMap(value)) Object.values(value).forEach((item) => eachText(item, visit));
}
