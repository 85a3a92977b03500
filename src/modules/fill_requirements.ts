import type { RequirementData } from "../kinds/namespace/mod.ts";
import {
  COMMON_FIELDS,
  type Diagnostic,
  formatPosition,
  nearest,
  type Path,
  report,
  type Scheme,
  show,
  type SourcedSpec,
  type SpecDraft,
  specFromMap,
  type SpecSource,
  specToMap,
} from "../spec/mod.ts";
import { equal, isList, isMap, type Value, type ValueMap } from "../value/mod.ts";
import type { Filled } from "./imported_source.ts";
import type { RequirementValue } from "./imported_module.ts";
import { parseTargetPath, setAt, type TargetPath } from "./module_path.ts";
import type { Scope } from "./scope.ts";

/** A value that an importer gives. */
export interface Parameter {
  readonly value: Value;
  /** What the names in it are names of. */
  readonly scope: Scope;
  /** Where it was written. */
  readonly source: SpecSource;
  readonly path: Path;
}

/** A requirement of a module. */
export interface Requirement {
  readonly requirement: SourcedSpec;
  readonly data: RequirementData;
}

/** What requirements are filled from. */
export interface FillOptions {
  readonly specs: readonly SourcedSpec[];
  readonly requirements: readonly Requirement[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** The scope of the module. */
  readonly scope: Scope;
  readonly scheme: Scheme;
  /** The name of the module. */
  readonly label: string;
  /** What imports it; undefined if it is checked by itself, where values may be missing. */
  readonly dependency?: SourcedSpec;
}

/** A spec of a module with the values that were put into it. */
export interface FilledSpec extends SourcedSpec {
  readonly filled: readonly Filled[];
}

/** The specs of a module with the values of its requirements. */
export interface FilledSpecs {
  readonly specs: readonly FilledSpec[];
  readonly values: readonly RequirementValue[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Puts the values of requirements into the specs of a module. */
export function fillRequirements(options: FillOptions): FilledSpecs {
  const { specs, requirements, parameters, scope, label, dependency } = options;
  const diagnostics: Diagnostic[] = [];
  const filler = new Filler(options, diagnostics);
  const values: RequirementValue[] = [];
  for (const { requirement, data } of requirements) {
    const name = requirement.spec.name ?? "";
    const given = parameters.get(name);
    const fallback: Parameter | undefined = data.default === undefined
      ? undefined
      : { value: data.default as Value, scope, source: requirement.source, path: ["data", "default"] };
    const value = given ?? fallback;
    values.push({ name, value: value?.value, isGiven: given !== undefined });
    if (value === undefined && dependency !== undefined) {
      const why = data.description === undefined ? "" : `: ${data.description}`;
      const where = formatPosition(requirement.source.position([]));
      diagnostics.push(report(dependency, {
        location: { path: ["data"] },
        message: `missing parameter ${show(name)} of module ${label}`,
        hint: `it is required at ${where}${why}`,
      }));
    }
    filler.fill({ requirement, data }, value);
  }
  const names = requirements.flatMap(({ requirement }) => requirement.spec.name ?? []);
  for (const [name, { path }] of parameters) {
    if (names.includes(name) || dependency === undefined) continue;
    const meant = nearest(name, names);
    const places = requirements.map(({ requirement: { spec, source } }) =>
      `${spec.name} (${formatPosition(source.position([]))})`
    );
    diagnostics.push(report(dependency, {
      location: { path, key: true },
      message: `unknown parameter ${show(name)} of module ${label}`,
      hint: meant === undefined
        ? places.length === 0 ? "it has none" : `known parameters are ${places.join(", ")}`
        : `did you mean ${show(meant)}, which is at ${
          formatPosition(
            requirements.find(({ requirement }) => requirement.spec.name === meant)!.requirement.source.position([]),
          )
        }?`,
    }));
  }
  return { specs: specs.map((spec) => filler.specOf(spec)), values, diagnostics };
}

class Filler {
  readonly #options: FillOptions;
  readonly #diagnostics: Diagnostic[];
  readonly #specs = new Map<SourcedSpec, { spec: SpecDraft; filled: Filled[] }>();

  constructor(options: FillOptions, diagnostics: Diagnostic[]) {
    this.#options = options;
    this.#diagnostics = diagnostics;
  }

  specOf(sourced: SourcedSpec): FilledSpec {
    const { spec, filled } = this.#specs.get(sourced) ?? { spec: sourced.spec, filled: [] };
    return { spec, source: sourced.source, filled };
  }

  /** Puts a value into the targets of a requirement. Without a value, only looks whether there are such targets. */
  fill({ requirement, data }: Requirement, value: Parameter | undefined): void {
    data.targets.forEach(({ entry, path: text }, index) => {
      const tell = (key: string, message: string, hint?: string) => {
        const location = { path: ["data", "targets", index, key] };
        this.#diagnostics.push(report(requirement, { location, message, ...hint !== undefined && { hint } }));
      };
      const { specs, label, scope } = this.#options;
      const name = entry.startsWith(`${scope.namespace}:`) ? entry.slice(scope.namespace.length + 1) : entry;
      const found = specs.find(({ spec }) => spec.name === name);
      if (found === undefined) {
        const meant = nearest(name, specs.flatMap(({ spec }) => spec.name ?? []));
        const hint = meant === undefined ? undefined : `did you mean ${show(meant)}?`;
        return tell("entry", `no entry ${show(entry)} in module ${label}`, hint);
      }
      const target = parseTargetPath(text);
      if (target === undefined) {
        return tell("path", `invalid path ${show(text)}: expected one such as port, routes[0].path or meta.tags+=`);
      }
      const where = `it is at ${formatPosition(found.source.position([]))}`;
      const at = this.#pathIn(found.spec, target);
      if ("wrong" in at) return tell("path", `${at.wrong} of ${name}`, at.hint ?? where);
      if (value === undefined) return;
      const wrong = this.#put(found, at, value);
      if (wrong !== undefined) tell("path", `invalid path ${show(text)} in ${name}: ${wrong}`, where);
    });
  }

  /** Returns a path as it is in the file of a spec: the data of a node is the node. */
  #pathIn(spec: SpecDraft, { path, adds }: TargetPath): TargetPath | { wrong: string; hint?: string } {
    const [first, ...rest] = path;
    if (first === "meta" && (rest.length > 0 || spec.isData)) return { path, adds };
    if (spec.isData) return { path: first === "data" ? path : ["data", ...path], adds };
    const [field, ...inner] = first === "data" && rest.length > 0 ? rest : path;
    if (field === "links" || field === "ports") return { path: ["links", ...inner], adds };
    if (field === "env" && inner.length > 0) return { path: ["env", ...inner], adds };
    const kind = this.#options.scheme.get(spec.kind);
    if ((COMMON_FIELDS as readonly unknown[]).includes(field)) return { wrong: `${show(String(field))} cannot be set` };
    if (kind === undefined) return { path: [field!, ...inner], adds };
    const known = [...Object.keys(kind.fields.shape), ...Object.keys(kind.fieldAliases ?? {})];
    if (known.includes(String(field))) return { path: [field!, ...inner], adds };
    const meant = nearest(String(field), known);
    return {
      wrong: `unknown field ${show(String(field))}`,
      ...meant !== undefined && { hint: `did you mean ${show(meant)}?` },
    };
  }

  /** @returns Why the value cannot be put there. */
  #put(
    sourced: SourcedSpec,
    { path, adds }: TargetPath,
    { value, scope, source, path: from }: Parameter,
  ): string | undefined {
    const { spec, filled } = this.#specs.get(sourced) ?? { spec: sourced.spec, filled: [] };
    const { meta, links, fields } = spec;
    const [first] = path;
    const part: ValueMap = first === "meta"
      ? { meta }
      : first === "env"
      ? { env: spec.env ?? {} }
      : first === "links"
      ? { links: links as unknown as Value }
      : fields;
    if (adds && isList(value)) {
      // each item is added, and what is there already is not added again
      for (const [index, item] of value.entries()) {
        const wrong = this.#put(sourced, { path, adds }, { value: item, scope, source, path: [...from, index] });
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    }
    if (adds && hasItem(part, path, value)) return undefined;
    const set = setAt(part, { path, adds }, value);
    if ("wrong" in set) return set.wrong;
    const next = { ...spec };
    if (first === "meta") {
      if (!isMap(set.map.meta ?? null)) return "meta is a map";
      next.meta = set.map.meta as ValueMap;
    } else if (first === "env") {
      next.env = set.map.env as ValueMap;
    } else if (first === "links") {
      const read = specFromMap({ ...specToMap({ ...spec, links: {} }), links: set.map.links! }, {});
      if (read.spec === undefined) return read.diagnostics[0]?.message ?? "it is no link";
      next.links = read.spec.links;
    } else next.fields = set.map;
    this.#specs.set(sourced, { spec: next, filled: [...filled, { path: set.path, scope, source, from }] });
    return undefined;
  }
}

/** Reports whether the list at a path has an item already. */
function hasItem(root: ValueMap, path: Path, value: Value): boolean {
  let at: Value | undefined = root;
  for (const step of path) at = at !== null && typeof at === "object" ? (at as ValueMap)[step] : undefined;
  return Array.isArray(at) && at.some((item) => equal(item, value));
}
