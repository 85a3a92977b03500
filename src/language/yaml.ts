import { parse } from "@std/yaml";
import { setKey, type Value } from "../value/mod.ts";
import { badCode, offsetOf } from "./code_failure.ts";
import { Constant, constantProblem } from "./constant.ts";
import type { CodeProblem, Language } from "./language.ts";

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

const YAML_LINES = /\r\n?|\n/g;

function readYaml(code: string): { value: Value } | { problem: CodeProblem } {
  let parsed: unknown;
  try {
    parsed = parse(code);
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
