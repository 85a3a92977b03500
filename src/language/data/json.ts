import type { Value } from "../../value/mod.ts";
import { badCode } from "../code_failure.ts";
import type { Diagnostic } from "../../spec/model/mod.ts";
import type { Language } from "../language.ts";
import { Constant, constantProblem } from "./constant.ts";
import { jsonErrorOffset } from "./json_error.ts";

/** JSON: what the code says is the answer. */
export const json: Language = {
  name: "json",

  check(code) {
    const read = readJson(code);
    return "diagnostic" in read ? [read.diagnostic] : [];
  },

  compile(code) {
    const read = readJson(code);
    if ("diagnostic" in read) throw badCode(read.diagnostic);
    return new Constant(read.value);
  },
};

function readJson(code: string): { value: Value } | { diagnostic: Diagnostic } {
  let value: Value;
  try {
    value = JSON.parse(code);
  } catch (error) {
    const reason = (error as Error).message.replace(/ in JSON at position.*$|, ".*$|, \.\.\..*$/s, "");
    return { diagnostic: { message: `this is not JSON: ${reason}`, location: { offset: jsonErrorOffset(code) } } };
  }
  const message = constantProblem(value);
  return message === undefined ? { value } : { diagnostic: { message } };
}
