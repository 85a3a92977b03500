import type { Node } from "acorn";

/**
 * Visits each node of a tree, parents first, with its depth. It does not recurse, so the tree may be as deep as the
 * parser allows.
 *
 * @param visit Returns false to skip the children of the node.
 */
export function eachNode(root: Node, visit: (node: Node, depth: number) => boolean | void): void {
  const nodes: Node[] = [root];
  const depths: number[] = [0];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const depth = depths.pop()!;
    if (visit(node, depth) === false) continue;
    const add = (child: unknown): void => {
      if (!isNode(child)) return;
      nodes.push(child);
      depths.push(depth + 1);
    };
    for (const key in node) {
      const child = (node as unknown as Record<string, unknown>)[key];
      if (Array.isArray(child)) child.forEach(add);
      else add(child);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
