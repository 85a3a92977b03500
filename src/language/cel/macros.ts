import { type ASTNode, type Environment, Optional } from "cel-js";
import { failure } from "../../value/mod.ts";
import { codeError } from "../code_error.ts";
import type { Checker, Context, Library, Macro, MacroCall, MacroDeclaration, Type } from "./library.ts";
import { type Entry, makeMap } from "./maps.ts";

/** Registers the macros of two variables, `existsOne`, `optMap` and `optFlatMap`. */
export function registerMacros(environment: Environment): void {
  const add = (signature: string, macro: (call: MacroCall) => Macro) =>
    environment.registerFunction(signature, macro as never, { async: false });

  add("list.all(ast, ast, ast): bool", (call) => loop(call, "bool", (of) => quantify(of, false)));
  add("list.exists(ast, ast, ast): bool", (call) => loop(call, "bool", (of) => quantify(of, true)));
  const existsOne = ({ entries, test }: Loop) => entries.reduce((n, entry) => n + Number(test(2, entry)), 0) === 1;
  for (const name of ["exists_one", "existsOne"]) {
    add(`list.${name}(ast, ast, ast): bool`, (call) => loop(call, "bool", existsOne));
  }
  add("list.existsOne(ast, ast): bool", (call) => {
    const { registry } = call.parser;
    return (registry.functionCandidates(true, "exists_one", 2).macro as MacroDeclaration).handler(call);
  });
  for (const [marks, at] of [["ast, ast, ast", 2], ["ast, ast, ast, ast", 3]] as const) {
    const kept = ({ entries, test }: Loop) => at === 2 ? entries : entries.filter((entry) => test(2, entry));
    add(`list.transformList(${marks}): list<dyn>`, (call) => {
      return loop(call, "list", (of) => kept(of).map((entry) => of.run(at, entry)));
    });
    add(`list.transformMap(${marks}): map<dyn, dyn>`, (call) => {
      return loop(call, "map", (of) => makeMap(kept(of).map((entry) => [entry[0], of.run(at, entry)])));
    });
    add(`list.transformMapEntry(${marks}): map<dyn, dyn>`, (call) => {
      return loop(call, "map", (of) => makeMap(kept(of).flatMap((entry) => entriesOf(of.run(at, entry)))));
    });
  }
  add("optional.optMap(ast, ast): optional<dyn>", (call) => withOptional(call, true));
  add("optional.optFlatMap(ast, ast): optional<dyn>", (call) => withOptional(call, false));
}

/** Lets `has` test a field of any expression, where the library has it for chains of fields only. */
export function extendHas({ registry }: Library): void {
  const candidates = registry.functionCandidates(false, "has", 1);
  const { handler, ...declaration } = candidates.macro as MacroDeclaration;
  candidates.macro = {
    ...declaration,
    handler(call) {
      const [field] = call.args;
      let root = field!;
      while (root.op === "." || root.op === ".?") root = root.args[0];
      if (field!.op !== "." || root.op === "id") return handler(call);
      const [holder, name] = field.args;
      return {
        async: false,
        typeCheck(checker, _macro, context) {
          const { kind } = checker.check(holder, context);
          if (kind === "map" || kind === "dyn" || kind === "message" || kind === "optional") {
            return checker.getType("bool");
          }
          throw checker.createError("invalid_macro_argument", "has() invalid argument", field);
        },
        evaluate(evaluator, _macro, context) {
          const value = evaluator.run(holder, context);
          const found = evaluator.debugType(value).fieldLazy(value, name, field, evaluator);
          return found instanceof Optional ? found.hasValue() : found !== undefined;
        },
      };
    },
  };
}

/** A run of a macro with two variables. */
interface Loop {
  entries: Entry[];
  /** Evaluates an argument with the variables set to an entry. */
  run(argument: number, entry: Entry): unknown;
  /** As `run`, for a condition. */
  test(argument: number, entry: Entry): boolean;
}

/** Returns a macro whose first two arguments name the variables: the index or key, and the value. */
function loop(
  { args, receiver }: MacroCall,
  type: "bool" | "list" | "map",
  evaluate: (loop: Loop) => unknown,
): Macro {
  const [key, value] = [nameOf(args[0]!), nameOf(args[1]!)];
  let outer: Context;
  let inner: Context;
  return {
    async: false,
    typeCheck(checker, _macro, context) {
      const [keyType, valueType] = rangeTypes(checker, checker.check(receiver!, context), receiver!);
      outer = context.forkWithVariable(key, keyType);
      inner = outer.forkWithVariable(value, valueType);
      for (const argument of args.slice(2)) checker.check(argument, inner);
      return checker.getType(type);
    },
    evaluate(evaluator, _macro, context) {
      const range = evaluator.run(receiver!, context);
      const run: Loop["run"] = (at, [first, second]) => {
        outer = outer.reuse(context).setIterValue(first, evaluator);
        inner = inner.reuse(outer).setIterValue(second, evaluator);
        return evaluator.run(args[at]!, inner);
      };
      const test: Loop["test"] = (at, entry) => {
        const holds = run(at, entry);
        if (typeof holds === "boolean") return holds;
        throw evaluator.createError("invalid_condition_type", "predicate must return bool", args[at]!);
      };
      const entries = Array.isArray(range) ? range.map((item, i): Entry => [BigInt(i), item]) : entriesOf(range);
      return evaluate({ entries, run, test });
    },
  };
}

/** Evaluates `all` or `exists`, where an error counts only if no entry decides the result. */
function quantify({ entries, test }: Loop, decisive: boolean): boolean {
  let error: unknown;
  for (const entry of entries) {
    try {
      if (test(2, entry) === decisive) return decisive;
    } catch (thrown) {
      error ??= thrown;
    }
  }
  if (error !== undefined) throw error;
  return !decisive;
}

function withOptional({ args, receiver }: MacroCall, wraps: boolean): Macro {
  const name = nameOf(args[0]!);
  let inner: Context;
  return {
    async: false,
    typeCheck(checker, _macro, context) {
      const { kind, valueType } = checker.check(receiver!, context);
      const type = kind === "optional" ? valueType : checker.getType("dyn");
      inner = context.forkWithVariable(name, type);
      checker.check(args[1]!, inner);
      return checker.getType("optional");
    },
    evaluate(evaluator, _macro, context) {
      const optional = evaluator.run(receiver!, context);
      if (!(optional instanceof Optional)) {
        throw evaluator.createError("optional_expected", "expected an optional", receiver!);
      }
      if (!optional.hasValue()) return optional;
      inner = inner.reuse(context).setIterValue(optional.value(), evaluator);
      const result = evaluator.run(args[1]!, inner);
      if (wraps) return Optional.of(result);
      if (result instanceof Optional) return result;
      throw evaluator.createError("optional_expected", "optFlatMap: expected an optional", args[1]!);
    },
  };
}

function rangeTypes(checker: Checker, range: Type, node: ASTNode): [Type, Type] {
  switch (range.kind) {
    case "list":
      return [checker.getType("int"), range.valueType];
    case "map":
      return [range.keyType, range.valueType];
    case "dyn":
      return [range, range];
    default:
      throw checker.createError("invalid_comprehension_range", "expected a list or a map", node);
  }
}

function nameOf(node: ASTNode): string {
  if (node.op === "id") return node.args;
  throw codeError("expected the name of a variable", node.start);
}

function entriesOf(value: unknown): Entry[] {
  if (value instanceof Map) return [...value];
  const prototype = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype === null || prototype === Object.prototype) return Object.entries(value as object);
  throw failure("expected a list or a map", { code: "invalid_argument" });
}
