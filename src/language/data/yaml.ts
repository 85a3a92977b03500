import { parse } from "@std/yaml";
import { setKey, type Value } from "../../value/mod.ts";
import { badCode, offsetOf } from "../code_failure.ts";
import type { CodeProblem, Language } from "../language.ts";
import { Constant, constantProblem } from "./constant.ts";

/** YAML, one document: what the code says is the answer. */
export const yaml: Language = {
  name: "yaml",

  check(code) {
    const read = readYaml(code);
    return "problem" in read ? [read.problem] : [];
  },

  compile(code) {
    const read = readYaml(code);
    if ("problem" in read) throw badCode(read.problem);
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

function readYaml(code: string): { value: Value } | { problem: CodeProblem } {
  let parsed: unknown;
  try {
    parsed = parseYaml(code);
  } catch (error) {
    const [, reason, line, column] = /^(.*?),? at line (\d+), column (\d+)/s.exec((error as Error).message) ?? [];
    if (reason === undefined) return { problem: { what: `this is not YAML: ${(error as Error).message}` } };
    return {
      problem: {
        what: `this is not YAML: ${reason}`,
        offset: offsetOf(code, Number(line), Number(column), YAML_LINES),
      },
    };
  }
  const what = constantProblem(parsed);
  return what === undefined ? { value: plain(parsed) } : { problem: { what } };
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
