import { type Answer, asError } from "../../value/mod.ts";
import { TestClock } from "../test_clock.ts";
import { TestWorkflow } from "../workflow.ts";
import { RealLimit } from "./real_limit.ts";
import type { SpecRunOptions } from "./run_options.ts";
import type { TestFailure, TestResult } from "./results.ts";
import { describeError } from "./show_value.ts";
import { BEGIN, effectFailure, MOST_LINES, TIMEOUT } from "./test_defaults.ts";

/** Runs a spec of kind `test`, on nodes of its own. */
export async function runSuite(name: string, options: SpecRunOptions): Promise<TestResult> {
  const { specs, scheme, namespace, env, allowFiles, allowPrivate, secrets, coverage } = options;
  const position = specs.position(name)!;
  const began = performance.now();
  const failures: TestFailure[] = [];
  const result = { name, position, failures, way: [], log: [] };
  const ended = (): number => performance.now() - began;
  const clock = new TestClock({ now: Date.parse(BEGIN) });
  try {
    await using workflow = await TestWorkflow.start(
      { read: specs.specs },
      { clock, env, allowFiles, allowPrivate },
      {
        scheme,
        namespace,
        secrets,
        compiler: specs.compiler,
        codeClock: clock,
        rejected: (_, call) => failures.push(effectFailure(call, specs)),
      },
    );
    let outcome: { readonly error?: Answer | undefined } | undefined;
    workflow.runSuite(name).then((result) => outcome = result, (thrown) => outcome = { error: asError(thrown) });
    using limit = new RealLimit(TIMEOUT);
    await workflow.until(() => outcome !== undefined && workflow.open === 0, limit.signal);
    coverage?.add(workflow, (name, path) => specs.position(name, path));
    if (outcome === undefined) {
      failures.push({ message: limit.message, position });
    } else if (outcome.error instanceof Error && failures.length === 0) {
      failures.push({ message: describeError(outcome.error), position });
    }
    if (failures.length === 0) return { ...result, status: "passed", duration: ended() };
    const log = workflow.log.filter(({ level }) => level === "warn" || level === "error").slice(-MOST_LINES);
    return { ...result, status: "failed", way: workflow.received, log, duration: ended() };
  } catch (thrown) {
    failures.push({ message: asError(thrown).message, position });
    return { ...result, status: "failed", duration: ended() };
  }
}
