import { dirname, relative } from "node:path";
import satisfies from "semver/functions/satisfies.js";
import type { DefinitionData, DependencyData, RequirementData } from "../kinds/namespace/mod.ts";
import {
  type Diagnostic,
  formatPosition,
  hasErrors,
  labelOf,
  type Path,
  type Position,
  report,
  type Scheme,
  show,
  type SourcedSpec,
} from "../spec/mod.ts";
import type { Value } from "../value/mod.ts";
import { checkCopies, copiesOf } from "./copies.ts";
import { dataOf, parametersOf, parsed } from "./entry_data.ts";
import { fillRequirements, type Parameter, type Requirement } from "./fill_requirements.ts";
import type { ImportedModule } from "./imported_module.ts";
import { filledAt, ImportedSource } from "./imported_source.ts";
import { findModule, isInside, type ModuleFolder, readModule } from "./module_folder.ts";
import { DEPENDENCY_KEY, dependencyOf, FILE_KEY, MODULE_KEY } from "./module_meta.ts";
import { renamed } from "./rename.ts";
import { Scope } from "./scope.ts";

/** The specs of files with those of the modules that they import. */
export interface WithModules {
  /** The specs of the files without those that are in modules, and those of the modules. */
  readonly specs: readonly SourcedSpec[];
  /** The specs of modules among them. */
  readonly imported: ReadonlySet<SourcedSpec>;
  readonly modules: readonly ImportedModule[];
  /** The folders that modules were read from, or looked for in vain. */
  readonly folders: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Whether specs are missing, because a module could not be read or the entry that imports it is invalid. */
  readonly isIncomplete: boolean;
}

/** How deep modules may import one another, and how many there may be. */
const DEEPEST = 20;
const MOST = 200;

/** A module on the way to the one that is being imported. */
interface Step {
  readonly name: string;
  readonly folder: string;
  /** Where it is imported. */
  readonly position: Position;
}

/** A dependency to import. */
interface Request {
  readonly dependency: SourcedSpec;
  /** The namespace of the importer of all. */
  readonly namespace: string;
  /** The name of the dependency there. */
  readonly name: string;
  readonly scope: Scope;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly chain: readonly Step[];
}

/** Reads the modules that specs of files import, and makes their specs those of the importer. */
export async function importModules(specs: readonly SourcedSpec[], scheme: Scheme): Promise<WithModules> {
  const own = specs.filter(({ spec }) => spec.kind === "ns.dependency" && dependencyOf(spec.meta) === undefined);
  const dependencies = own.filter(({ spec }) => spec.name !== undefined && dataOf(spec, scheme)?.from !== undefined);
  const isIncomplete = own.some(({ spec }) => spec.name === undefined || dataOf(spec, scheme) === undefined);
  const idle = own.filter(({ spec }) => {
    const data = dataOf(spec, scheme);
    return data !== undefined && data.from === undefined;
  });
  const warnings = idle.map((dependency): Diagnostic =>
    report(dependency, {
      location: { path: ["data"] },
      severity: "warning",
      message: `${labelOf(dependency.spec)} imports nothing`,
      hint: 'the field "from" says where a module is',
    })
  );
  if (dependencies.length === 0) {
    return { specs, imported: new Set(), modules: [], folders: [], diagnostics: warnings, isIncomplete };
  }
  const all = await new Importer(scheme).all(specs, dependencies);
  const diagnostics = [...warnings, ...all.diagnostics];
  return { ...all, diagnostics, isIncomplete: isIncomplete || hasErrors(diagnostics) };
}

/** A module that is read by itself, to be checked. */
export interface OwnModule {
  /** Undefined if the folder is no module. */
  readonly module: ImportedModule | undefined;
  /** Its specs, with defaults or examples in place of values, and those of the modules that it imports. */
  readonly specs: readonly SourcedSpec[];
  /** Where examples stand. What they name is the importer's, and not there. */
  readonly examples: readonly Position[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the module in a folder by itself. */
export async function readOwnModule(folder: string, scheme: Scheme): Promise<OwnModule> {
  return await new Importer(scheme).itself(folder);
}

class Importer {
  readonly #scheme: Scheme;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #folders = new Map<string, Promise<ModuleFolder>>();
  readonly #modules: ImportedModule[] = [];
  /** The folders that are not there. */
  readonly #sought: string[] = [];
  /** The first import of each module, by name. */
  readonly #versions = new Map<string, { version: string | undefined; position: Position }>();

  constructor(scheme: Scheme) {
    this.#scheme = scheme;
  }

  async all(
    specs: readonly SourcedSpec[],
    dependencies: readonly SourcedSpec[],
  ): Promise<Omit<WithModules, "isIncomplete">> {
    const found = await Promise.all(dependencies.map(async (dependency) => {
      const { from } = dataOf(dependency.spec, this.#scheme)!;
      return { dependency, place: await findModule(from!, baseOf(dependency)) };
    }));
    // what is in the folder of a module is the module's, wherever else the files were found
    const owners = found.flatMap(({ dependency, place }) => "path" in place ? [{ dependency, path: place.path }] : []);
    const isOwned = (file: string) =>
      owners.some(({ dependency, path }) => isInside(path, file) && !isInside(path, dependency.source.file));
    const own = specs.filter(({ source }) => !isOwned(source.file));
    const imported: SourcedSpec[] = [];
    const copies: SourcedSpec[] = [];
    const prefixes = new Map<string, SourcedSpec>();
    for (const { dependency, place } of found) {
      if (!own.includes(dependency)) continue;
      const { spec } = dependency;
      const copied = copiesOf(dependency, own);
      // the copies stand for a module that is not there
      if ("wrong" in place && copied.some(({ spec }) => spec.kind === "ns.definition")) continue;
      const data = dataOf(spec, this.#scheme)!;
      const prefix = `${data.as ?? spec.name}.`;
      const other = prefixes.get(`${spec.namespace}:${prefix}`);
      if (other !== undefined) {
        const where = formatPosition(other.source.position(["data", "as"]));
        this.#tell(dependency, data.as === undefined ? ["name"] : ["data", "as"], {
          message: `two modules are imported as ${show(prefix.slice(0, -1))}`,
          hint: `the other is at ${where}`,
        });
        continue;
      }
      prefixes.set(`${spec.namespace}:${prefix}`, dependency);
      const root = new Scope("", spec.namespace);
      const scopeAt = () => root;
      const parameters = parametersOf(dependency, data, scopeAt);
      const request = { dependency, namespace: spec.namespace, name: spec.name!, scope: root, parameters, chain: [] };
      imported.push(...await this.#import(request));
      copies.push(...copied);
    }
    this.#diagnostics.push(...checkCopies(copies, imported));
    const isCopy = new Set(copies);
    return {
      specs: [...own.filter((spec) => !isCopy.has(spec)), ...imported],
      imported: new Set(imported),
      modules: this.#modules,
      folders: [...this.#folders.keys(), ...this.#sought],
      diagnostics: this.#diagnostics,
    };
  }

  /** Reads a module with its defaults and examples. */
  async itself(path: string): Promise<OwnModule> {
    const folder = await Deno.realPath(path);
    const module = await this.#read(folder, path);
    this.#diagnostics.push(...module.diagnostics);
    const definition = this.#definition(undefined, module);
    if (definition === undefined) {
      return { module: undefined, specs: [], examples: [], diagnostics: this.#diagnostics };
    }
    const described = parsed<DefinitionData>(definition.spec, this.#scheme) ?? {};
    const label = described.module ?? definition.spec.name ?? path;
    const { namespace } = definition.spec;
    const scope = new Scope("", namespace);
    const requirements = this.#requirements(module);
    const parameters = new Map<string, Parameter>();
    for (const { requirement, data } of requirements) {
      if (data.default !== undefined || requirement.spec.name === undefined) continue;
      if (data.example === undefined) {
        const message = `requirement ${show(requirement.spec.name)} has neither a default nor an example`;
        const hint = "with an example, what it is put into is checked as well";
        this.#diagnostics.push(report(requirement, { location: { path: [] }, severity: "warning", message, hint }));
        continue;
      }
      const value = data.example as Value;
      parameters.set(requirement.spec.name, { value, scope, source: requirement.source, path: ["data", "example"] });
    }
    const filled = fillRequirements({
      specs: module.specs,
      requirements,
      parameters,
      scope,
      scheme: this.#scheme,
      label,
    });
    this.#diagnostics.push(...filled.diagnostics);
    const specs = filled.specs.map(({ spec, source, filled }) => ({
      spec,
      source: filled.length === 0 ? source : new ImportedSource(source, filled, undefined),
    }));
    const entries = specs.flatMap(({ spec }) => spec.name ?? spec.id ?? []);
    const all: SourcedSpec[] = [...specs];
    const position = definition.source.position([]);
    for (const dependency of specs) {
      const { spec } = dependency;
      const data = spec.kind === "ns.dependency" && spec.name !== undefined ? dataOf(spec, this.#scheme) : undefined;
      if (data?.from === undefined) continue;
      all.push(
        ...await this.#import({
          dependency,
          namespace,
          name: spec.name!,
          scope,
          parameters: parametersOf(dependency, data, () => scope),
          chain: [{ name: label, folder, position }],
        }),
      );
    }
    return {
      module: {
        name: label,
        version: described.version,
        dependency: "",
        prefix: "",
        from: path,
        folder: path,
        entries,
        requirements: filled.values,
      },
      specs: all,
      examples: requirements.map(({ requirement }) => requirement.source.position(["data", "example"])),
      diagnostics: this.#diagnostics,
    };
  }

  #requirements({ specs }: ModuleFolder): Requirement[] {
    return specs.filter(({ spec }) => spec.kind === "ns.requirement").flatMap((requirement) => {
      const data = parsed<RequirementData>(requirement.spec, this.#scheme);
      return data === undefined ? [] : [{ requirement, data }];
    });
  }

  async #import({ dependency, namespace, name, scope, parameters, chain }: Request): Promise<SourcedSpec[]> {
    const data = dataOf(dependency.spec, this.#scheme)!;
    const from = data.from!;
    const place = await findModule(from, baseOf(dependency));
    if ("wrong" in place) {
      if (place.sought !== undefined) this.#sought.push(place.sought);
      this.#tell(dependency, ["data", "from"], {
        message: place.wrong,
        ...place.hint !== undefined && { hint: place.hint },
      });
      return [];
    }
    const folder = await Deno.realPath(place.path);
    const position = dependency.source.position(["data", "from"]);
    if (chain.some((step) => step.folder === folder) || chain.length >= DEEPEST) {
      const names = [...chain, { name: labelOf(dependency.spec) }].map(({ name }) => name).join(" > ");
      const places = chain.map(({ position }) => formatPosition(position)).join(", ");
      this.#tell(dependency, ["data", "from"], {
        message: `modules import each other: ${names}`,
        hint: `the way here is ${places}`,
      });
      return [];
    }
    if (this.#modules.length === MOST) {
      this.#tell(dependency, ["data", "from"], { message: `more than ${MOST} modules are imported` });
      return [];
    }
    const module = await this.#read(folder, place.path);
    this.#diagnostics.push(...module.diagnostics);
    const definition = this.#definition(dependency, module);
    if (definition === undefined) return [];
    const described = parsed<DefinitionData>(definition.spec, this.#scheme) ?? {};
    const label = described.module ?? definition.spec.name ?? from;
    this.#checkVersion(dependency, data, definition, label, described.version);
    const prefix = `${scope.prefix}${data.as ?? dependency.spec.name}.`;
    const own = new Scope(prefix, definition.spec.namespace);
    const note = `in module ${label}, imported at ${formatPosition(dependency.source.position([]))}`;
    const requirements = this.#requirements(module);
    const filled = fillRequirements({
      specs: module.specs,
      requirements,
      parameters,
      scope: own,
      scheme: this.#scheme,
      label,
      dependency,
    });
    this.#diagnostics.push(...filled.diagnostics);
    const step = { name: labelOf(dependency.spec), folder, position };
    const result: SourcedSpec[] = [];
    const inner: Request[] = [];
    for (const { spec, source, filled: values } of filled.specs) {
      const scopeAt = (path: Path) => filledAt(values, path)?.scope ?? own;
      const imported = new ImportedSource(source, values, note);
      const draft = renamed(spec, namespace, this.#scheme, scopeAt);
      const meta = {
        ...draft.meta,
        [MODULE_KEY]: label,
        [DEPENDENCY_KEY]: name,
        [FILE_KEY]: relative(place.path, source.file),
      };
      const { isAnnotated: _, ...rest } = draft;
      if ((rest.name?.length ?? 0) > 128) {
        this.#tell({ spec, source: imported }, ["name"], {
          message: `invalid name ${show(rest.name)}: longer than 128`,
        });
      }
      result.push({ spec: { ...rest, meta }, source: imported });
      const nested = spec.kind === "ns.dependency" && spec.name !== undefined ? dataOf(spec, this.#scheme) : undefined;
      if (nested?.from === undefined) continue;
      inner.push({
        dependency: { spec, source: imported },
        namespace,
        name: own.nameOf(spec.name!),
        scope: own,
        parameters: parametersOf({ spec, source: imported }, nested, scopeAt),
        chain: [...chain, step],
      });
    }
    this.#modules.push({
      name: label,
      version: described.version,
      dependency: `${namespace}:${name}`,
      prefix,
      from,
      folder: place.path,
      entries: result.flatMap(({ spec }) => spec.name ?? spec.id ?? []),
      requirements: filled.values,
    });
    for (const request of inner) result.push(...await this.#import(request));
    return result;
  }

  #read(folder: string, path: string): Promise<ModuleFolder> {
    let reading = this.#folders.get(folder);
    if (reading === undefined) {
      reading = readModule(path).then(({ specs, ...module }) => ({
        ...module,
        specs: specs.map(({ spec, source }) => ({
          spec: this.#scheme.dataKind(spec.kind) === undefined ? spec : { ...spec, isData: true },
          source,
        })),
      }));
      this.#folders.set(folder, reading);
    }
    return reading;
  }

  /** Returns the definition of a module; undefined after telling what is wrong with it. */
  #definition(dependency: SourcedSpec | undefined, { path, specs }: ModuleFolder): SourcedSpec | undefined {
    const [definition, second] = specs.filter(({ spec }) => spec.kind === "ns.definition");
    if (definition === undefined) {
      const message = `${path} is no module`;
      const hint = "expected an entry of kind ns.definition in a YAML file directly in the folder";
      if (dependency !== undefined) this.#tell(dependency, ["data", "from"], { message, hint });
      else this.#diagnostics.push({ location: { spec: path }, message, hint });
      return undefined;
    }
    const where = formatPosition(definition.source.position([]));
    if (second !== undefined) {
      this.#tell(second, [], { message: "a second definition of a module", hint: `the first is at ${where}` });
    }
    for (const other of specs) {
      if (other.spec.namespace === definition.spec.namespace) continue;
      const hint = `its definition at ${where} is in ${show(definition.spec.namespace)}`;
      this.#tell(other, ["namespace"], {
        message: `invalid namespace ${show(other.spec.namespace)}: a module has one namespace`,
        hint,
      });
    }
    return definition;
  }

  #checkVersion(
    dependency: SourcedSpec,
    data: DependencyData,
    definition: SourcedSpec,
    label: string,
    version: string | undefined,
  ): void {
    const position = definition.source.position(["data", "version"]);
    const hint = `its definition is at ${formatPosition(position)}`;
    if (data.version !== undefined && (version === undefined || !satisfies(version, data.version))) {
      const has = version === undefined ? "has no version" : `is of version ${version}`;
      this.#tell(dependency, ["data", "version"], {
        message: `module ${label} ${has}: expected ${data.version}`,
        hint,
      });
    }
    const first = this.#versions.get(label);
    if (first === undefined) this.#versions.set(label, { version, position });
    else if (first.version !== version) {
      this.#tell(dependency, ["data", "from"], {
        message: `module ${label} is imported in two versions: ${version ?? "none"} and ${first.version ?? "none"}`,
        hint: `the definitions are at ${formatPosition(position)} and ${formatPosition(first.position)}`,
      });
    }
  }

  #tell(about: SourcedSpec, path: Path, { message, hint }: { message: string; hint?: string }): void {
    const diagnostic: Diagnostic = { location: { path }, message, ...hint !== undefined && { hint } };
    this.#diagnostics.push(report(about, diagnostic));
  }
}

/** Returns the folder that a dependency's paths are relative to. */
function baseOf({ source }: SourcedSpec): string {
  return dirname(source.file);
}
