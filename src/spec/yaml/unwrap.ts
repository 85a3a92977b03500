import { isList, isMap, setKey, type Value, type ValueMap } from "../../value/mod.ts";
import type { Entry, MapNode, Node } from "./node.ts";

/** The key around the fields of a kind, in files of some other tools. */
const WRAPPER = "spec";
/** The field that holds nested specs. */
const NESTED = "specs";

/** A spec whose fields stand beside its kind, and the keys that were given there and inside of `spec`. */
export interface Unwrapped<Given> {
  readonly spec: Given;
  readonly both: readonly string[];
}

/** Returns a spec, and those nested in it, with the fields inside of `spec` beside the kind, where they belong. */
export function unwrapNode(node: MapNode): Unwrapped<MapNode> {
  const both: string[] = [];
  return { spec: nodeOf(node, both), both };
}

/** Does the same as `unwrapNode` with a plain map. */
export function unwrapMap(map: ValueMap): Unwrapped<ValueMap> {
  const both: string[] = [];
  return { spec: mapOf(map, both), both };
}

function nodeOf(node: MapNode, both: string[]): MapNode {
  const wrapper = node.entries.get(WRAPPER)?.node;
  const nested = (wrapper?.type === "map" ? wrapper.entries : node.entries).get(NESTED)?.node;
  if (wrapper?.type !== "map" && nested?.type !== "list") return node;
  const entries = new Map<string, Entry>();
  const value: Record<string, Value> = {};
  const add = (key: string, entry: Entry) => {
    const inner = key === NESTED ? { ...entry, node: listOf(entry.node, both) } : entry;
    entries.set(key, inner);
    setKey(value, key, inner.node.value as Value);
  };
  for (const [key, entry] of node.entries) if (entry.node !== wrapper || key !== WRAPPER) add(key, entry);
  for (const [key, entry] of wrapper?.type === "map" ? wrapper.entries : []) {
    if (entries.has(key)) both.push(key);
    else add(key, entry);
  }
  return { ...node, entries, value };
}

function listOf(node: Node, both: string[]): Node {
  if (node.type !== "list") return node;
  const items = node.items.map((item) => item.type === "map" ? nodeOf(item, both) : item);
  return { ...node, items, value: items.map(({ value }) => value as Value) };
}

function mapOf(map: ValueMap, both: string[]): ValueMap {
  const wrapper = map[WRAPPER];
  const isWrapped = isMap(wrapper ?? null);
  if (!isWrapped && !isList(map[NESTED] ?? null)) return map;
  const unwrapped: Record<string, Value> = {};
  const add = (key: string, value: Value) => {
    const isNested = key === NESTED && isList(value);
    setKey(unwrapped, key, isNested ? value.map((item) => isMap(item) ? mapOf(item, both) : item) : value);
  };
  for (const key of Object.keys(map)) if (key !== WRAPPER || !isWrapped) add(key, map[key]!);
  for (const [key, value] of isWrapped ? Object.entries(wrapper as ValueMap) : []) {
    if (Object.hasOwn(unwrapped, key)) both.push(key);
    else add(key, value);
  }
  return unwrapped;
}
