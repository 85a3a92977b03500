import type { ASTNode } from "cel-js";

/** Visits each node of an expression, parents first, from left to right. */
export function eachExpression(root: ASTNode, visit: (node: ASTNode) => void): void {
  visit(root);
  for (const child of childrenOf(root)) eachExpression(child, visit);
}

function childrenOf(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    case "!_":
    case "-_":
      return [node.args];
    default:
      return node.args;
  }
}
