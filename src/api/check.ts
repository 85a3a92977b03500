import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { PrivateHosts, tryConnection } from "../kinds/mod.ts";
import { readManifest, Redactor, schemeOf, Secrets, type SecretSources } from "../runtime/mod.ts";
import {
  type Diagnostic,
  type Evaluate,
  hasErrors,
  report,
  type Scheme,
  type SourcedSpec,
  type SpecDraft,
} from "../spec/mod.ts";
import { asError } from "../value/mod.ts";
import { filesOf, type Specs } from "./specs.ts";
import type { ModuleReport } from "./modules.ts";
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
  /** Returns a secret by its reference; undefined for one that is not known, which is warned of. Default: none is. */
  readonly secret?: ((reference: string) => string | undefined) | undefined;
  /** Tries whether the servers of connections accept one, with what a runtime would be granted. Default: nothing is tried. */
  readonly connect?: ConnectOptions | undefined;
  /**
   * See `Target`.
   *
   * @internal
   */
  readonly compiler?: Compiler | undefined;
}

/** What connections are tried with. */
export interface ConnectOptions {
  /** Where their secrets come from. */
  readonly secrets: SecretSources;
  /** The private addresses that may be connected to; see `RuntimeOptions`. */
  readonly allowPrivate?: readonly string[] | undefined;
}

/** What `check` found. */
export interface CheckReport {
  /** The specs, as far as they could be read, those of modules that they import among them. */
  readonly specs: readonly SpecDraft[];
  /** The modules that they import. */
  readonly modules: readonly ModuleReport[];
  /** Errors and warnings, in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks specs, without a store, and without running anything but their templates; `connect` tries servers. */
export async function check(specs: Specs, options: CheckOptions = {}): Promise<CheckReport> {
  const { scheme = schemeOf(), namespace = "default", evaluate = lenientEvaluator({}), secret } = options;
  const manifest = await usingCompiler(
    options.compiler,
    (compiler) => readManifest(filesOf(specs), { scheme, namespace, evaluate, secret, compiler }),
  );
  const { diagnostics } = manifest;
  const tried = options.connect === undefined || hasErrors(diagnostics)
    ? []
    : await tryConnections(manifest.specs, options.connect);
  const { modules } = manifest;
  return { specs: manifest.specs.map(({ spec }) => spec), modules, diagnostics: [...diagnostics, ...tried] };
}

/** Tries all connections at the same time. @returns Why some of them do not work. */
async function tryConnections(
  specs: readonly SourcedSpec[],
  { secrets, allowPrivate }: ConnectOptions,
): Promise<Diagnostic[]> {
  const privateHosts = new PrivateHosts(allowPrivate);
  const redactor = new Redactor();
  const read = new Secrets(secrets, redactor);
  const secret = (reference: string) => read.read(reference);
  const connections = specs.filter(({ spec }) => spec.kind === "connection" && spec.isData);
  const tried = await Promise.all(connections.map(async (connection): Promise<Diagnostic[]> => {
    try {
      await tryConnection(connection.spec.fields.data, { secret, privateHosts });
      return [];
    } catch (thrown) {
      const message = `connection ${connection.spec.name} does not work: ${redactor.redact(asError(thrown).message)}`;
      return [report(connection, { location: { path: ["data"] }, message })];
    }
  }));
  return tried.flat();
}
