import type { Value } from "../../value/mod.ts";
import { type Diagnostic, formatPosition, sortDiagnostics } from "../model/diagnostic.ts";
import type { Locator } from "../model/origin.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import type { Link, SpecDraft } from "../model/spec.ts";
import { validate } from "../schema/validate.ts";
import type { Evaluate } from "../template/map_templates.ts";
import { FieldChecker, type Unit } from "./check_fields.ts";
import { checkLinks, type Targets } from "./check_links.ts";

/** A spec, and where it stands if that is known. */
export interface CheckedSpec {
  spec: SpecDraft;
  source?: Locator | undefined;
}

/** What a check goes by beside the specs. */
export interface CheckOptions {
  /** The spec of that name or id that is there already, beside those that are checked. */
  known?(namespace: string, nameOrId: string): { spec: SpecDraft } | undefined;
  /**
   * How grave a link is that leads to a node or port that is not there. One that was there before is a warning always.
   * Default `error`.
   */
  dangling?: "error" | "warning";
  /** Whether specs may be missing because files could not be read in full: a link to no node is not told of then. */
  incomplete?: boolean;
  /** Evaluates templates, so that what they stand for is checked too. Without it only their form is. */
  evaluate?: Evaluate;
  /** What is wrong with an expression in a template, the values of its variables not known. */
  checkExpression?(expression: string): readonly Diagnostic[];
}

/**
 * Checks specs against the kinds that there are and against each other: kinds, fields, templates, links, names and ids,
 * inside of specs too. Nothing of the user's is run, but for the templates that `evaluate` is given.
 *
 * @param specs All specs of a change: a link may lead to any of them.
 * @returns Every diagnostic, in the order of the files.
 */
export function checkSpecs(specs: readonly CheckedSpec[], scheme: Scheme, options: CheckOptions = {}): Diagnostic[] {
  const fields = new FieldChecker(scheme, options);
  const units = specs.map((spec) => fields.check(spec));
  const all = new Namespaces(units, scheme, options);
  const dangling = options.dangling ?? "error";
  const links = units.flatMap((unit) => [
    ...checkLinks(unit, all.targetsOf(unit.spec), scheme, dangling),
    ...checkInnerLinks(unit, scheme, dangling),
  ]);
  return sortDiagnostics([...checkUnique(specs), ...fields.diagnostics, ...links]);
}

/** Specs inside another may link to each other and to nothing else. */
function checkInnerLinks(outer: Unit, scheme: Scheme, dangling: "error" | "warning"): Diagnostic[] {
  const byName = indexed(outer.inner);
  const targets: Targets = {
    find: (link) => byName.get(link.id ?? link.name!),
    names: () => outer.inner.flatMap(({ spec }) => spec.name ?? []),
  };
  return outer.inner.flatMap((unit) => [
    ...checkLinks(unit, targets, scheme, dangling),
    ...checkInnerLinks(unit, scheme, dangling),
  ]);
}

/** The specs of a change by namespace, name and id, and those that were there before it. */
class Namespaces {
  readonly #units = new Map<string, Map<string, Unit>>();
  readonly #scheme: Scheme;
  readonly #known: NonNullable<CheckOptions["known"]>;
  readonly #isIncomplete: boolean;
  /** For how many links more all names are gone through: with thousands of both it would take minutes. */
  #suggestions = 100;

  constructor(units: readonly Unit[], scheme: Scheme, options: CheckOptions) {
    for (const [namespace, members] of Map.groupBy(units, ({ spec }) => spec.namespace)) {
      this.#units.set(namespace, indexed(members));
    }
    this.#scheme = scheme;
    this.#isIncomplete = options.incomplete ?? false;
    this.#known = (namespace, nameOrId) => options.known?.(namespace, nameOrId);
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
        return other && `there is one in the namespace ${show(other)}, but a link never leaves its own`;
      },
      isOld: (port, link) => before()?.links[port]?.some((old) => isSame(old, link)) ?? false,
    };
  }

  #knownUnit(namespace: string, link: Link): Pick<Unit, "spec" | "kind" | "fields"> | undefined {
    const spec = this.#known(namespace, link.id ?? link.name!)?.spec;
    const kind = spec && this.#scheme.get(spec.kind);
    if (spec === undefined || kind?.portsOf === undefined) return spec && { spec, kind };
    const read = validate(kind, spec.fields);
    return { spec, kind, fields: "fields" in read ? read.fields : undefined };
  }
}

function isSame(a: Link, b: Link): boolean {
  return a.id === b.id && a.name === b.name && a.port === b.port;
}

/** Units by name and by id. */
function indexed(units: readonly Unit[]): Map<string, Unit> {
  const index = new Map<string, Unit>();
  for (const unit of units) {
    for (const key of [unit.spec.name, unit.spec.id]) {
      if (key !== undefined && !index.has(key)) index.set(key, unit);
    }
  }
  return index;
}

/** A name is one spec's in its namespace, an id one spec's anywhere. */
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
      const message = `the ${field} ${show(value)} is taken`;
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
