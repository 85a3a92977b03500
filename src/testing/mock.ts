import { type Answer, isError, NONE, type Value } from "../value/mod.ts";

/** A call of a handler of a host node. */
export interface TestCall {
  /** The name of the node. */
  readonly node: string;
  /** The name of its kind. */
  readonly kind: string;
  /** The in port. */
  readonly port: string;
  /** What the node has received. */
  readonly payload: Value;
  /** Names the call within its process; the same in every run. */
  readonly address: string;
}

/** A payload and the out port that a mock sends it by; made with `by`. */
export class SentBy {
  /** Made by `by`. */
  constructor(
    /** The out port. */
    readonly port: string,
    /** What is sent. */
    readonly payload: Value,
  ) {}
}

/** Several answers, one for each call; made with `sequence`. */
export class Sequence {
  readonly #answers: readonly MockAnswer[];
  #next = 0;

  /** Made by `sequence`. */
  constructor(answers: readonly MockAnswer[]) {
    this.#answers = answers;
  }

  /** Returns the answer to the next call. @throws {Error} If there are no more. */
  take(call: TestCall): MockAnswer {
    const answer = this.#answers[this.#next++];
    if (answer !== undefined) return answer;
    throw new Error(`no more answers in the mock of ${call.node}: it has ${this.#answers.length}`);
  }
}

/** An answer of a mock: what is sent by `out`; an error is sent by `error`, `NONE` by no port. */
export type MockAnswer = Answer | SentBy | ((payload: Value, call: TestCall) => MockResult | Promise<MockResult>);

/** What the function of a mock returns. */
export type MockResult = Answer | SentBy;

/** What takes the place of a node: the same answer to every call, or a sequence of answers. */
export type Mock = MockAnswer | Sequence;

/**
 * Makes an answer of a mock that is sent by a port of its own.
 *
 * @example
 * ```ts
 * import { by } from "@weft/weft/testing";
 *
 * const mocks = { lookup: by("out[1]", "not found") };
 * ```
 */
export function by(port: string, payload: Value): SentBy {
  return new SentBy(port, payload);
}

/**
 * Makes a mock of one answer for each call; a further call fails.
 *
 * @example
 * ```ts
 * import { sequence } from "@weft/weft/testing";
 *
 * const mocks = { charge: sequence(new Error("timeout"), { status: 200 }) };
 * ```
 */
export function sequence(...answers: readonly MockAnswer[]): Sequence {
  return new Sequence(answers);
}

/** Returns what a mock answers to a call: the port, null for none, and the payload. */
export async function answerOf(
  mock: Mock,
  call: TestCall,
  outs: readonly string[],
): Promise<{ port: string | null; payload: Answer }> {
  const answer = mock instanceof Sequence ? mock.take(call) : mock;
  const result = typeof answer === "function" ? await answer(call.payload, call) : answer;
  if (result instanceof SentBy) return result;
  const port = isError(result) ? "error" : "out";
  return { port: result !== NONE && outs.includes(port) ? port : null, payload: result };
}
