import type { Value } from "../../value/mod.ts";
import { type Diagnostic, formatPosition, sortDiagnostics } from "../model/diagnostic.ts";
import { defaultName } from "../model/default_name.ts";
import type { Locator } from "../model/origin.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import type { Link, SpecDraft } from "../model/spec.ts";
import { validate } from "../schema/validate.ts";
import type { Evaluate, TemplateScope } from "../template/map_templates.ts";
import { expandUses } from "../use/expand_uses.ts";
import { FieldChecker, type Unit } from "./check_fields.ts";
import { checkReferences, type NamedEntries } from "./check_references.ts";
import { checkLinks, type Targets } from "./check_links.ts";
import { Definitions } from "./definitions.ts";

/** A spec to check, with its positions if they are known. */
export interface CheckedSpec {
  spec: SpecDraft;
  source?: Locator | undefined;
}

/** Options of `checkSpecs`. */
export interface CheckOptions {
  /** Returns a spec that exists already, beside the checked ones, by its name or id. */
  known?(namespace: string, nameOrId: string): { spec: SpecDraft; source?: Locator } | undefined;
  /**
   * The severity of a link to a node or port that does not exist. A link that existed before the change is always a
   * warning. Default `error`.
   */
  dangling?: "error" | "warning";
  /** Whether specs may be missing because files were not read in full; unknown nodes are not reported then. */
  incomplete?: boolean;
  /** Evaluates templates, so that their values are checked too. Default: only their syntax is checked. */
  evaluate?: Evaluate;
  /** Returns diagnostics of an expression in a template without knowing the values of its variables. */
  checkExpression?(expression: string): readonly Diagnostic[];
  /** Returns the names of all stored entries of a kind in a namespace, for suggestions. */
  names?(namespace: string, kind: string): Iterable<string>;
  /**
   * Returns a secret by its reference; undefined if it is not known here. Secrets that are not known are warned of. Default:
   * none is known, and none is warned of.
   */
  secret?(reference: string): string | undefined;
  /** What the templates and the code of a spec see. Default: made of the values in the change, and of known ones. */
  scope?: TemplateScope;
  /** Receives each piece of code, which is not checked here. */
  onCode?(code: CodeToCheck): void;
}

/** A piece of code whose errors are still to be found. */
export interface CodeToCheck {
  readonly language: string;
  readonly code: string;
  /** The names that its node has bound in `env`; undefined if it has none. */
  readonly bound?: readonly string[] | undefined;
  /** Returns an error in the code with its place in the spec and, if that is known, in the file. */
  located(diagnostic: Diagnostic): Diagnostic;
}

/**
 * Checks specs against their kinds and against each other: fields, templates, links, names and ids, in nested specs too.
 * Runs no user code other than templates, by `evaluate`, and parses none: `onCode` gets it.
 *
 * @param specs All specs of a change; links may lead to any of them.
 * @returns All diagnostics, in the order of the files.
 */
export function checkSpecs(specs: readonly CheckedSpec[], scheme: Scheme, options: CheckOptions = {}): Diagnostic[] {
  const definitions = new Definitions(specs, options);
  const fields = new FieldChecker(scheme, options, definitions);
  const units = specs.map((spec) => fields.check(spec));
  const all = new Namespaces(units, scheme, options, definitions);
  const dangling = options.dangling ?? "error";
  const links = units.filter(({ isData }) => !isData).flatMap((unit) => [
    ...checkLinks(unit, all.targetsOf(unit.spec), scheme, dangling),
    ...checkInnerLinks(unit, scheme, dangling),
  ]);
  const references = options.incomplete === true
    ? []
    : units.flatMap((unit) => checkReferences(unit, all.entriesOf(unit.spec), scheme));
  return sortDiagnostics([...checkUnique(specs), ...fields.diagnostics, ...links, ...references]);
}

/** Checks the links of nested specs, which may lead only to specs in the same list. */
function checkInnerLinks(outer: Unit, scheme: Scheme, dangling: "error" | "warning"): Diagnostic[] {
  const byName = indexed(outer.inner);
  outer.inner.forEach((unit, index) => {
    if (unit.spec.name === undefined) byName.set(defaultName(index), unit);
  });
  const targets: Targets = {
    find: (link) => byName.get(link.id ?? link.name!),
    names: () => outer.inner.flatMap(({ spec }) => spec.name ?? []),
  };
  return outer.inner.flatMap((unit) => [
    ...checkLinks(unit, targets, scheme, dangling),
    ...checkInnerLinks(unit, scheme, dangling),
  ]);
}

/** The specs of a change by namespace, name and id, and the specs known before it. */
class Namespaces {
  readonly #units = new Map<string, Map<string, Unit>>();
  /** The specs and entries of each namespace, by name. */
  readonly #entries = new Map<string, ReadonlyMap<string, SpecDraft>>();
  readonly #scheme: Scheme;
  readonly #known: NonNullable<CheckOptions["known"]>;
  readonly #isIncomplete: boolean;
  readonly #names: CheckOptions["names"];
  readonly #definitions: Definitions;
  /** How many more unknown names get a suggestion: searching all names for thousands of them would take minutes. */
  #suggestions = 100;

  constructor(units: readonly Unit[], scheme: Scheme, options: CheckOptions, definitions: Definitions) {
    this.#definitions = definitions;
    for (const [namespace, members] of Map.groupBy(units, ({ spec }) => spec.namespace)) {
      this.#units.set(namespace, indexed(members.filter(({ isData }) => !isData)));
      this.#entries.set(namespace, new Map(members.flatMap(({ spec }) => spec.name ? [[spec.name, spec]] : [])));
    }
    this.#scheme = scheme;
    this.#isIncomplete = options.incomplete ?? false;
    this.#names = options.names?.bind(options);
    this.#known = (namespace, nameOrId) => options.known?.(namespace, nameOrId);
  }

  /** Returns what the fields of a node of a namespace may name. */
  entriesOf({ namespace }: SpecDraft): NamedEntries {
    const entries = this.#entries.get(namespace);
    return {
      find: (name) => entries?.get(name) ?? this.#known(namespace, name)?.spec,
      names: (kind) => {
        if (this.#suggestions-- <= 0) return [];
        const stored = this.#names?.(namespace, kind) ?? [];
        return [...[...entries ?? []].flatMap(([name, spec]) => spec.kind === kind ? name : []), ...stored];
      },
    };
  }

  targetsOf({ namespace, name, id }: SpecDraft): Targets {
    const units = this.#units.get(namespace);
    const before = () => {
      const key = name ?? id;
      return key === undefined ? undefined : this.#known(namespace, key)?.spec;
    };
    return {
      find: (link) => units?.get(link.id ?? link.name!) ?? this.#knownUnit(namespace, link),
      isIncomplete: this.#isIncomplete,
      names: () => this.#suggestions-- > 0 && units ? units.keys() : [],
      why: (name) => {
        if (this.#suggestions <= 0) return undefined;
        const other = [...this.#units].find(([, units]) => units.has(name))?.[0];
        return other && `it is in the namespace ${show(other)}, and a link cannot leave its own`;
      },
      isOld: (port, link) => before()?.links[port]?.some((old) => isSame(old, link)) ?? false,
    };
  }

  #knownUnit(namespace: string, link: Link): Pick<Unit, "spec" | "kind" | "fields"> | undefined {
    const spec = this.#known(namespace, link.id ?? link.name!)?.spec;
    if (spec?.isData) return undefined;
    const kind = spec && this.#scheme.get(spec.kind);
    if (spec === undefined || kind?.portsOf === undefined) return spec && { spec, kind };
    const expanded = expandUses({ spec }, this.#scheme, this.#definitions.of(namespace));
    const read = validate(kind, expanded.spec.fields);
    return { spec, kind, fields: "fields" in read ? read.fields : undefined };
  }
}

function isSame(a: Link, b: Link): boolean {
  return a.id === b.id && a.name === b.name && a.port === b.port;
}

/** Returns units by name and by id; the first wins. */
function indexed(units: readonly Unit[]): Map<string, Unit> {
  const index = new Map<string, Unit>();
  for (const unit of units) {
    for (const key of [unit.spec.name, unit.spec.id]) {
      if (key !== undefined && !index.has(key)) index.set(key, unit);
    }
  }
  return index;
}

/** Checks that no two specs have the same name in a namespace, or the same id anywhere. */
function checkUnique(specs: readonly CheckedSpec[]): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const first = new Map<string, CheckedSpec>();
  for (const checked of specs) {
    const { namespace, name, id } = checked.spec;
    const claims: [field: string, value: string | undefined, scope: Value][] = [["name", name, namespace], [
      "id",
      id,
      "",
    ]];
    for (const [field, value, scope] of claims) {
      if (value === undefined) continue;
      const key = JSON.stringify([field, scope, value]);
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, checked);
        continue;
      }
      const where = other.source?.position([field]);
      const message = `duplicate ${field} ${show(value)}`;
      diagnostics.push(
        report(checked, {
          location: { path: [field] },
          message,
          ...where && { hint: `the first is at ${formatPosition(where)}` },
        }),
      );
    }
  }
  return diagnostics;
}
