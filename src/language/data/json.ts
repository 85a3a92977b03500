import { findJsonError, type Value } from "../../value/mod.ts";
import { codeError } from "../code_error.ts";
import { defineLanguage } from "../language.ts";
import { assertPayload, constantProgram } from "./constant.ts";

/** JSON: the program returns the parsed value. */
export const json = defineLanguage("json", parseJson, constantProgram);

function parseJson(code: string): Value {
  let value: Value;
  try {
    value = JSON.parse(code);
  } catch (error) {
    const reason = (error as Error).message.replace(/ in JSON at position.*$|, ".*$|, \.\.\..*$/s, "");
    throw codeError(`invalid JSON: ${reason}`, findJsonError(code)!.offset);
  }
  assertPayload(value);
  return value;
}
