import type { Compiler } from "../compiler/mod.ts";
import { traceNode, type Unit } from "../flow/mod.ts";
import { effectOf } from "../kind/engine/mod.ts";
import type { Kind, Prepared } from "../kind/mod.ts";
import { HANDED_ON } from "../language/mod.ts";
import type { Entry } from "../registry/mod.ts";
import {
  bindEnv,
  type Evaluate,
  type ExpandedSpec,
  expandUses,
  formatDiagnostic,
  hasErrors,
  locatorOf,
  nearest,
  readData,
  report,
  type Scheme,
  type Spec,
  type SpecCode,
  type TemplateScope,
  type ValueSource,
} from "../spec/mod.ts";
import { asError, type Failure, failure, type Value } from "../value/mod.ts";
import {
  checkSpec,
  type CompiledUnit,
  type Draft,
  draftUnit,
  envOf,
  type Readable,
  readFields,
  rejection,
} from "./compile.ts";
import { entryToSpec } from "./entry.ts";
import { ExternalError } from "./external_error.ts";
import { hostPreparation, type HostServices } from "./host_context.ts";
import type { Logger } from "./log/mod.ts";
import { readValues } from "./read_values.ts";
import type { NodePool } from "./surroundings.ts";

/** Options of a preparer. */
export interface PreparerOptions {
  /** The namespace that the runtime runs. */
  namespace: string;
  scheme: Scheme<Kind>;
  /** Evaluates templates with the runtime's variables. */
  evaluate: Evaluate;
  /** Parses the code in specs. */
  compiler: Compiler;
  pool: NodePool;
  logger: Logger;
  /** What nodes of the host are prepared with. */
  services: HostServices;
  /** The variables that kinds may ask for. */
  env: Readonly<Record<string, string>>;
  /** The entries of the namespace, as the version has them that is being prepared. */
  entries: PreparedEntries;
}

/** The entries of a version that is being prepared. */
export interface PreparedEntries {
  /** Returns the entry of a name. */
  get(name: string): Entry | undefined;
  /** Returns the names of the entries of a kind. */
  names(kind: string): string[];
}

/** A stored spec, with the definitions that it uses in their place. */
type StoredSpec = ExpandedSpec & { readonly spec: Spec };

/**
 * Prepares the specs of a transaction: does everything that can fail (templates, sockets, code), so that the commit
 * cannot fail. Everything that is prepared is released exactly once.
 */
export class Preparer {
  /**
   * Whether a spec is checked and its top-level code run before its version is accepted. Off while the runtime loads a
   * head that it accepted in an earlier run.
   */
  dryRun = true;
  readonly #options: PreparerOptions;
  #symbols = 0;

  constructor(options: PreparerOptions) {
    this.#options = options;
  }

  /**
   * Prepares the spec of an entry.
   *
   * @returns Undefined for an entry of another namespace, whose kinds, variables and ports are no business of this one, and
   * for an entry that holds data, which is only checked.
   * @throws {Error} The reason why the spec cannot run, with its position. What was prepared of it is released.
   */
  async prepare(entry: Entry): Promise<CompiledUnit | undefined> {
    if (entry.id.namespace !== this.#options.namespace) return undefined;
    try {
      return await this.#prepare(entry);
    } catch (thrown) {
      // it is printed, and kept in the store
      throw this.#options.services.redactor.redactError(asError(thrown));
    }
  }

  async #prepare(entry: Entry): Promise<CompiledUnit | undefined> {
    const { scheme, entries, services, env } = this.#options;
    const expanded = this.#expanded(entry);
    const { spec, uses } = expanded;
    if (spec.isData) {
      await this.#check(expanded);
      return undefined;
    }
    const values = await readValues(spec, { scheme, entries, secrets: services.secrets });
    let read: Readable & { scope: TemplateScope };
    try {
      read = await this.#read(expanded, values);
    } catch (thrown) {
      throw values.isLacking ? external(asError(thrown)) : thrown;
    }
    const unit = draftUnit(read, scheme, {
      number: () => ++this.#symbols,
      env,
      scope: read.scope,
      recordsErrors: services.handledErrors.isOn,
      isTraced: services.traced !== undefined,
    });
    for (const name of [...uses, ...values.used]) unit.uses.add(name);
    try {
      for (const draft of unit.drafts) await this.#handOn(draft);
      await this.#prepareUnit(unit);
    } catch (thrown) {
      await this.release(unit);
      throw located(asError(thrown), spec);
    }
    return unit;
  }

  /** Binds, checks and reads the fields of a spec. @throws {Error} What is wrong with it. */
  async #read(expanded: StoredSpec, values: ValueSource): Promise<Readable & { scope: TemplateScope }> {
    const { scheme, evaluate } = this.#options;
    const { spec, origin, source } = expanded;
    const { scope, diagnostics } = bindEnv(spec, { scheme, evaluate, values, source });
    if (diagnostics.length > 0) throw rejection(diagnostics);
    await this.#check(expanded, scope);
    return { ...readFields(spec, origin, scheme, evaluate, scope), scope };
  }

  async #check({ spec, source }: StoredSpec, scope?: TemplateScope): Promise<void> {
    if (!this.dryRun) return;
    const { scheme, evaluate, compiler } = this.#options;
    const diagnostics = await checkSpec(spec, source, { scheme, evaluate, compiler, ...scope && { scope } });
    if (hasErrors(diagnostics)) throw rejection(diagnostics);
  }

  /** Returns the spec of an entry, with the definitions that it uses in their place. @throws {Error} If it cannot. */
  #expanded(entry: Entry): StoredSpec {
    const { scheme, entries } = this.#options;
    const given = entryToSpec(entry);
    const located = (found: ReturnType<typeof entryToSpec>) => ({
      ...found,
      source: found.origin === undefined ? undefined : locatorOf(found.origin),
    });
    const expanded = expandUses(located(given), scheme, (name) => {
      const definition = entries.get(name);
      return definition === undefined ? undefined : located(entryToSpec(definition));
    });
    const { spec, source, diagnostics } = expanded;
    if (hasErrors(diagnostics)) throw rejection(diagnostics.map((diagnostic) => report({ spec, source }, diagnostic)));
    return { ...expanded, spec: { ...spec, id: given.spec.id } };
  }

  /** Removes a unit's symbols from the executors and undoes what preparing it did. Failures are logged. */
  async release(unit: CompiledUnit): Promise<void> {
    this.#options.pool.free(numbersOf(unit));
    await this.releaseNodes(unit);
  }

  /** Undoes what preparing a unit's host nodes did. Failures are logged. */
  async releaseNodes(unit: CompiledUnit): Promise<void> {
    for (const prepared of unit.prepared.splice(0)) {
      try {
        await prepared.release?.();
      } catch (thrown) {
        const name = unit.spec.name ?? unit.spec.id;
        const error = failure(`${name} failed to release`, { cause: asError(thrown) });
        this.#options.logger.failure(error, { node: name });
      }
    }
  }

  /**
   * Adds to a definition what its code was parsed to. Where nothing is checked, executors parse what they can when the first
   * packet comes.
   */
  async #handOn({ flat: { kind, fields }, definition }: Draft): Promise<void> {
    const { body } = definition;
    const code = body === undefined ? [] : kind.code?.(fields) ?? [];
    const isHandedOn = this.dryRun || code.some(({ language }) => HANDED_ON.has(language));
    if (body === undefined || code.length === 0 || !isHandedOn) return;
    const parse = ({ language, code }: SpecCode) => this.#options.compiler.parse(language, code);
    body.parsed = (await Promise.all(code.map(parse))).map(({ parsed }) => parsed ?? null);
  }

  async #prepareUnit(unit: CompiledUnit): Promise<void> {
    const { pool } = this.#options;
    pool.define(unit.drafts.map(({ symbol, definition, flat }) => ({
      symbol,
      definition,
      pure: effectOf(flat.kind, flat.fields) === "none",
    })));
    const dryRuns: Promise<void>[] = [];
    for (const draft of unit.drafts) {
      if (draft.flat.kind.place !== "host") {
        draft.symbol.node = pool.node;
        if (!this.dryRun) continue;
        const dryRun = pool.prepare(draft.symbol.number);
        dryRun.catch(() => {}); // reported below, unless a node of the host fails first
        dryRuns.push(dryRun);
        continue;
      }
      unit.prepared.push(await this.#prepareOnHost(draft, unit));
    }
    await Promise.all(dryRuns);
  }

  /** Returns the data of an entry of the version that is being prepared, as it is to be used. */
  #dataOf(kind: string, name: string): Value {
    const { scheme, entries } = this.#options;
    const entry = entries.get(name);
    if (entry?.kind !== kind) {
      const meant = nearest(name, entries.names(kind));
      throw failure(`unknown ${kind} "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`);
    }
    const read = readData(scheme.dataKind(kind) ?? { holds: "data", name: kind, summary: "" }, entry.data);
    if ("data" in read) return read.data;
    throw failure(`${kind} ${name}: ${read.diagnostics.map(formatDiagnostic).join("; ")}`);
  }

  async #prepareOnHost(draft: Draft, { spec, uses }: CompiledUnit): Promise<Prepared> {
    const { services, env } = this.#options;
    const { kind } = draft.flat;
    const dataOf = (kind: string, name: string) => {
      uses.add(name);
      return this.#dataOf(kind, name);
    };
    const { preparation, release } = hostPreparation(draft, envOf(kind, env, draft.bound), dataOf, services);
    try {
      const prepared = await kind.prepare!(preparation);
      if (services.traced !== undefined) traceNode(prepared.node, services.traced);
      draft.symbol.node = prepared.node;
      return {
        node: prepared.node,
        async release() {
          await prepared.release?.();
          await release();
        },
      };
    } catch (thrown) {
      await release();
      throw located(asError(thrown), spec, ExternalError);
    }
  }
}

/** Returns an error as one whose reason is outside of the specs. */
function external(error: Error): Error {
  const cause = new ExternalError(error.message, { cause: error.cause });
  return failure(error.message, { code: "invalid", cause });
}

/** Returns the numbers of a unit's symbols. */
export function numbersOf({ nodes }: Unit): number[] {
  return nodes.map(({ symbol }) => symbol.number);
}

/**
 * Returns the reason why a spec was rejected: its name and position in front, `invalid argument` as the cause.
 *
 * @param Cause What the cause is, unless the error says that the spec is invalid.
 */
function located(
  error: Failure,
  spec: Spec,
  Cause: new (message: string, options: ErrorOptions) => Error = Error,
): Error {
  if (error.code === "invalid") return error;
  const where = error.position ?? spec.name ?? spec.id;
  const cause = new Cause(error.message, { cause: failure("invalid argument") });
  return failure(`${where}: ${error.message}`, { code: "invalid", cause });
}
