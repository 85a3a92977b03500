import type { Value } from "../../value/mod.ts";
import { badCode } from "../code_failure.ts";
import type { CodeProblem, Language } from "../language.ts";
import { Constant, constantProblem } from "./constant.ts";
import { jsonErrorOffset } from "./json_error.ts";

/** JSON: what the code says is the answer. */
export const json: Language = {
  name: "json",

  check(code) {
    const read = readJson(code);
    return "problem" in read ? [read.problem] : [];
  },

  compile(code) {
    const read = readJson(code);
    if ("problem" in read) throw badCode(read.problem);
    return new Constant(read.value);
  },
};

function readJson(code: string): { value: Value } | { problem: CodeProblem } {
  let value: Value;
  try {
    value = JSON.parse(code);
  } catch (error) {
    const reason = (error as Error).message.replace(/ in JSON at position.*$|, ".*$|, \.\.\..*$/s, "");
    return { problem: { what: `this is not JSON: ${reason}`, offset: jsonErrorOffset(code) } };
  }
  const what = constantProblem(value);
  return what === undefined ? { value } : { problem: { what } };
}
