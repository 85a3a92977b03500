import type { ScalarEvent } from "js-yaml";
import type { Value } from "../../value/mod.ts";

/** One value of a YAML or JSON text, with where it stands. An alias is the very node that it names. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly type: "scalar";
  /** Offset of its first character, quotes and block headers included. */
  readonly start: number;
  readonly value: null | boolean | number | string;
  /** From which its text can be read again, character by character; absent for a value that could not be read. */
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
 * Stands for a value that could not be read, which has been reported. It looks like a template, the value of which is
 * not known either, so that nothing further is said of it.
 */
export const UNREADABLE = "{{ unreadable }}";
