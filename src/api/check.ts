import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { readManifest, schemeOf } from "../runtime/mod.ts";
import type { Diagnostic, Evaluate, Scheme, SpecDraft } from "../spec/mod.ts";
import { filesOf, type Specs } from "./specs.ts";
import { lenientEvaluator } from "./templates.ts";
import { usingCompiler } from "./using_compiler.ts";

/** Options of `check`. */
export interface CheckOptions {
  /** The kinds. Default: the built-in ones. */
  readonly scheme?: Scheme<Kind> | undefined;
  /** The namespace of specs that name none. Default `default`. */
  readonly namespace?: string | undefined;
  /** Evaluates templates. Default: only their syntax is checked. */
  readonly evaluate?: Evaluate | undefined;
  /**
   * See `Target`.
   *
   * @internal
   */
  readonly compiler?: Compiler | undefined;
}

/** What `check` found. */
export interface CheckReport {
  /** The specs, as far as they could be read. */
  readonly specs: readonly SpecDraft[];
  /** Errors and warnings, in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks specs, without a store, and without running anything but their templates. */
export async function check(specs: Specs, options: CheckOptions = {}): Promise<CheckReport> {
  const { scheme = schemeOf(), namespace = "default", evaluate = lenientEvaluator({}), compiler: given } = options;
  const manifest = await usingCompiler(
    given,
    (compiler) => readManifest(filesOf(specs), { scheme, namespace, evaluate, compiler }),
  );
  return { specs: manifest.specs.map(({ spec }) => spec), diagnostics: manifest.diagnostics };
}
