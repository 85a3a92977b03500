import { setKey } from "../../value/mod.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { show, showInvalid } from "../model/show.ts";
import type { LineMap } from "./line_map.ts";
import { type Entry, type MapNode, type Node, UNREADABLE } from "./node.ts";

interface Key {
  readonly text: string;
  readonly start: number;
  readonly isMerge: boolean;
}

/** A map that is being read: takes keys and values in turn. */
export class OpenMap {
  readonly node: MapNode;
  readonly #lines: LineMap;
  readonly #tell: (diagnostic: Diagnostic) => void;
  /** The key whose value comes next; null if it was rejected. */
  #key: Key | null | undefined;
  /** The keys that a merge added, which the map's own keys replace. */
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

  /** The offset of the key whose value comes next. */
  get keyStart(): number | undefined {
    return this.#key?.start;
  }

  /** Whether it is an unquoted template, which YAML reads as a map with a map as its key. */
  get isTemplate(): boolean {
    return this.#isTemplate;
  }

  /** Takes a key. @param isPlain Whether it is unquoted: `<<` then merges, and an empty key is an error. */
  key(text: string, start: number, isPlain: boolean): void {
    const first = this.node.entries.get(text);
    this.#key = null;
    if (text === "" && isPlain) {
      this.#tell({
        location: { offset: start },
        message: "missing key before the colon",
        hint: 'write "" for an empty key',
      });
    } else if (first !== undefined && !this.#merged.has(text) && !(text === "<<" && isPlain)) {
      const { line } = this.#lines.locate(first.keyStart);
      this.#tell({
        location: { offset: start },
        message: `duplicate key ${show(text)}`,
        hint: `the first is at line ${line}`,
      });
    } else {
      this.#key = { text, start, isMerge: text === "<<" && isPlain };
    }
  }

  /** Rejects a key that is not a string. */
  rejectKey(key: Node, text: string): void {
    this.#isTemplate = text.startsWith("{{", this.node.start);
    if (this.#isTemplate) {
      const message = "unquoted template";
      this.#tell({ location: { offset: this.node.start }, message, hint: "write it as '{{ ... }}'" });
    } else {
      this.#tell({ location: { offset: key.start }, message: showInvalid("key", key.value, "a string") });
    }
    this.skipKey();
  }

  /** Skips a key and its value. */
  skipKey(): void {
    this.#key = null;
  }

  /** Takes the value of the last key. */
  value(node: Node): void {
    const key = this.#key;
    this.#key = undefined;
    if (key === null || key === undefined) return;
    if (key.isMerge) return this.#merge(node, key.start);
    this.#merged.delete(key.text);
    this.#set(key.text, { keyStart: key.start, node });
  }

  /** Merges `<<: *a` or `<<: [*a, *b]`: the map's own keys win over merged ones, and earlier maps over later ones. */
  #merge(node: Node, start: number): void {
    for (const source of node.type === "list" ? node.items : [node]) {
      if (source.value === UNREADABLE) continue;
      if (source.type !== "map") {
        const message = showInvalid("<<", source.value, "a map or a list of maps");
        this.#tell({ location: { offset: start }, message });
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
