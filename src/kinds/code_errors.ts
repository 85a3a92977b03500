import type { ErrorCode } from "../value/mod.ts";

type Errors = Readonly<Partial<Record<ErrorCode, string>>>;

/** The errors of kinds that evaluate CEL, beside those of its functions. */
export const CONDITION_ERRORS: Errors = {
  timeout: "The condition exceeded `timeout`.",
  no_matching_overload: "An operator or a function was given values of the wrong types.",
  invalid_argument: "A function does not accept an argument.",
  index_out_of_range: "An index lies outside of its string or list.",
  numeric_overflow: "A result does not fit into a 64-bit integer.",
};

/** The errors of kinds that run code. What the code throws may have a code of its own. */
export const CODE_ERRORS: Errors = {
  timeout: "The call exceeded `timeout`.",
  memory: "The executor ran out of memory during the call.",
  never_settles: "The code awaits a promise that can never settle.",
  not_a_value: "What the code returned is no value, such as a function.",
  too_large: "What the code returned exceeds the limits of a payload.",
  executor_lost: "The executor was ended during the call.",
};
