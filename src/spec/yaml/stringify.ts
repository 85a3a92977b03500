import { type Document, dump, SCALAR_STYLE, visit } from "js-yaml";
import { type SpecDraft, specToMap } from "../model/spec.ts";

/**
 * Formats specs as YAML that `readSpecs` reads: a list, with strings of several lines in literal blocks.
 *
 * @example
 * ```ts
 * import { readSpecs, stringifySpecs } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "- kind: snippet\n  namespace: default\n  name: hello\n  code: |\n    a\n    b\n";
 * const { specs } = readSpecs(text, "hello.yaml");
 * assertEquals(stringifySpecs(specs.map(({ spec }) => spec)), text);
 * ```
 */
export function stringifySpecs(specs: readonly SpecDraft[]): string {
  return dump(specs.map(specToMap), { noRefs: true, lineWidth: -1, transform: useLiteralBlocks });
}

function useLiteralBlocks(documents: Document[]): void {
  visit(documents, (node, { isKey }) => {
    if (node.kind === "scalar" && !isKey && node.value.includes("\n")) node.style = SCALAR_STYLE.LITERAL_BLOCK;
  });
}
