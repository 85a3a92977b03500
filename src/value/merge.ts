import type { Failure } from "./error.ts";
import { type Limits, measure } from "./limits.ts";
import { type Answer, isError, NONE, type Value } from "./value.ts";

/** So many answers may be merged without a look at what they are together. */
const MANY = 16;
/** The limits of more. */
const LIMITS: Limits = { depth: 201, nodes: 4_000_000, size: 64 * 1024 * 1024 };

/**
 * Merges the answers to several packets into one. `none` is dropped. If there are errors, they are the result (see
 * `joinErrors`). Otherwise a single value is the result, and several become a list, in the order given; a list of many
 * that is very large becomes an error.
 */
export function merge(answers: readonly Answer[]): Answer {
  let count = 0;
  let last: Answer = NONE;
  let errors = 0;
  for (const answer of answers) {
    if (answer === NONE) continue;
    count++;
    last = answer;
    if (isError(answer)) errors++;
  }
  if (count <= 1) return last;
  if (errors > 0) return joinErrors(answers.filter(isError));
  const list = answers.filter((answer): answer is Value => answer !== NONE);
  if (list.length <= MANY) return list;
  try {
    measure(list, LIMITS);
  } catch (error) {
    return error as Failure;
  }
  return list;
}

/**
 * Joins errors into an `AggregateError` with each message on its own line. A single error is returned as it is.
 *
 * @param errors At least one.
 */
export function joinErrors(errors: readonly Error[]): Error {
  const first = errors[0];
  if (first !== undefined && errors.length === 1) return first;
  return new AggregateError(errors, errors.map((error) => error.message).join("\n"));
}
