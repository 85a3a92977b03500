import { kindOf } from "../value/mod.ts";
import { type Problem, sortProblems } from "./model/diagnostic.ts";
import { report } from "./model/report.ts";
import type { SpecDraft } from "./model/spec.ts";
import { readDraft, type ReadOptions } from "./schema/draft.ts";
import { compose } from "./yaml/compose.ts";
import { jsonFault } from "./yaml/json_syntax.ts";
import { LineMap } from "./yaml/line_map.ts";
import { type Fault, type ListNode, type MapNode, type Node, UNREADABLE } from "./yaml/node.ts";
import { parseYaml } from "./yaml/parse.ts";
import { Source, type SourceFile } from "./yaml/source.ts";

/** A spec with its place in the file that it was read from. */
export interface SourcedSpec {
  spec: SpecDraft;
  source: Source;
}

/** The specs of a text, and what is wrong with it. */
export interface ReadSpecs {
  /**
   * In their order. If there are problems beyond warnings, a spec may lack what could not be read, its kind too (it is
   * empty then): fit to be checked, so that all problems are found at once, and for nothing else.
   */
  specs: SourcedSpec[];
  problems: Problem[];
  /** Whether all of the text could be read; if not, specs may be missing, and links to them look wrong. */
  complete: boolean;
}

/**
 * Reads specs from YAML, or JSON if the file's name says so: one document or several, a spec or a list of specs in each.
 * Never throws: whatever is wrong is a problem, and what is not is read.
 *
 * @param file The file's name, for positions.
 *
 * @example
 * ```ts
 * import { readSpecs } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { specs } = readSpecs("kind: snippet\nname: hello\ncode: |\n  hello\n", "hello.yaml");
 * assertEquals(specs[0]?.spec.fields, { code: "hello\n" });
 * assertEquals(specs[0]?.source.locate(["code"], 4), { file: "hello.yaml", line: 4, column: 7 });
 * ```
 */
export function readSpecs(text: string, file: string, options: ReadOptions = {}): ReadSpecs {
  return new Reader(text.startsWith("\ufeff") ? text.slice(1) : text, file, options).read();
}

class Reader {
  readonly #file: SourceFile;
  readonly #options: ReadOptions;
  readonly #result: ReadSpecs = { specs: [], problems: [], complete: true };

  constructor(text: string, file: string, options: ReadOptions) {
    this.#file = { name: file, text, lines: new LineMap(text) };
    this.#options = options;
  }

  read(): ReadSpecs {
    const { name, text, lines } = this.#file;
    const fault = /\.json$/i.test(name) && text.trim() !== "" ? jsonFault(text) : undefined;
    if (fault !== undefined) this.#missing([fault]);
    else {
      const { events, faults } = parseYaml(text);
      const composed = compose(text, lines, events);
      this.#missing(faults);
      composed.faults.forEach((fault) => this.#fault(fault));
      if (composed.full) this.#result.complete = false;
      composed.roots.forEach((root) => this.#document(root));
    }
    const { specs, problems, complete } = this.#result;
    if (specs.length === 0 && problems.length === 0) {
      const position = { file: name, line: 1, column: 1 };
      problems.push({ position, what: "the file has no specs in it", severity: "warning" });
    }
    return { specs, problems: sortProblems(problems), complete };
  }

  #document(root: Node): void {
    if (root.type === "map") this.#spec(root);
    else if (root.type === "list") this.#list(root);
    else if (root.value !== null) this.#refuse(root, "a document", "it has to be a spec or a list of specs");
  }

  #list(list: ListNode): void {
    for (const item of list.items) {
      if (item.type === "map") this.#spec(item);
      else this.#refuse(item, "an item of the list", "it has to be a spec: a map with a kind");
    }
  }

  #spec(node: MapNode): void {
    const source = new Source(this.#file, node);
    const { spec, problems } = readDraft(node.value, this.#options, (path) => source.aliasOf(path));
    this.#result.specs.push({ spec, source });
    for (const problem of problems) this.#result.problems.push(report({ spec, source }, problem));
  }

  #refuse(node: Node, what: string, hint: string): void {
    if (node.value === UNREADABLE) return;
    this.#fault({ offset: node.start, what: `${what} is a ${kindOf(node.value)}`, hint });
  }

  /** Notes faults for which parts of the text were not read. */
  #missing(faults: readonly Fault[]): void {
    faults.forEach((fault) => this.#fault(fault));
    if (faults.length > 0) this.#result.complete = false;
  }

  #fault({ offset, what, hint }: Fault): void {
    const position = { file: this.#file.name, ...this.#file.lines.locate(offset) };
    this.#result.problems.push({ position, what, ...hint !== undefined && { hint } });
  }
}
