import { compileCondition, languageOf, type Program, Realm } from "../../language/mod.ts";
import type { Path } from "../../spec/mod.ts";
import { asError, isError, type Value } from "../../value/mod.ts";
import type { Finding } from "./finding.ts";

let realm: Realm | undefined;
const options = {
  get realm() {
    return realm ??= new Realm();
  },
};

const conditions = new Map<string, Program>();
const expressions = new Map<string, Program>();

/** Evaluates a CEL condition over `self`. @returns Whether it holds, or the error of it. */
export function holds(code: string, value: Value): boolean | Error {
  const program = known(conditions, code, () => compileCondition(code, options));
  const result = program.call(value) as Value; // CEL never waits
  return isError(result) ? result : result === true;
}

/** Evaluates a CEL expression over `self`. @returns What it gives, or the error of it. */
export function evaluate(code: string, value: Value): Value {
  const program = known(expressions, code, () => languageOf("cel").compile(code, options));
  return (program.call(value) ?? null) as Value; // CEL never waits
}

/** Checks a CEL expression. */
export function checkExpression(code: string, path: Path): Finding[] {
  try {
    known(expressions, code, () => languageOf("cel").compile(code, options));
    return [];
  } catch (thrown) {
    const error = asError(thrown) as Error & { offset?: number };
    return [{ path, message: error.message, offset: error.offset }];
  }
}

function known(programs: Map<string, Program>, code: string, compile: () => Program): Program {
  let program = programs.get(code);
  if (program === undefined) {
    program = compile();
    program.start();
    programs.set(code, program);
  }
  return program;
}
