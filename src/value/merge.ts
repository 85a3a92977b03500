import { type Answer, isError, NONE, type Value } from "./value.ts";

/**
 * Joins the answers of several links or packets into one, in the order given: `none` is dropped, any error wins
 * (several: one error with the messages on a line each, every original among its `errors`), one value is itself,
 * several are a list.
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
  return answers.filter((answer): answer is Value => answer !== NONE);
}

/** Several errors as one. @param errors One at least. */
export function joinErrors(errors: readonly Error[]): Error {
  const first = errors[0];
  if (first !== undefined && errors.length === 1) return first;
  return new AggregateError(errors, errors.map((error) => error.message).join("\n"));
}
