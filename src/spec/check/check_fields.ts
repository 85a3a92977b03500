import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { bindEnv } from "../env/bind_env.ts";
import { readBindings } from "../env/bindings.ts";
import { literalSecrets, secretInField } from "../env/literal_secrets.ts";
import { edited, valueAt } from "../model/at_path.ts";
import { withoutDefaultName } from "../model/default_name.ts";
import { type Diagnostic, pathOf, prefixPath } from "../model/diagnostic.ts";
import type { KindDescription, SpecCode } from "../model/kind.ts";
import { isVerbatim, mapTexts } from "../model/map_texts.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { sourcePath, writtenName } from "../model/source_path.ts";
import type { Path, SpecDraft } from "../model/spec.ts";
import { readDraft } from "../schema/draft.ts";
import { unknownKind, validate } from "../schema/validate.ts";
import { checkTemplate, mapTemplates, OpenTemplate, type TemplateScope } from "../template/map_templates.ts";
import { hasTemplate } from "../template/template.ts";
import { UNREADABLE } from "../yaml/node.ts";
import { expandUses } from "../use/expand_uses.ts";
import type { CheckedSpec, CheckOptions } from "./check.ts";
import { checkData } from "./check_data.ts";
import { checkSecrets, valuesIn } from "./check_values.ts";
import type { Definitions } from "./definitions.ts";
import { templatesInCode } from "./templates_in_code.ts";

/** A spec whose fields have been checked, or a spec nested in one. */
export interface Unit {
  readonly spec: SpecDraft;
  /** The outermost spec: itself if it is not nested. */
  readonly root: CheckedSpec;
  /** Its path in the outermost spec, by the names in the file, so that positions can be found. */
  readonly at: Path;
  /** Whether it is no node but an entry that holds data. */
  readonly isData?: boolean;
  /** Undefined if the kind is unknown. */
  readonly kind?: KindDescription | undefined;
  /** The validated fields, without those whose template was not evaluated; undefined if any is invalid. */
  readonly fields?: ValueMap | undefined;
  /** The nested specs. */
  readonly inner: readonly Unit[];
}

/** Checks the fields of specs one after another and collects the diagnostics. */
export class FieldChecker {
  readonly diagnostics: Diagnostic[] = [];
  readonly #scheme: Scheme;
  readonly #options: CheckOptions;

  readonly #definitions: Definitions;
  /** The kinds of data that hold definitions, in which strings are fields of nodes. */
  readonly #holders: ReadonlySet<string>;

  constructor(scheme: Scheme, options: CheckOptions, definitions: Definitions) {
    this.#definitions = definitions;
    this.#scheme = scheme;
    this.#options = options;
    this.#holders = new Set([...scheme].flatMap(({ uses }) => uses ?? []));
  }

  check(given: CheckedSpec): Unit {
    const root = expandUses(given, this.#scheme, this.#definitions.of(given.spec.namespace));
    if (root.diagnostics.length > 0) {
      for (const diagnostic of root.diagnostics) this.#report(root, [], diagnostic);
      const kind = this.#scheme.get(given.spec.kind);
      return { root: given, at: [], spec: given.spec, kind, inner: [] };
    }
    const scope = this.#scope(root);
    const before = this.diagnostics.length;
    const unit = this.#unit(root, [], [], { ...root.spec, fields: this.#templates(root, scope) }, scope);
    this.#secrets(root, before);
    return unit;
  }

  /** Warns of what looks like a secret in the fields of a node, where nothing else is wrong. @param since The first diagnostic about it. */
  #secrets(root: CheckedSpec, since: number): void {
    const { spec } = root;
    const kind = this.#scheme.get(spec.kind);
    if (kind === undefined) return;
    mapTexts(kind, spec.fields, this.#scheme, (text, path) => {
      const secret = text.length < SHORTEST_SECRET ? undefined : secretInField(text, path);
      if (secret === undefined) return text;
      const warning = report(root, secret);
      const place = JSON.stringify(warning.location);
      const isTold = this.diagnostics.slice(since).some(({ location }) => JSON.stringify(location) === place);
      if (!isTold) this.diagnostics.push(warning);
      return text;
    });
  }

  /** Returns what the templates and the code of a spec see. */
  #scope({ spec, source }: CheckedSpec): TemplateScope {
    const { scope, evaluate = open } = this.#options;
    if (scope !== undefined) return scope;
    const values = valuesIn(spec.namespace, this.#definitions, this.#options);
    const bound = bindEnv(spec, { scheme: this.#scheme, evaluate, values, source });
    this.diagnostics.push(...bound.diagnostics);
    return bound.scope;
  }

  /** Returns the fields with templates evaluated; without `evaluate` as they are, and checks only the syntax. */
  #templates(root: CheckedSpec, scope: TemplateScope): ValueMap {
    const { spec, source } = root;
    const kind = this.#scheme.get(spec.kind);
    if (kind === undefined) return spec.fields;
    const { evaluate, checkExpression } = this.#options;
    if (evaluate !== undefined) {
      const { fields, diagnostics } = mapTemplates(spec, this.#scheme, evaluate, source, scope);
      this.diagnostics.push(...diagnostics);
      return fields;
    }
    return mapTexts(kind, spec.fields, this.#scheme, (text, path) => {
      if (!hasTemplate(text) || text === UNREADABLE) return text;
      for (const diagnostic of checkTemplate(text, checkExpression)) {
        this.diagnostics.push(report(root, prefixPath(path, diagnostic)));
      }
      return text;
    });
  }

  /** @param inside The path of the spec in the outermost one, by the names of fields. */
  #unit(root: CheckedSpec, at: Path, inside: Path, spec: SpecDraft, scope: TemplateScope): Unit {
    const kind = this.#scheme.get(spec.kind);
    const dataKind = this.#scheme.dataKind(spec.kind);
    if (dataKind !== undefined) {
      const isDefinition = this.#holders.has(dataKind.name);
      for (const diagnostic of checkData(spec, dataKind, at.length > 0, isDefinition)) {
        this.#report(root, at, diagnostic);
      }
      this.diagnostics.push(...checkSecrets(root, this.#options));
      return { root, at, spec, isData: true, inner: [] };
    }
    if (kind === undefined) {
      // a missing kind was reported when the spec was read
      if (spec.kind !== "") this.#report(root, at, unknownKind(spec.kind, this.#scheme));
      return { root, at, spec, inner: [] };
    }
    if (spec.env !== undefined) { for (const wrong of secretsIn(spec.env)) this.#report(root, at, wrong); }
    const env = scope.envAt(inside);
    const fields = this.#fields(root, at, spec, kind, env && Object.keys(env));
    return { root, at, spec, kind, fields, inner: this.#inner(root, at, inside, spec, kind, scope) };
  }

  #fields(
    root: CheckedSpec,
    at: Path,
    spec: SpecDraft,
    kind: KindDescription,
    bound: readonly string[] | undefined,
  ): ValueMap | undefined {
    const written = (diagnostic: Diagnostic) => sourcePath(spec, this.#scheme, pathOf(diagnostic));
    const isOpen = (diagnostic: Diagnostic) =>
      !diagnostic.location?.key && isTemplate(spec.fields, written(diagnostic), kind);
    const tell = (diagnostic: Diagnostic) =>
      this.#report(root, at, { ...diagnostic, location: { ...diagnostic.location, path: written(diagnostic) } });

    let read = validate(kind, spec.fields);
    if ("diagnostics" in read) {
      const told = read.diagnostics.filter((diagnostic) => !isOpen(diagnostic));
      told.forEach(tell);
      if (told.length > 0) return undefined;
      // the value of a template is unknown: check the rest without these fields
      const rest = edited(
        spec.fields,
        read.diagnostics.map((diagnostic) => ({ path: written(diagnostic), value: undefined })),
      );
      read = validate(kind, rest as ValueMap);
    }
    if ("diagnostics" in read) return undefined;
    kind.check?.(read.fields).filter((diagnostic) => !isOpen(diagnostic)).forEach(tell);
    this.#code(root, at, spec, kind.code?.(read.fields) ?? [], bound);
    return read.fields;
  }

  /** Hands over the code of a spec, and warns of templates in it. */
  #code(
    root: CheckedSpec,
    at: Path,
    spec: SpecDraft,
    found: readonly SpecCode[],
    bound: readonly string[] | undefined,
  ): void {
    for (const { language, code, at: field } of found) {
      const path = [...at, ...sourcePath(spec, this.#scheme, field)];
      const located = (diagnostic: Diagnostic) => report(root, prefixPath(path, diagnostic));
      this.diagnostics.push(...templatesInCode(language, code).map(located));
      this.#options.onCode?.({ language, code, bound, located });
    }
  }

  #inner(
    root: CheckedSpec,
    at: Path,
    inside: Path,
    spec: SpecDraft,
    kind: KindDescription,
    scope: TemplateScope,
  ): Unit[] {
    if (kind.nested === undefined) return [];
    const field = writtenName(kind, spec.fields, kind.nested);
    const value = spec.fields[field];
    const items: [Path, Value][] = isList(value)
      ? value.map((item, index) => [[...at, field, index], item])
      : value === undefined
      ? []
      : [[[...at, field], value]];
    const names = new Set<string>();
    return items.flatMap(([path, item], index) => {
      if (!isMap(item)) return [];
      const found = this.#innerSpec(root, path, withoutDefaultName(item, index), spec.namespace, names);
      return this.#unit(root, path, [...inside, kind.nested!, index], found, scope);
    });
  }

  #innerSpec(root: CheckedSpec, at: Path, map: ValueMap, namespace: string, names: Set<string>): SpecDraft {
    const { source } = root;
    const { spec, diagnostics } = readDraft(map, { namespace }, (path) => source?.aliasOf?.([...at, ...path]));
    for (const diagnostic of diagnostics) {
      // the schema of the outer kind has reported a missing kind or one that is not a string
      const [first] = pathOf(diagnostic);
      if (first !== undefined && first !== "kind") this.#report(root, at, diagnostic);
    }
    if (spec.namespace !== namespace) {
      const message = `invalid namespace ${show(spec.namespace)}: expected ${show(namespace)}`;
      const hint = "a spec inside another belongs to the same namespace";
      this.#report(root, at, { location: { path: ["namespace"] }, message, hint });
    }
    if (spec.name !== undefined && names.has(spec.name)) {
      this.#report(root, at, {
        location: { path: ["name"] },
        message: `duplicate name ${show(spec.name)} in the same list`,
      });
    } else if (spec.name !== undefined) names.add(spec.name);
    return spec;
  }

  #report(root: CheckedSpec, at: Path, diagnostic: Diagnostic): void {
    this.diagnostics.push(report(root, prefixPath(at, diagnostic)));
  }
}

/** What is shorter, in characters, is not looked at: most strings in fields are names. */
const SHORTEST_SECRET = 12;

/** Evaluates nothing: whatever is a template stays one. */
function open(): never {
  throw new OpenTemplate("nothing is evaluated");
}

/** Returns the diagnostics of secrets that stand in an `env` themselves. */
function secretsIn(env: Value): Diagnostic[] {
  return [...readBindings(env).candidates].flatMap(([name, candidates]) =>
    candidates.flatMap(({ data, dataAt }) => data === undefined ? [] : literalSecrets(data, dataAt, name))
  );
}

function isTemplate(fields: ValueMap, path: Path, kind: KindDescription): boolean {
  const value = valueAt(fields, path);
  return typeof value === "string" && (value === UNREADABLE || hasTemplate(value) && !isVerbatim(kind, path));
}
