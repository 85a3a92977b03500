import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import {
  changesOf,
  type Coverage,
  entryIds,
  isApplicable,
  readManifest,
  registerDependencies,
  schemeOf,
} from "../runtime/mod.ts";
import type { Evaluate, Scheme } from "../spec/mod.ts";
import { type ChangeOptions, type ChangeReport, changeStore } from "./change.ts";
import { BrokenLinksError, SpecsError } from "./errors.ts";
import { brokenLinks } from "./links.ts";
import { filesOf, type Specs } from "./specs.ts";
import type { Target } from "./target.ts";
import { lenientEvaluator } from "./templates.ts";
import { usingCompiler } from "./using_compiler.ts";

/** Options of `apply`. */
export interface ApplyOptions extends ChangeOptions {
  /** The kinds. Default: those of the target, else the built-in ones. */
  readonly scheme?: Scheme<Kind> | undefined;
  /** The namespace of specs that name none. Default: that of the target, else `default`. */
  readonly namespace?: string | undefined;
  /** Evaluates templates. Default: only their syntax is checked. */
  readonly evaluate?: Evaluate | undefined;
  /**
   * The stored specs that these specs replace: all of the `namespaces` in which there is one, or those with certain ids
   * (`namespace:name`). Those that are not among the specs are deleted. Default: none are deleted.
   */
  readonly covers?: Coverage | undefined;
  /** Whether deleting a spec may break links of others. Default false. */
  readonly breakLinks?: boolean | undefined;
}

/** What `apply` did. */
export interface ApplyReport extends ChangeReport {
  /** The ids of the entries that hold the specs (`namespace:name`). */
  readonly ids: ReadonlySet<string>;
  /** The folders that modules were read from. */
  readonly folders: readonly string[];
}

/**
 * Checks specs by themselves and against those in the store, and makes their difference from head a new version. If
 * nothing differs, no version is created.
 *
 * @throws {SpecsError} If a spec is invalid.
 * @throws {BrokenLinksError} If a spec that remains links to one that would be deleted, or uses it.
 * @throws {HeadMovedError} If head is not `base`.
 * @throws {RegistryError} Why a handler of the registry rejected the version; a `Runtime` has one.
 */
export async function apply(target: Target, specs: Specs, options: ApplyOptions = {}): Promise<ApplyReport> {
  const { registry } = target;
  const { scheme = target.scheme ?? schemeOf(), namespace = target.namespace ?? "default" } = options;
  const { evaluate = lenientEvaluator({}), covers, breakLinks = false } = options;
  const files = filesOf(specs);
  registerDependencies(registry, scheme.dependencies);
  let ids: ReadonlySet<string> = new Set();
  let folders: readonly string[] = [];
  const planned = (compiler: Compiler) =>
    changeStore(target, options, async (head) => {
      const manifest = await readManifest(files, {
        namespace,
        scheme,
        evaluate,
        compiler,
        registry: head,
        ...covers !== undefined && { covers },
      });
      if (!isApplicable(manifest)) throw new SpecsError(manifest.diagnostics, manifest.folders);
      folders = manifest.folders;
      const operations = registry.plan(changesOf(manifest.specs, head, covers), head);
      const broken = brokenLinks(head.state, operations, scheme);
      if (broken.length > 0 && !breakLinks) throw new BrokenLinksError(broken);
      ids = entryIds(manifest.specs, head);
      const namespaces = new Set(manifest.specs.map(({ spec }) => spec.namespace));
      return { operations, namespaces, warnings: manifest.diagnostics, brokenLinks: broken };
    });
  const report = await usingCompiler(target.compiler, planned);
  return { ...report, ids, folders };
}

/** Returns what `apply` would do, without doing it. @throws {Error} As `apply`. */
export function plan(target: Target, specs: Specs, options: ApplyOptions = {}): Promise<ApplyReport> {
  return apply(target, specs, { ...options, dryRun: true });
}
