import type { Node } from "acorn";
import { type CodeError, codeError } from "../code_error.ts";

/** Maximum length of code in characters. */
const LONGEST = 2 * 1024 * 1024;

/**
 * Parses code with acorn.
 *
 * @param longest Maximum length in characters.
 * @throws {CodeError} If the code is invalid, or too long or nested too deeply for the parser.
 */
export function parseSyntax<T>(code: string, parse: () => T, longest = LONGEST): T {
  if (code.length > longest) throw codeError(`the code exceeds ${longest} characters`, 0);
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) throw codeError("the code is nested too deeply");
    if (error instanceof SyntaxError) throw syntaxError(error, code);
    throw error;
  }
}

/** What follows an `@` that begins a decorator. */
const DECORATOR = /^@[\p{ID_Start}$_(]/u;

/** Returns the error for a decorator. */
export function decoratorError(offset: number): CodeError {
  return codeError("decorators are not supported", offset, "call the function on what it would decorate");
}

function syntaxError(error: SyntaxError & { pos?: number }, code: string): CodeError {
  const offset = error.pos ?? 0;
  const message = error.message.replace(/ \(\d+:\d+\)$/, "");
  if (/stack space/.test(message)) return codeError("the code is nested too deeply");
  if (
    /decorators/i.test(message) ||
    (message.startsWith("Unexpected character '@'") && DECORATOR.test(code.slice(offset)))
  ) {
    return decoratorError(message.startsWith("Unexpected") ? offset : code.lastIndexOf("@", offset));
  }
  const accessor = /\baccessor[ \t]+$/.exec(code.slice(0, offset));
  if (accessor !== null) return codeError("`accessor` is not supported", accessor.index, "write a getter and a setter");
  if (message !== "Unexpected token") return codeError(message.charAt(0).toLowerCase() + message.slice(1), offset);
  const token = /^[\p{ID_Continue}$]+|^./u.exec(code.slice(offset, offset + 40))?.[0];
  return codeError(`unexpected ${token === undefined ? "end of the code" : JSON.stringify(token)}`, offset);
}

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
