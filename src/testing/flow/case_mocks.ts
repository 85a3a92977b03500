import type { Path } from "../../spec/mod.ts";
import { failure, isList, isMap, NONE, type Value } from "../../value/mod.ts";
import { by, type Mock, type MockResult, type TestCall } from "../mock.ts";
import { evaluate, holds } from "./expression.ts";
import { summary } from "./show_value.ts";
import type { AnswerSpec, MockSpec } from "./test_file.ts";

/** A mock of a test, and how often it was used. */
interface Used {
  readonly spec: MockSpec;
  readonly path: Path;
  /** Whether it has to be used. */
  readonly isOwn: boolean;
  calls: number;
}

/** What is wrong with the mocks of a test. */
export interface MockProblem {
  /** Where it stands in the test file; undefined for a call that no mock takes. */
  readonly path: Path | undefined;
  readonly message: string;
}

/** Options of the mocks of a test. */
export interface CaseMocksOptions {
  /** The mocks of the test. */
  readonly own: readonly MockSpec[];
  readonly ownPath: Path;
  /** Those that hold for all tests of the file. */
  readonly shared: readonly MockSpec[];
  readonly sharedPath: Path;
  /** Waits. */
  sleep(ms: number): Promise<void>;
  /** Returns the time limit of a node, in milliseconds; 0 if it has none. */
  limitOf(node: string): number;
}

/** The mocks of one run of a test. */
export class CaseMocks {
  readonly #options: CaseMocksOptions;
  readonly #mocks: readonly Used[];
  readonly #problems: MockProblem[] = [];

  constructor(options: CaseMocksOptions) {
    this.#options = options;
    const used = (specs: readonly MockSpec[], path: Path, isOwn: boolean) =>
      specs.map((spec, index): Used => ({ spec, path: [...path, index], isOwn, calls: 0 }));
    this.#mocks = [...used(options.own, options.ownPath, true), ...used(options.shared, options.sharedPath, false)];
  }

  /** The mocks by the names of their nodes, as a workflow takes them. */
  get byNode(): Record<string, Mock> {
    const nodes = new Set(this.#mocks.map(({ spec }) => spec.node));
    return Object.fromEntries(
      Array.from(nodes, (node) => [node, (payload: Value, call: TestCall) => this.#answer(node, payload, call)]),
    );
  }

  /** Returns the nodes that are mocked, each with where. */
  *nodes(): Generator<{ node: string; path: Path }> {
    for (const { spec: { node }, path } of this.#mocks) yield { node, path: [...path, "node"] };
  }

  /** Returns what is wrong with how the mocks were used. */
  problems(): MockProblem[] {
    return [
      ...this.#problems,
      ...this.#mocks.filter(({ isOwn }) => isOwn).flatMap(({ spec, path, calls }): MockProblem[] => {
        const { node, when, answers } = spec;
        const what = `the mock of ${node}${when === undefined ? "" : ` when ${when}`}`;
        if (calls === 0) return [{ path, message: `${what} was never used` }];
        if (answers === undefined || calls >= answers.length) return [];
        const left = answers.length - calls;
        const message = `${what} has ${left} ${left === 1 ? "answer" : "answers"} left: it was called ${times(calls)}`;
        return [{ path: [...path, "answers", calls], message }];
      }),
    ];
  }

  async #answer(node: string, payload: Value, call: TestCall): Promise<MockResult> {
    const found = this.#take(node, payload);
    if (found === undefined) {
      const ofNode = this.#mocks.filter(({ spec }) => spec.node === node);
      const isSpent = ofNode.some(({ spec, calls }) => spec.answers !== undefined && calls >= spec.answers.length);
      const why = isSpent ? "no answer is left in its mocks" : "no mock takes it";
      const message = `unexpected call of ${node}.${call.port}: ${why}; the payload is ${summary(payload)}`;
      this.#problems.push({ path: ofNode[0]?.path, message });
      return failure(message);
    }
    return await this.#make(found.answer, found.path, payload, node);
  }

  #take(node: string, payload: Value): { answer: AnswerSpec; path: Path } | undefined {
    for (const mock of this.#mocks) {
      const { spec, path } = mock;
      if (spec.node !== node) continue;
      if (spec.answers !== undefined && mock.calls >= spec.answers.length) continue;
      if (spec.when !== undefined && holds(spec.when, payload) !== true) continue;
      const index = mock.calls++;
      return spec.answers === undefined
        ? { answer: spec.answer!, path: [...path, "answer"] }
        : { answer: spec.answers[index]!, path: [...path, "answers", index] };
    }
    return undefined;
  }

  async #make(answer: AnswerSpec, path: Path, payload: Value, node: string): Promise<MockResult> {
    const { delay = 0, port, error, timeout, that, nothing } = answer;
    if (delay > 0) await this.#options.sleep(delay);
    const send = (value: Value) => port === undefined ? value : by(port, value);
    if (timeout === true) {
      const limit = this.#options.limitOf(node);
      if (limit > delay) await this.#options.sleep(limit - delay);
      return failure(`${node} did not answer in time`, { code: "timeout" });
    }
    if (nothing === true) return NONE;
    if (error !== undefined) {
      const { message = `${node} fails`, code, details } = typeof error === "string" ? { message: error } : error;
      return failure<string>(message, { ...code !== undefined && { code }, ...details !== undefined && { details } });
    }
    if (that === undefined) return send(copy((answer.payload ?? null) as Value));
    const value = evaluate(that, payload);
    if (value instanceof Error) this.#problems.push({ path: [...path, "that"], message: `${that}: ${value.message}` });
    return send(value);
  }
}

/** Returns a copy of a value of a file, which a node may change. */
function copy(value: Value): Value {
  if (isList(value)) return value.map(copy);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item as Value)]));
  return value;
}

/** Returns a number of times in words. */
export function times(count: number): string {
  return count === 0 ? "never" : count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}
