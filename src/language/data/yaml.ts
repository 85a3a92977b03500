import { parse } from "@std/yaml";
import { setKey, type Value } from "../../value/mod.ts";
import { badCode, offsetOf } from "../code_failure.ts";
import type { Diagnostic } from "../../spec/model/mod.ts";
import type { Language } from "../language.ts";
import { Constant, constantProblem } from "./constant.ts";

/** YAML, one document: what the code says is the answer. */
export const yaml: Language = {
  name: "yaml",

  check(code) {
    const read = readYaml(code);
    return "diagnostic" in read ? [read.diagnostic] : [];
  },

  compile(code) {
    const read = readYaml(code);
    if ("diagnostic" in read) throw badCode(read.diagnostic);
    return new Constant(read.value);
  },
};

// The YAML library looks for it when it meets `!!binary`. An executor has no such global any more by then.
const { atob } = globalThis;

function parseYaml(code: string): unknown {
  if ("atob" in globalThis) return parse(code);
  Object.defineProperty(globalThis, "atob", { value: atob, configurable: true });
  try {
    return parse(code);
  } finally {
    Reflect.deleteProperty(globalThis, "atob");
  }
}

const YAML_LINES = /\r\n?|\n/g;

function readYaml(code: string): { value: Value } | { diagnostic: Diagnostic } {
  let parsed: unknown;
  try {
    parsed = parseYaml(code);
  } catch (error) {
    const [, reason, line, column] = /^(.*?),? at line (\d+), column (\d+)/s.exec((error as Error).message) ?? [];
    if (reason === undefined) return { diagnostic: { message: `this is not YAML: ${(error as Error).message}` } };
    return {
      diagnostic: {
        message: `this is not YAML: ${reason}`,
        location: { offset: offsetOf(code, Number(line), Number(column), YAML_LINES) },
      },
    };
  }
  const message = constantProblem(parsed);
  return message === undefined ? { value: plain(parsed) } : { diagnostic: { message } };
}

/** A tree: what an alias stands for is there once for each alias. */
function plain(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object" || value instanceof Date || value instanceof Uint8Array) return value as Value;
  if (Array.isArray(value)) return value.map(plain);
  const map: Record<string, Value> = {};
  for (const [key, field] of Object.entries(value)) setKey(map, key, plain(field));
  return map;
}
