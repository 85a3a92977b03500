import { Environment } from "cel-js";
import { correctTypes } from "./check_types.ts";
import { correctConversions, registerConversions, registerEncoders } from "./conversions.ts";
import { registerErrors } from "./errors.ts";
import { registerFormat } from "./format.ts";
import { extendLexer } from "./lexer.ts";
import { type Library, openLibrary } from "./library.ts";
import { registerLists, registerSets } from "./lists.ts";
import { extendHas, registerMacros } from "./macros.ts";
import { registerMath, registerMixedOperators } from "./math.ts";
import { correctOperators } from "./operators.ts";
import { correctRegex, registerRegex } from "./regex.ts";
import { keepTypesShallow } from "./shallow_types.ts";
import { correctStrings, registerStrings } from "./strings.ts";
import { correctTimes } from "./times.ts";

/** Limits of an expression and of the values that it creates. */
export interface ExpressionLimits {
  /** Total number of operators, names and constants. */
  nodes: number;
  /** Levels of nesting. */
  depth: number;
  /** Characters or items in the result of one function. */
  result: number;
}

/** Limits for code that runs under a time limit. */
const WIDE: ExpressionLimits = { nodes: 10_000, depth: 100, result: 1024 * 1024 };

type Register = (environment: Environment, largest: number) => void;

const EXTENSIONS: readonly Register[] = [
  registerMixedOperators,
  registerErrors,
  registerConversions,
  registerStrings,
  registerFormat,
  registerMath,
  registerLists,
  registerSets,
  registerEncoders,
  registerRegex,
  registerMacros,
];

/** What replaces parts of the library that differ from the CEL specification. */
const CORRECTIONS: readonly ((library: Library, largest: number) => void)[] = [
  keepTypesShallow,
  extendLexer,
  extendHas,
  correctTypes,
  correctOperators,
  correctConversions,
  correctTimes,
  correctStrings,
  correctRegex,
];

/**
 * Creates a CEL environment with the extensions for strings, math, lists, sets and encoders, arithmetic between ints and
 * doubles, and comparison of errors.
 *
 * @param variables The names of its variables.
 */
export function makeEnvironment(variables: readonly string[], { nodes, depth, result } = WIDE): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxAstNodes: nodes, maxDepth: depth },
  });
  for (const variable of variables) environment.registerVariable(variable, "dyn");
  for (const register of EXTENSIONS) register(environment, result);
  const library = openLibrary(environment);
  for (const extend of CORRECTIONS) extend(library, result);
  return environment;
}
