import { setKey } from "../../value/mod.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { show } from "../model/show.ts";
import type { LineMap } from "./line_map.ts";
import { type Entry, type MapNode, type Node, UNREADABLE } from "./node.ts";

interface Key {
  readonly text: string;
  readonly start: number;
  readonly isMerge: boolean;
}

/** A map that is being read: keys and values come in turn. */
export class OpenMap {
  readonly node: MapNode;
  readonly #lines: LineMap;
  readonly #tell: (diagnostic: Diagnostic) => void;
  /** The one whose value comes next; null for one that was refused. */
  #key: Key | null | undefined;
  /** Those that a merge brought, which a key of the map's own may replace. */
  readonly #merged = new Set<string>();
  #isTemplate = false;

  constructor(start: number, lines: LineMap, tell: (diagnostic: Diagnostic) => void) {
    this.node = { type: "map", start, value: {}, entries: new Map() };
    this.#lines = lines;
    this.#tell = tell;
  }

  get wantsKey(): boolean {
    return this.#key === undefined;
  }

  /** Where the key begins whose value comes next. */
  get keyStart(): number | undefined {
    return this.#key?.start;
  }

  /** Whether it is a template that stands without quotes, which YAML takes for a map with a map for a key. */
  get isTemplate(): boolean {
    return this.#isTemplate;
  }

  /** @param isPlain Whether it stands without quotes: `<<` merges then, and nothing is no key. */
  key(text: string, start: number, isPlain: boolean): void {
    const first = this.node.entries.get(text);
    this.#key = null;
    if (text === "" && isPlain) {
      this.#tell({
        location: { offset: start },
        message: "a key is missing before the colon",
        hint: 'an empty key is written ""',
      });
    } else if (first !== undefined && !this.#merged.has(text) && !(text === "<<" && isPlain)) {
      const { line } = this.#lines.locate(first.keyStart);
      this.#tell({
        location: { offset: start },
        message: `the key ${show(text)} is there twice`,
        hint: `the first is at line ${line}`,
      });
    } else {
      this.#key = { text, start, isMerge: text === "<<" && isPlain };
    }
  }

  /** Goes on without a key that is no text. */
  refuseKey(key: Node, text: string): void {
    this.#isTemplate = text.startsWith("{{", this.node.start);
    if (this.#isTemplate) {
      const message = "a template stands without quotes";
      this.#tell({ location: { offset: this.node.start }, message, hint: "write it as '{{ ... }}'" });
    } else {this.#tell({
        location: { offset: key.start },
        message: `a key is ${show(key.value)}`,
        hint: "it has to be a text",
      });}
    this.skipKey();
  }

  /** Goes on without a key. */
  skipKey(): void {
    this.#key = null;
  }

  /** Takes the value of the key that came last. */
  value(node: Node): void {
    const key = this.#key;
    this.#key = undefined;
    if (key === null || key === undefined) return;
    if (key.isMerge) return this.#merge(node, key.start);
    this.#merged.delete(key.text);
    this.#set(key.text, { keyStart: key.start, node });
  }

  /** `<<: *a` or `<<: [*a, *b]`: what the map does not say itself, the first that says it wins. */
  #merge(node: Node, start: number): void {
    for (const source of node.type === "list" ? node.items : [node]) {
      if (source.value === UNREADABLE) continue;
      if (source.type !== "map") {
        const message = `<< merges ${show(source.value)}`;
        this.#tell({ location: { offset: start }, message, hint: "it takes a map or a list of maps" });
        continue;
      }
      for (const [key, entry] of source.entries) {
        if (this.node.entries.has(key)) continue;
        this.#merged.add(key);
        this.#set(key, entry);
      }
    }
  }

  #set(key: string, entry: Entry): void {
    this.node.entries.set(key, entry);
    setKey(this.node.value, key, entry.node.value);
  }
}
