import type { Kind } from "../kind/mod.ts";
import type { DefinitionData, DependencyData, RequirementData } from "../kinds/namespace/mod.ts";
import { DEPENDENCY_KEY, MODULE_KEY } from "../modules/mod.ts";
import type { Compiler } from "../compiler/mod.ts";
import type { Entry, Snapshot } from "../registry/mod.ts";
import { readModuleManifest, schemeOf } from "../runtime/mod.ts";
import type { Diagnostic, Evaluate, Scheme } from "../spec/mod.ts";
import type { Value } from "../value/mod.ts";
import type { FindOptions } from "./find.ts";
import type { Target } from "./target.ts";
import { lenientEvaluator } from "./templates.ts";
import { usingCompiler } from "./using_compiler.ts";

/** The value of a requirement of a module. */
export interface ModuleRequirement {
  /** Its name. */
  readonly name: string;
  /** The value; undefined if there is none. */
  readonly value: Value | undefined;
  /** Whether the importer has given it; otherwise it is the default. */
  readonly isGiven: boolean;
}

/** A module. */
export interface ModuleReport {
  /** Its name. */
  readonly name: string;
  /** Its version, if it has one. */
  readonly version: string | undefined;
  /** The entry that imports it: `default:mail`; empty for one that is looked at by itself. */
  readonly dependency: string;
  /** What the names of its entries begin with, the dot included: `mail.`. */
  readonly prefix: string;
  /** Where the dependency says that it is. */
  readonly from: string;
  /** The names of its entries. */
  readonly entries: readonly string[];
  /** Its requirements, by name. */
  readonly requirements: readonly ModuleRequirement[];
}

/** Options of `checkModule`. */
export interface CheckModuleOptions {
  /** The kinds. Default: the built-in ones. */
  readonly scheme?: Scheme<Kind> | undefined;
  /** Evaluates templates. Default: only their syntax is checked. */
  readonly evaluate?: Evaluate | undefined;
  /**
   * See `Target`.
   *
   * @internal
   */
  readonly compiler?: Compiler | undefined;
}

/** What `checkModule` found. */
export interface ModuleCheck {
  /** The module; undefined if the folder is none. */
  readonly module: ModuleReport | undefined;
  /** Errors and warnings, in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks the module in a folder by itself: its specs, with the defaults and the examples of its requirements in their
 * targets, and the modules that it imports.
 *
 * @throws {Error} If the folder cannot be read.
 */
export async function checkModule(folder: string, options: CheckModuleOptions = {}): Promise<ModuleCheck> {
  const { scheme = schemeOf(), evaluate = lenientEvaluator({}), compiler: given } = options;
  const { modules, diagnostics } = await usingCompiler(
    given,
    (compiler) => readModuleManifest(folder, { scheme, evaluate, compiler }),
  );
  return { module: modules[0], diagnostics };
}

/** Returns the modules whose entries are in a store, by namespace and dependency. */
export async function modules({ registry }: Target, { namespace, version }: FindOptions = {}): Promise<ModuleReport[]> {
  const snapshot: Snapshot = version === undefined ? registry.snapshot() : await registry.stateAt(version);
  const entries = namespace === undefined ? snapshot.entries() : snapshot.namespace(namespace);
  const imported = entries.filter(({ meta }) => typeof meta[DEPENDENCY_KEY] === "string");
  const groups = Map.groupBy(imported, ({ id, meta }) => `${id.namespace}:${meta[DEPENDENCY_KEY]}`);
  return [...groups].map(([dependency, members]) => reportOf(dependency, members, snapshot.get(dependency)));
}

function reportOf(dependency: string, members: readonly Entry[], importer: Entry | undefined): ModuleReport {
  const data = (importer?.data ?? {}) as DependencyData;
  const definition = members.find(({ kind }) => kind === "ns.definition");
  const name = importer?.id.name ?? dependency.slice(dependency.indexOf(":") + 1);
  // a module within another one is named by its path from the importer of all
  const prefix = `${data.as === undefined ? name : [...name.split(".").slice(0, -1), data.as].join(".")}.`;
  const given = new Map<string, Value>(
    Array.isArray(data.parameters)
      ? data.parameters.map(({ name, value }) => [name, value as Value])
      : Object.entries(data.parameters ?? {}) as [string, Value][],
  );
  return {
    name: String(members[0]?.meta[MODULE_KEY]),
    version: ((definition?.data ?? {}) as DefinitionData)?.version,
    dependency,
    prefix,
    from: data.from ?? "",
    entries: members.map(({ id }) => id.name),
    requirements: members.filter(({ kind }) => kind === "ns.requirement").map(({ id, data }) => {
      const name = id.name.slice(prefix.length);
      const fallback = (data as Partial<RequirementData> | null)?.default as Value | undefined;
      return { name, value: given.has(name) ? given.get(name) : fallback, isGiven: given.has(name) };
    }),
  };
}
