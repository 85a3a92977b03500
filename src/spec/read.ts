import { findJsonError, type JsonSyntaxError } from "../value/mod.ts";
import { type Diagnostic, type Position, sortDiagnostics } from "./model/diagnostic.ts";
import type { Locator } from "./model/origin.ts";
import { report } from "./model/report.ts";
import { showInvalid } from "./model/show.ts";
import type { Origin, Path, SpecDraft } from "./model/spec.ts";
import { givenTwice, readDraft, type ReadOptions } from "./schema/draft.ts";
import { compose } from "./yaml/compose.ts";
import { FILE_LIMITS } from "./yaml/file_limits.ts";
import { LineMap } from "./yaml/line_map.ts";
import { type ListNode, type MapNode, type Node, UNREADABLE } from "./yaml/node.ts";
import { parseYaml } from "./yaml/parse.ts";
import { Source, type SourceFile } from "./yaml/source.ts";
import { unwrapNode } from "./yaml/unwrap.ts";

/** The positions of a spec in the file that it was read from. */
export interface SpecSource extends Locator {
  /** The name of the file. */
  readonly file: string;
  position(path: Path): Position;
  keyPosition(path: Path): Position;
  locate(path: Path, offset: number): Position;
  /** Returns the positions as data that can be stored. */
  origin(): Origin;
}

/** A spec with its positions in the file that it was read from. */
export interface SourcedSpec {
  spec: SpecDraft;
  source: SpecSource;
}

/** The specs of a file and its diagnostics. */
export interface ReadSpecs {
  /**
   * In the order of the file. If there are errors, a spec may lack fields that could not be read, and its kind may be
   * empty; such a spec is good for `checkSpecs`, which then finds further errors, and for nothing else.
   */
  specs: SourcedSpec[];
  diagnostics: Diagnostic[];
  /** Whether the whole file could be read. If not, specs may be missing to which links lead. */
  complete: boolean;
}

/**
 * Reads specs from YAML, or from JSON if the file's name ends in `.json`: one or more documents, each a spec or a list of
 * specs. Never throws: errors become diagnostics, and the rest is read.
 *
 * @param file The name of the file, for positions.
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
  readonly #result: ReadSpecs = { specs: [], diagnostics: [], complete: true };

  constructor(text: string, file: string, options: ReadOptions) {
    this.#file = { name: file, text, lines: new LineMap(text) };
    this.#options = options;
  }

  read(): ReadSpecs {
    const { name, text, lines } = this.#file;
    const error = /\.json$/i.test(name) && text.trim() !== "" ? findJsonError(text, FILE_LIMITS.depth) : undefined;
    if (error !== undefined) this.#addUnread([jsonDiagnostic(error)]);
    else {
      const { events, diagnostics } = parseYaml(text);
      const composed = compose(text, lines, events);
      this.#addUnread(diagnostics);
      composed.diagnostics.forEach((diagnostic) => this.#add(diagnostic));
      if (composed.full) this.#result.complete = false;
      composed.roots.forEach((root) => this.#document(root));
    }
    const { specs, diagnostics, complete } = this.#result;
    if (specs.length === 0 && diagnostics.length === 0) {
      const position = { file: name, line: 1, column: 1 };
      diagnostics.push({ location: { position }, message: "no specs in the file", severity: "warning" });
    }
    return { specs, diagnostics: sortDiagnostics(diagnostics), complete };
  }

  #document(root: Node): void {
    if (root.type === "map") this.#spec(root);
    else if (root.type === "list") this.#list(root);
    else if (root.value !== null) this.#reject(root, "document", "a spec or a list of specs");
  }

  #list(list: ListNode): void {
    for (const item of list.items) {
      if (item.type === "map") this.#spec(item);
      else this.#reject(item, "list item", "a spec: a map with a kind");
    }
  }

  #spec(node: MapNode): void {
    const { spec: unwrapped, both } = unwrapNode(node);
    const source = new Source(this.#file, unwrapped);
    const { spec, diagnostics } = readDraft(unwrapped.value, this.#options, (path) => source.aliasOf(path));
    this.#result.specs.push({ spec, source });
    for (const diagnostic of [...both.map(givenTwice), ...diagnostics]) {
      this.#result.diagnostics.push(report({ spec, source }, diagnostic));
    }
  }

  #reject(node: Node, name: string, expected: string): void {
    if (node.value === UNREADABLE) return;
    this.#add({ location: { offset: node.start }, message: showInvalid(name, node.value, expected) });
  }

  /** Adds diagnostics of parts of the text that were not read. */
  #addUnread(diagnostics: readonly Diagnostic[]): void {
    diagnostics.forEach((diagnostic) => this.#add(diagnostic));
    if (diagnostics.length > 0) this.#result.complete = false;
  }

  #add(diagnostic: Diagnostic): void {
    const position = { file: this.#file.name, ...this.#file.lines.locate(diagnostic.location?.offset ?? 0) };
    this.#result.diagnostics.push({ ...diagnostic, location: { position } });
  }
}

function jsonDiagnostic({ wordOffset, message, expected }: JsonSyntaxError): Diagnostic {
  return {
    location: { offset: wordOffset },
    message: `invalid JSON: ${message}`,
    ...expected !== undefined && { hint: `expected ${expected}` },
  };
}
