import type { Call, Continuation, ExecutorContext, Port, Reply } from "@weft/weft/kind";
import type { Packet } from "../flow/mod.ts";
import { type Answer, failure, isError, joinErrors, type Value } from "../value/mod.ts";
import { isLinked } from "./links.ts";

/** How many items are sent at once at most: the rest is made into packets when these are answered. */
const BATCH = 1_000;
/** How many packets a process may have open before batches get smaller, so that lists in lists cannot add up. */
const ROOM = 20_000;
/** How many errors are joined to one: the message of more would be longer than anybody reads. */
const ERRORS = 100;

/** What becomes of a list whose items are sent one by one. */
export interface EachOptions {
  /** Whether nothing more is sent once an item was answered with an error. */
  readonly stopAtError?: boolean;
  /** Receives the answers, in the order of the items; after an error that stopped it, those until then. */
  then(call: Call, answers: readonly Answer[]): Reply;
}

/**
 * Sends the items of a list by a port, in the process of the call and in their order. They do not wait for one another,
 * unless an error is to stop them. Where the port is not linked, each item is its own answer.
 */
export function sendEach(call: Call, port: Port, items: readonly Value[], options: EachOptions): Reply {
  if (!isLinked(call, port)) return options.then(call, items);
  const answers: Answer[] = [];
  const batch = (call: Call): Reply => {
    const from = answers.length;
    if (from >= items.length) return options.then(call, answers);
    const size = options.stopAtError ? 1 : batchSize(call);
    const sendings = items.slice(from, from + size).map((payload) => ({ port, payload }));
    return call.sendAll(sendings, answered);
  };
  const answered: Continuation = (call) => {
    for (const answer of call.answers!) answers.push(answer);
    return options.stopAtError && isError(answers.at(-1)) ? options.then(call, answers) : batch(call);
  };
  return batch(call);
}

function batchSize(call: Call): number {
  const room = ROOM - (call as Packet).process.open;
  return Math.max(1, Math.min(BATCH, Math.floor(room / 20)));
}

/** What children of a process are sent with. */
export interface ChildrenOptions extends Pick<EachOptions, "stopAtError"> {
  /** How many are open at a time. */
  readonly concurrency: number;
  readonly fork: ExecutorContext<unknown, never>["fork"];
}

/**
 * Sends the items of a list by a port, each in a child process of its own, so many at a time.
 *
 * @returns The answers, in the order of the items; after an error that stopped it, those until then.
 */
export async function sendInChildren(
  call: Call,
  port: Port,
  items: readonly Value[],
  { concurrency, stopAtError = false, fork }: ChildrenOptions,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const { signal } = call;
  let next = 0;
  let stopped = false;
  const work = async () => {
    while (next < items.length && !stopped && !signal.aborted) {
      const at = next++;
      const child = fork(call);
      const answer = await (child.send(port, items[at]!) ?? items[at]!);
      child.close(isError(answer) ? answer : undefined);
      answers[at] = answer;
      if (stopAtError && isError(answer)) stopped = true;
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
  return answers;
}

/** Joins the errors among answers to one. @returns Undefined if there is none. */
export function errorAmong(answers: readonly Answer[]): Error | undefined {
  const errors = answers.filter(isError);
  if (errors.length === 0) return undefined;
  const more = errors.length - ERRORS;
  return joinErrors(more > 0 ? [...errors.slice(0, ERRORS), failure(`and ${more} more errors`)] : errors);
}
