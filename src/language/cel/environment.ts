import { Environment } from "cel-js";
import { registerConversions } from "./conversions.ts";
import { registerEncoders } from "./encoders.ts";
import { registerErrors } from "./errors.ts";
import { registerFormat } from "./format.ts";
import { registerLists } from "./lists.ts";
import { registerMath } from "./math.ts";
import { registerNumbers } from "./numbers.ts";
import { registerSets } from "./sets.ts";
import { keepTypesShallow } from "./shallow_types.ts";
import { registerStrings } from "./strings.ts";

/** How large an expression may be, and what it makes. */
export interface ExpressionLimits {
  /** Operators, names and constants in all. */
  nodes: number;
  /** Levels of nesting. */
  depth: number;
  /** Characters or items that one function makes. */
  made: number;
}

/** For code that runs under a time limit. */
const WIDE: ExpressionLimits = { nodes: 10_000, depth: 100, made: 1024 * 1024 };

type Register = (environment: Environment, largest: number) => void;

const EXTENSIONS: readonly Register[] = [
  registerNumbers,
  registerErrors,
  registerConversions,
  registerStrings,
  registerFormat,
  registerMath,
  registerLists,
  registerSets,
  registerEncoders,
];

/**
 * CEL with the extensions of strings, math, lists, sets and encoders, in which numbers of JavaScript can be reckoned with
 * and errors compared.
 *
 * @param variable The only name that is known.
 */
export function makeEnvironment(variable: string, { nodes, depth, made } = WIDE): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: nodes, maxDepth: depth },
  });
  environment.registerVariable(variable, "dyn");
  for (const register of EXTENSIONS) register(environment, made);
  keepTypesShallow(environment);
  return environment;
}
