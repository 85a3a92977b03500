import type { Position } from "../model/diagnostic.ts";
import { locateIn, type Locator } from "../model/origin.ts";
import { COMMON_FIELDS, type Origin, type Path, type TextOrigin } from "../model/spec.ts";
import type { LineMap } from "./line_map.ts";
import type { MapNode, Node, ScalarNode } from "./node.ts";
import { scalarSegments } from "./scalar_text.ts";

/** A file that specs were read from. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  readonly lines: LineMap;
}

/** The positions of a spec in its file. A path through `links` finds `ports` if the file has that. */
export class Source implements Locator {
  readonly #file: SourceFile;
  readonly #root: MapNode;
  /** The positions of the string that was located last: usually many offsets of one string are located. */
  #last: { node: Node; origin: TextOrigin } | undefined;

  constructor(file: SourceFile, root: MapNode) {
    this.#file = file;
    this.#root = root;
  }

  /** The name of the file, as given to `readSpecs`. */
  get file(): string {
    return this.#file.name;
  }

  position(path: Path): Position {
    return this.#positionOf(this.#walk(path).node.start);
  }

  keyPosition(path: Path): Position {
    const { node, keyStart, rest } = this.#walk(path);
    return this.#positionOf(rest === 0 && keyStart !== undefined ? keyStart : node.start);
  }

  locate(path: Path, offset: number): Position {
    const origin = this.textOrigin(path);
    return origin === undefined ? this.position(path) : { file: this.file, ...locateIn(origin, offset) };
  }

  /** Returns the positions of the characters of the string at a path; undefined if there is no string. */
  textOrigin(path: Path): TextOrigin | undefined {
    const { node, rest } = this.#walk(path);
    return rest === 0 && isText(node) ? this.#textOrigin(node) : undefined;
  }

  aliasOf(path: Path): string | undefined {
    const { node, rest } = this.#walk(path);
    if (rest > 0 || node.type !== "scalar" || node.event === undefined || node.event.valueStart < 0) return undefined;
    return typeof node.value === "string"
      ? node.value
      : this.#file.text.slice(node.event.valueStart, node.event.valueEnd);
  }

  /** Returns the positions as data that can be stored. */
  origin(): Origin {
    const texts: Record<string, TextOrigin> = {};
    for (const [key, { node }] of this.#root.entries) {
      if (!COMMON.has(key) || key === "env") this.#addTexts(node, [key], texts);
    }
    return { ...this.position([]), texts };
  }

  #addTexts(node: Node, path: Path, texts: Record<string, TextOrigin>): void {
    if (node.type === "map") {
      for (const [key, entry] of node.entries) this.#addTexts(entry.node, [...path, key], texts);
    } else if (node.type === "list") {
      node.items.forEach((item, index) => this.#addTexts(item, [...path, index], texts));
    } else if (isText(node)) {
      texts[JSON.stringify(path)] = this.#textOrigin(node);
    }
  }

  #textOrigin(node: TextNode): TextOrigin {
    if (this.#last?.node === node) return this.#last.origin;
    const pairs = scalarSegments(this.#file.text, node.event);
    const segments: number[] = [];
    for (let index = 0; index < pairs.length; index += 2) {
      const { line, column } = this.#file.lines.locate(pairs[index + 1]!);
      segments.push(pairs[index]!, line, column);
    }
    this.#last = { node, origin: { segments } };
    return this.#last.origin;
  }

  #walk(path: Path): { node: Node; keyStart: number | undefined; rest: number } {
    let node: Node = this.#root;
    let keyStart: number | undefined;
    for (const [index, step] of path.entries()) {
      if (step === 0 && node.type !== "list") continue; // one value is read as a list of one
      const next: { node: Node; keyStart?: number } | undefined = child(node, step);
      if (next === undefined) return { node, keyStart, rest: path.length - index };
      ({ node, keyStart } = { keyStart: undefined, ...next });
    }
    return { node, keyStart, rest: 0 };
  }

  #positionOf(offset: number): Position {
    return { file: this.file, ...this.#file.lines.locate(offset) };
  }
}

const COMMON: ReadonlySet<string> = new Set(COMMON_FIELDS);

type TextNode = ScalarNode & { event: NonNullable<ScalarNode["event"]> };

function isText(node: Node): node is TextNode {
  return node.type === "scalar" && typeof node.value === "string" && node.event !== undefined;
}

function child(node: Node, step: string | number): { node: Node; keyStart?: number } | undefined {
  if (node.type === "map" && typeof step === "string") {
    return node.entries.get(step) ?? (step === "links" ? node.entries.get("ports") : undefined);
  }
  const item = node.type === "list" && typeof step === "number" ? node.items[step] : undefined;
  return item && { node: item };
}
