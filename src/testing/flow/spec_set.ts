import type { Kind } from "../../kind/mod.ts";
import { evaluateTemplate } from "../../language/mod.ts";
import { isApplicable, type ManifestFile, readManifest } from "../../runtime/mod.ts";
import {
  type Diagnostic,
  hasErrors,
  type Path,
  type Position,
  type Scheme,
  type SourcedSpec,
  uuidv7,
} from "../../spec/mod.ts";
import type { ValueMap } from "../../value/mod.ts";
import { CachedCompiler } from "../local_compiler.ts";

/** The kind of specs that are tests. */
const SUITE = "test";

/** The specs that the tests of a file run, read and checked once. */
export class SpecSet {
  /** What parses their code: once for all tests. */
  readonly compiler: CachedCompiler;
  readonly #byName: ReadonlyMap<string, SourcedSpec>;

  private constructor(
    readonly specs: readonly SourcedSpec[],
    /** What is wrong with them; there may be warnings only. */
    readonly diagnostics: readonly Diagnostic[],
    compiler: CachedCompiler,
  ) {
    this.compiler = compiler;
    this.#byName = new Map(specs.map((sourced) => [sourced.spec.name ?? sourced.spec.id ?? "", sourced]));
  }

  /** Reads specs. */
  static async read(
    files: readonly ManifestFile[],
    { scheme, namespace, env }: { scheme: Scheme<Kind>; namespace: string; env: ValueMap },
  ): Promise<SpecSet> {
    const compiler = new CachedCompiler();
    const evaluate = (expression: string) => evaluateTemplate(expression, env);
    const manifest = await readManifest(files, { scheme, namespace, evaluate, compiler });
    const diagnostics = isApplicable(manifest)
      ? manifest.diagnostics
      : manifest.diagnostics.filter((diagnostic) => hasErrors([diagnostic]));
    // every spec is found by its name or its id
    const specs = manifest.specs.map(({ spec, source }) => ({
      spec: spec.name === undefined && spec.id === undefined && !spec.isData ? { ...spec, id: uuidv7() } : spec,
      source,
    }));
    return new SpecSet(specs, diagnostics, compiler);
  }

  /** The names of the specs of kind `test`, or the ids of those without. */
  get suites(): string[] {
    return this.specs.flatMap(({ spec: { kind, name, id } }) => kind === SUITE ? [name ?? id!] : []);
  }

  /** Returns where a part of a spec stands. */
  position(name: string, path: Path = []): Position | undefined {
    return this.#byName.get(name)?.source.position(path);
  }
}
