import {
  type Event,
  EVENT_ID,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from "js-yaml";
import type { Diagnostic } from "../model/diagnostic.ts";
import { show } from "../model/show.ts";
import { FILE_LIMITS, FileBudget, type Weight } from "./file_limits.ts";
import type { LineMap } from "./line_map.ts";
import { type ListNode, type Node, type ScalarNode, UNREADABLE } from "./node.ts";
import { OpenMap } from "./open_map.ts";
import { emptyKeyStart, isQuoted, scalarStart } from "./scalar_start.ts";
import { isScalarTag, KNOWN_TAGS, taggedValue, tagName, untaggedValue } from "./scalar_value.ts";

/** The nodes that the events of a file describe. */
export interface Composed {
  /** The root of each document. */
  roots: Node[];
  diagnostics: Diagnostic[];
  /** Whether a limit was exceeded; the rest of the file was not read. */
  full: boolean;
}

/** Builds the nodes that YAML events describe. An alias is shared, not copied, so a million aliases cost nothing. */
export function compose(text: string, lines: LineMap, events: readonly Event[]): Composed {
  const composer = new Composer(text, lines);
  for (const event of events) {
    composer.take(event);
    if (composer.composed.full) break;
  }
  return composer.composed;
}

/** An anchored node with its weight; the node is undefined until its end has been read. */
interface Anchored extends Weight {
  node: Node | undefined;
  /** Its levels of nesting, itself included. */
  depth: number;
}

/** A list or map whose end has not been read. */
interface Frame {
  readonly collection: ListNode | OpenMap;
  readonly anchor: string | undefined;
  /** The weight of the file before it. */
  readonly before: Weight;
  /** Its levels of nesting so far, itself included. */
  depth: number;
}

class Composer {
  readonly composed: Composed = { roots: [], diagnostics: [], full: false };
  readonly #text: string;
  readonly #lines: LineMap;
  readonly #budget = new FileBudget();
  readonly #frames: Frame[] = [];
  #anchors = new Map<string, Anchored>();
  /** The end of what was read last, where an empty value is located. */
  #at = 0;

  constructor(text: string, lines: LineMap) {
    this.#text = text;
    this.#lines = lines;
  }

  take(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.#anchors = new Map();
        return;
      case EVENT_ID.SCALAR:
        return this.#scalar(event);
      case EVENT_ID.SEQUENCE:
        return this.#open(event, "seq", { type: "list", start: event.start, value: [], items: [] });
      case EVENT_ID.MAPPING:
        return this.#open(event, "map", new OpenMap(event.start, this.#lines, (diagnostic) => this.#tell(diagnostic)));
      case EVENT_ID.ALIAS:
        return this.#alias(this.#text.slice(event.anchorStart, event.anchorEnd), event.anchorStart - 1);
      case EVENT_ID.POP:
        return this.#close();
    }
  }

  #scalar(event: ScalarEvent): void {
    const text = getScalarValue(this.#text, event);
    const start = this.#startOf(event);
    const node: ScalarNode = { type: "scalar", start, value: this.#valueOf(event, text), event };
    this.#at = Math.max(this.#at, start, event.valueEnd + (isQuoted(event) ? 1 : 0));
    const anchor = this.#anchorOf(event);
    const size = text.length;
    if (anchor !== undefined) this.#anchors.set(anchor, { node, nodes: 1, size, depth: 1 });
    const map = this.#mapThatWantsKey();
    this.#budget.add({ nodes: map === undefined ? 1 : 0, size });
    if (map === undefined) return this.#value(node, 1, start);
    map.key(text, start, event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0);
  }

  #startOf(event: ScalarEvent): number {
    if (event.valueStart >= 0) return scalarStart(this.#text, this.#lines, event, this.#at);
    if (this.#mapThatWantsKey() !== undefined) return emptyKeyStart(this.#text, this.#at);
    const parent = this.#frames.at(-1)?.collection;
    return parent instanceof OpenMap ? parent.keyStart ?? this.#at : this.#at;
  }

  #valueOf(event: ScalarEvent, text: string): ScalarNode["value"] {
    if (event.tagStart < 0) return untaggedValue(text, event.style);
    const tag = this.#text.slice(event.tagStart, event.tagEnd);
    const value = taggedValue(text, tagName(tag));
    if (value !== undefined) return value;
    if (isScalarTag(tagName(tag))) {
      this.#tell({ location: { offset: event.tagStart }, message: `invalid ${tag} ${show(text)}` });
    } else this.#tell({ location: { offset: event.tagStart }, message: `unknown tag ${tag}`, hint: KNOWN_TAGS });
    return untaggedValue(text, event.style);
  }

  #open(event: SequenceEvent | MappingEvent, tag: string, collection: ListNode | OpenMap): void {
    const written = event.tagStart < 0 ? undefined : this.#text.slice(event.tagStart, event.tagEnd);
    if (written !== undefined && tagName(written) !== tag) {
      this.#tell({ location: { offset: event.tagStart }, message: `unknown tag ${written}`, hint: KNOWN_TAGS });
    }
    const anchor = this.#anchorOf(event);
    if (anchor !== undefined) this.#anchors.set(anchor, { node: undefined, nodes: 0, size: 0, depth: 0 });
    this.#frames.push({ collection, anchor, before: this.#budget.since(), depth: 1 });
    this.#budget.add({ nodes: 1, size: 0 });
    this.#checkDepth(0, event.start);
    this.#at = Math.max(this.#at, event.start);
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return; // the end of a document
    const { collection, anchor, before, depth } = frame;
    const node = !(collection instanceof OpenMap)
      ? collection
      : collection.isTemplate
      ? unreadable(collection.node.start)
      : collection.node;
    if (anchor !== undefined) this.#anchors.set(anchor, { node, depth, ...this.#budget.since(before) });
    const map = this.#mapThatWantsKey();
    if (map !== undefined) map.rejectKey(node, this.#text);
    else this.#place(node, depth);
  }

  #alias(name: string, start: number): void {
    const anchored = this.#anchors.get(name);
    const map = this.#mapThatWantsKey();
    this.#at = start + 1 + name.length;
    if (anchored?.node !== undefined) {
      if (map === undefined) {
        this.#countAlias(anchored, start);
        this.#value(anchored.node, anchored.depth, start);
      } else if (typeof anchored.node.value === "string") map.key(anchored.node.value, start, false);
      else map.rejectKey(anchored.node, this.#text);
      return;
    }
    if (anchored !== undefined) {
      this.#tell({
        location: { offset: start },
        message: `the alias ${show(name)} refers to a value that contains it`,
      });
    } else {
      const hint = `quote a string that begins with *, or define the anchor as &${name}`;
      this.#tell({ location: { offset: start }, message: `unknown anchor ${show(name)}`, hint });
    }
    if (map === undefined) this.#place(unreadable(start), 1);
    else map.skipKey();
  }

  #mapThatWantsKey(): OpenMap | undefined {
    const parent = this.#frames.at(-1)?.collection;
    return parent instanceof OpenMap && parent.wantsKey ? parent : undefined;
  }

  #value(node: Node, depth: number, start: number): void {
    this.#checkDepth(depth, start);
    this.#place(node, depth);
  }

  #place(node: Node, depth: number): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) {
      this.composed.roots.push(node);
      return;
    }
    frame.depth = Math.max(frame.depth, depth + 1);
    const { collection } = frame;
    if (collection instanceof OpenMap) return collection.value(node);
    collection.items.push(node);
    collection.value.push(node.value);
  }

  #anchorOf({ anchorStart, anchorEnd }: ScalarEvent | SequenceEvent | MappingEvent): string | undefined {
    return anchorStart < 0 ? undefined : this.#text.slice(anchorStart, anchorEnd);
  }

  #checkDepth(depth: number, offset: number): void {
    if (this.#frames.length + depth <= FILE_LIMITS.depth) return;
    this.#tell({ location: { offset }, message: `nested deeper than ${FILE_LIMITS.depth} levels` });
    this.composed.full = true;
  }

  #countAlias(weight: Weight, offset: number): void {
    const message = this.#budget.addAlias(weight);
    if (message === undefined) return;
    this.#tell({ location: { offset }, message, hint: "an alias counts as all that it refers to" });
    this.composed.full = true;
  }

  #tell(diagnostic: Diagnostic): void {
    this.composed.diagnostics.push(diagnostic);
  }
}

function unreadable(start: number): Node {
  return { type: "scalar", start, value: UNREADABLE, event: undefined };
}
