import type { Flow, Outcome, OutPort, Packet, Process, SymbolTable } from "../flow/mod.ts";
import type { RunOptions } from "../kind/mod.ts";
import type { Frames } from "../kinds/mod.ts";
import type { Runtime } from "../runtime/mod.ts";
import { type Answer, asError, failure, isError, NONE, type Value } from "../value/mod.ts";

/** How a test of kind `test` has gone. */
export interface SuiteResult {
  /** The name of its spec, or its id if it has none. */
  readonly name: string;
  /** Why it failed; absent if it passed. */
  readonly error?: Error;
  /** How long it took, in milliseconds. */
  readonly duration: number;
}

/** What tests of kind `test` run in. */
export interface SuiteRuntime {
  readonly flow: Flow;
  readonly processes: Pick<Runtime["processes"], "open">;
  readonly table: SymbolTable;
  /** Records what passes the ports of nodes, for `assert` with a target. */
  readonly frames: Frames;
}

/** The kind of specs that are tests. */
const SUITE = "test";

/** Returns the names of the specs of kind `test`, or the ids of those without a name, sorted. */
export function suitesOf(table: SymbolTable): string[] {
  const suites = [...table.units()].filter(({ unit }) => unit.spec.kind === SUITE);
  return suites.map(({ unit: { spec } }) => spec.name ?? spec.id).sort();
}

/**
 * Runs a test of kind `test` in a process of its own: sends null by `out[0]`, and what that is answered with by `out[1]`.
 *
 * @param name The name of its spec, or its id.
 * @returns How it has gone. An error of the workflow is part of it, and not thrown.
 * @throws {Error} If there is no such test.
 */
export async function runSuite(runtime: SuiteRuntime, name: string, options: RunOptions = {}): Promise<SuiteResult> {
  const { flow, processes, table, frames } = runtime;
  const unit = table.named(name) ?? table.get(name);
  const symbol = unit?.spec.kind === SUITE ? unit.nodes[0]?.symbol : undefined;
  if (symbol === undefined) throw new Error(`unknown test "${name}"`);
  const began = performance.now();
  const done = (error: Error | undefined): SuiteResult => ({
    name,
    ...error !== undefined && { error },
    duration: performance.now() - began,
  });

  const process = processes.open(options.timeout);
  if (process === undefined) return done(failure("too many processes are open", { code: "busy" }));
  const { signal } = options;
  const abort = () => flow.abort(process, asError(signal!.reason));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  frames.watch(process);
  const error = await failureOf(process, symbol.out("out[0]"), symbol.out("out[1]"));
  flow.close(process, error);
  await process.ended;
  signal?.removeEventListener("abort", abort);
  // the process may fail at its end, such as by the commit of a transaction
  return done(error ?? process.error);
}

/** Sends to the workflow, and its answer to the asserts. @returns Why one of them failed. */
async function failureOf(process: Process, workflow: OutPort, asserts: OutPort): Promise<Error | undefined> {
  if (workflow.targets(process.generation).length === 0) return failure("out[0] is not linked: nothing is tested");
  const answer = await send(process, workflow, null);
  if (isError(answer)) return answer;
  if (answer === NONE) return undefined;
  const asserted = await send(process, asserts, [answer, -1]);
  return isError(asserted) ? asserted : undefined;
}

async function send(process: Process, port: OutPort, payload: Value): Promise<Answer> {
  return await new Promise<Answer>((resolve) => {
    const answered = (_: Packet, outcome: Outcome) => resolve(outcome as Answer);
    if (process.status !== "running") resolve(process.error ?? NONE);
    else if (!process.flow.emit(process, port, payload, { answered })) resolve(NONE);
  });
}
