import { parseYamlValue, YamlError } from "../../spec/yaml/mod.ts";
import { setKey, type Value } from "../../value/mod.ts";
import { codeError } from "../code_error.ts";
import { defineLanguage } from "../language.ts";
import { assertPayload, constantProgram } from "./constant.ts";

/** YAML, one document: the program returns the parsed value. */
export const yaml = defineLanguage("yaml", parseYaml, constantProgram);

// The YAML library uses this global for `!!binary`, but an executor has deleted it by then.
const { atob } = globalThis;

function parseYaml(code: string): Value {
  let parsed: unknown;
  try {
    parsed = withAtob(() => parseYamlValue(code));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw codeError(`invalid YAML: ${error.message}`, error.offset);
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
