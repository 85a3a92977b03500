import type { Path, Position } from "../../spec/mod.ts";
import { type Answer, asError, isError, NONE, pause, reasonOf, type Value, type ValueMap } from "../../value/mod.ts";
import { TestClock } from "../test_clock.ts";
import { TestWorkflow } from "../workflow.ts";
import { CaseMocks } from "./case_mocks.ts";
import { type Observed, unmet } from "./expectations.ts";
import { sendRequest } from "./requests.ts";
import { RealLimit } from "./real_limit.ts";
import type { TestFailure, TestResult } from "./results.ts";
import type { SpecRunOptions } from "./run_options.ts";
import { describeError, summary } from "./show_value.ts";
import type { Snapshots } from "./snapshots.ts";
import { BEGIN, effectFailure, MOST_LINES, TIMEOUT } from "./test_defaults.ts";
import { formOf, type Step, type TestFile, type TestSpec } from "./test_file.ts";

/** What the tests of a file are run with. */
export interface TestRunOptions extends SpecRunOptions {
  readonly file: TestFile;
  readonly snapshots: Snapshots;
}

/** Runs a test, on nodes of its own. */
export async function runTest(index: number, options: TestRunOptions): Promise<TestResult> {
  const { file } = options;
  const spec = file.data.tests[index]!;
  const position = file.position(["tests", index, "name"]);
  const result = { name: spec.name, position, failures: [], way: [], log: [], duration: 0 };
  if (spec.skip !== undefined) return { ...result, status: "skipped", reason: spec.skip };
  const began = performance.now();
  const run = new TestRun(spec, ["tests", index], options);
  const failures = await run.run();
  const duration = performance.now() - began;
  if (failures.length === 0) return { ...result, status: "passed", duration };
  const log = run.log.filter(({ level }) => level === "warn" || level === "error").slice(-MOST_LINES);
  return { ...result, status: "failed", failures, way: run.way, log, duration };
}

/** What a step was answered with; undefined as long as it is not. */
interface Begun {
  readonly step: Step;
  readonly path: Path;
  outcome: Observed["outcome"] | undefined;
}

/** One run of a test. */
class TestRun {
  readonly #spec: TestSpec;
  readonly #path: Path;
  readonly #options: TestRunOptions;
  readonly #failures: TestFailure[] = [];
  readonly #isReal: boolean;
  readonly #clock: TestClock;
  readonly #mocks: CaseMocks;
  readonly #begun: Begun[] = [];
  #workflow: TestWorkflow | undefined;

  constructor(spec: TestSpec, path: Path, options: TestRunOptions) {
    const { defaults = {} } = options.file.data;
    this.#spec = spec;
    this.#path = path;
    this.#options = options;
    const begin = spec.clock ?? defaults.clock ?? BEGIN;
    this.#isReal = begin === "real";
    this.#clock = new TestClock({ now: this.#isReal ? Date.now() : Date.parse(begin) });
    this.#mocks = new CaseMocks({
      own: spec.mocks ?? [],
      ownPath: [...path, "mocks"],
      shared: defaults.mocks ?? [],
      sharedPath: ["defaults", "mocks"],
      sleep: (ms) => this.#isReal ? pause(ms, new AbortController().signal) : this.#clock.sleep(ms),
      limitOf: (node) => Number(this.#workflow?.fieldsOf(node).timeout ?? 0),
    });
  }

  get way(): TestResult["way"] {
    return this.#workflow?.received ?? [];
  }

  get log(): TestResult["log"] {
    return this.#workflow?.log ?? [];
  }

  async run(): Promise<readonly TestFailure[]> {
    try {
      await using workflow = await this.#start();
      this.#workflow = workflow;
      if (this.#checkMocks(workflow)) await this.#steps(workflow);
      this.#options.coverage?.add(workflow, (name, path) => this.#options.specs.position(name, path));
    } catch (thrown) {
      this.#fail(reasonOf(asError(thrown)), this.#position("name"));
    }
    return unique(this.#failures);
  }

  #start(): Promise<TestWorkflow> {
    const { specs, scheme, namespace, env, allowFiles, allowPrivate, secrets, file } = this.#options;
    const effects = this.#spec.effects ?? file.data.defaults?.effects ?? "refuse";
    const clock = this.#clock;
    return TestWorkflow.start(
      { read: specs.specs },
      {
        clock,
        env,
        allowFiles,
        allowPrivate,
        allow: effects === "real" ? true : effects === "refuse" ? [] : effects,
        mocks: this.#mocks.byNode,
      },
      {
        scheme,
        namespace,
        secrets,
        compiler: specs.compiler,
        checksMocks: false,
        ...this.#isReal ? { machineTime: true } : { codeClock: clock },
        rejected: (_, call) => this.#failures.push(effectFailure(call, specs)),
      },
    );
  }

  /** Checks that there is a node for each mock. */
  #checkMocks(workflow: TestWorkflow): boolean {
    for (const { node, path } of this.#mocks.nodes()) {
      try {
        workflow.fieldsOf(node);
      } catch (thrown) {
        this.#fail(`invalid mock: ${asError(thrown).message}`, this.#options.file.position(path));
      }
    }
    return this.#failures.length === 0;
  }

  async #steps(workflow: TestWorkflow): Promise<void> {
    using limit = new RealLimit(this.#spec.timeout ?? this.#options.file.data.defaults?.timeout ?? TIMEOUT);
    const timeout = limit.signal;
    const began = workflow.now();
    for (const [index, step] of this.#spec.send.entries()) {
      const path = [...this.#path, "send", index];
      if (formOf(step) === "advance") {
        await this.#until(workflow, () => false, timeout, workflow.now() + step.advance!);
      } else {
        const begun = this.#begin(workflow, step, path);
        if (step.wait !== false) {
          const others = this.#begun.some(({ outcome }) => outcome === undefined);
          this.#begun.push(begun);
          await this.#until(workflow, () => begun.outcome !== undefined && (others || workflow.open === 0), timeout);
        } else this.#begun.push(begun);
      }
      if (timeout.aborted) break;
    }
    const isDone = () => workflow.open === 0 && this.#begun.every(({ outcome }) => outcome !== undefined);
    if (!timeout.aborted) await this.#until(workflow, isDone, timeout);
    if (timeout.aborted) {
      return this.#fail(limit.message, this.#position("send"));
    }
    await this.#expect(workflow, workflow.now() - began);
  }

  /** Waits for something: by the clock of the test, or by the machine's. */
  async #until(workflow: TestWorkflow, isDone: () => boolean, timeout: AbortSignal, end?: number): Promise<void> {
    if (!this.#isReal) return await workflow.until(isDone, timeout, end);
    while (!timeout.aborted && !isDone() && (end === undefined || Date.now() < end)) await pause(1, timeout);
  }

  #begin(workflow: TestWorkflow, step: Step, path: Path): Begun {
    const begun: Begun = { step, path, outcome: undefined };
    const payload = (step.payload ?? null) as Value;
    const unlimited = { timeout: Infinity };
    const sent: Promise<Answer> = step.to !== undefined
      ? sendRequest(workflow, step.to, step.request!)
      : step.source !== undefined
      ? workflow.run(`${step.source}.${step.port ?? "out"}`, payload)
      : workflow.send(step.port!, payload, unlimited);
    sent.then(
      (answer) => begun.outcome = { answer },
      (thrown) => {
        begun.outcome = { answer: NONE, isBroken: true };
        this.#fail(asError(thrown).message, this.#options.file.position([...path, formOf(step)!]));
      },
    );
    return begun;
  }

  /** Records what does not hold at the end. */
  async #expect(workflow: TestWorkflow, passed: number): Promise<void> {
    const { file, snapshots } = this.#options;
    const last = this.#begun.at(-1);
    for (const { step, path, outcome } of this.#begun) {
      if (step.expect === undefined || outcome!.isBroken) continue;
      const seen: Observed = { workflow, outcome: outcome!, passed, name: this.#spec.name, snapshots };
      for (const failure of await unmet(step.expect, [...path, "expect"], seen, file)) this.#failures.push(failure);
    }
    const outcome = last?.outcome ?? { answer: NONE };
    const { expect } = this.#spec;
    if (expect !== undefined && !outcome.isBroken) {
      const seen: Observed = { workflow, outcome, passed, name: this.#spec.name, snapshots };
      for (const failure of await unmet(expect, [...this.#path, "expect"], seen, file)) this.#failures.push(failure);
    }
    for (const { path, message } of this.#mocks.problems()) {
      this.#fail(message, path === undefined ? this.#position("name") : file.position(path));
    }
    // what is wrong otherwise is most likely the reason of an error
    if (this.#failures.length === 0) this.#failUnexpected();
  }

  /** Records answers that are errors and that nothing was expected of. */
  #failUnexpected(): void {
    const { expect = {} } = this.#spec;
    for (const [index, { step, path, outcome }] of this.#begun.entries()) {
      const { answer } = outcome!;
      const isLast = index === this.#begun.length - 1;
      const own = { ...isLast ? expect : {}, ...step.expect };
      if (own.answer !== undefined || own.error !== undefined || own.snapshot !== undefined) continue;
      const position = this.#options.file.position(path);
      if (isError(answer)) this.#fail(`unexpected error: ${describeError(answer)}`, position);
      else if (step.to !== undefined && Number((answer as ValueMap).status) >= 500) {
        this.#fail(`unexpected answer: ${summary(answer)}`, position);
      }
    }
  }

  #fail(message: string, position: Position | undefined): void {
    this.#failures.push({ message, ...position !== undefined && { position } });
  }

  #position(key: string): Position {
    return this.#options.file.position([...this.#path, key]);
  }
}

/** Returns the failures without those that say the same again, such as those of several attempts. */
function unique(failures: readonly TestFailure[]): TestFailure[] {
  const known = new Set<string>();
  return failures.filter((failure) => {
    const text = JSON.stringify(failure);
    return !known.has(text) && known.add(text);
  });
}
