import { parse } from "@std/yaml";
import { setKey, type Value } from "../../value/mod.ts";
import { codeError, offsetOf } from "../code_error.ts";
import { defineLanguage } from "../language.ts";
import { assertPayload, constantProgram } from "./constant.ts";

/** YAML, one document: the program returns the parsed value. */
export const yaml = defineLanguage("yaml", parseYaml, constantProgram);

// The YAML library uses this global for `!!binary`, but an executor has deleted it by then.
const { atob } = globalThis;

const YAML_LINES = /\r\n?|\n/g;

function parseYaml(code: string): Value {
  let parsed: unknown;
  try {
    parsed = withAtob(() => parse(code));
  } catch (error) {
    const { message } = error as Error;
    const [, reason, line, column] = /^(.*?),? at line (\d+), column (\d+)/s.exec(message) ?? [];
    if (reason === undefined) throw codeError(`invalid YAML: ${message}`);
    throw codeError(`invalid YAML: ${reason}`, offsetOf(code, Number(line), Number(column), YAML_LINES));
  }
  assertPayload(parsed);
  return expandAliases(parsed);
}

function withAtob<T>(task: () => T): T {
  if ("atob" in globalThis) return task();
  Object.defineProperty(globalThis, "atob", { value: atob, configurable: true });
  try {
    return task();
  } finally {
    Reflect.deleteProperty(globalThis, "atob");
  }
}

/** Returns a tree in which each alias is a copy of what it refers to. */
function expandAliases(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object" || value instanceof Date || value instanceof Uint8Array) return value as Value;
  if (Array.isArray(value)) return value.map(expandAliases);
  const map: Record<string, Value> = {};
  for (const [key, field] of Object.entries(value)) setKey(map, key, expandAliases(field));
  return map;
}
