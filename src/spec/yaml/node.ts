import type { ScalarEvent } from "js-yaml";
import type { Value } from "../../value/mod.ts";

/** A value of a YAML or JSON file with its offset. An alias is the same node as its anchor. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly type: "scalar";
  /** Offset of its first character, quotes and block headers included. */
  readonly start: number;
  readonly value: null | boolean | number | string;
  /** The event from which its characters can be located; undefined for a value that could not be read. */
  readonly event: ScalarEvent | undefined;
}

export interface ListNode {
  readonly type: "list";
  readonly start: number;
  readonly value: Value[];
  readonly items: Node[];
}

export interface MapNode {
  readonly type: "map";
  readonly start: number;
  readonly value: Record<string, Value>;
  readonly entries: Map<string, Entry>;
}

export interface Entry {
  /** Offset of the key. */
  readonly keyStart: number;
  readonly node: Node;
}

/**
 * The placeholder of a value that could not be read and has been reported. It looks like a template, so that further
 * checks skip it.
 */
export const UNREADABLE = "{{ unreadable }}";
