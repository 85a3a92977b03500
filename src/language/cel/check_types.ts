import type { ASTNode } from "cel-js";
import { UnsignedInt } from "cel-js/evaluator";
import type { Evaluator, Library } from "./library.ts";
import { evaluateMap } from "./maps.ts";

/** What the type checker stores about a comprehension, the form in which the library keeps `map`, `all` and so on. */
interface Comprehension {
  op: string;
  args: { init: ASTNode };
}

/** What the type checker stores about an access by index. */
interface Access {
  args: [ASTNode, ASTNode];
  handle(holder: unknown, index: unknown, node: ASTNode, evaluator: Evaluator): unknown;
}

/**
 * Lets the type checker take what is not known of a type, such as the items of `[]`, for dyn, where the library keeps a
 * type parameter to which no operator applies. Also sets how map literals are evaluated.
 */
export function correctTypes({ checker, registry }: Library): void {
  const { check } = checker;
  const dyn = checker.getType("dyn");
  const bindings = new Map(["A", "T", "K", "V"].map((name) => [name, dyn]));
  // The list that `map` fills takes its type from what is added.
  const accumulators = new WeakSet<ASTNode>();

  checker.check = (node, context) => {
    const { op } = node as { op: string };
    if (op === "comprehension") accumulators.add((node as unknown as Comprehension).args.init);
    const type = check.call(checker, node, context);
    if (op === "[]") acceptUints(node as unknown as Access);
    else if (op === "map" && (node.args as unknown[]).length > 0) {
      (node as unknown as { setMeta(key: string, value: unknown): void }).setMeta("evaluate", evaluateMap);
    }
    if (!type.hasPlaceholderType || op === "accuValue" || accumulators.has(node)) return type;
    return (node as { checkedType?: unknown }).checkedType = type.templated(registry, bindings) as never;
  };
}

/** Lets an access take an index of type uint, unless it is a literal of another type. */
function acceptUints(node: Access): void {
  const [, index] = node.args;
  if (index.op === "value" && !(index.args instanceof UnsignedInt)) return;
  const { handle } = node;
  node.handle = (holder, at, ...rest) => handle(holder, at instanceof UnsignedInt ? at.value : at, ...rest);
}
