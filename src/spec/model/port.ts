import type { ValueMap } from "../../value/mod.ts";
import type { KindDescription, Ports } from "./kind.ts";
import type { Scheme } from "./scheme.ts";

const INDEXED = /^(.+)\[(?:0|[1-9]\d*)\]$/;

/**
 * Returns the node's own name of a port that a link names: the same, or `out[0]` for `out` if the node has only numbered
 * ports. Returns undefined for an unknown port.
 *
 * @example
 * ```ts
 * import { normalizePort } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(normalizePort("out[2]", ["out[]", "error"]), "out[2]");
 * assertEquals(normalizePort("out", ["out[]", "error"]), "out[0]");
 * assertEquals(normalizePort("out[0]", ["out", "error"]), undefined);
 * ```
 */
export function normalizePort(name: string, ports: readonly string[]): string | undefined {
  const base = INDEXED.exec(name)?.[1];
  if (ports.includes(base === undefined ? name : `${base}[]`) && !name.endsWith("[]")) return name;
  if (base !== undefined) return ports.includes(name) ? name : undefined;
  return ports.includes(`${name}[]`) || ports.includes(`${name}[0]`) ? `${name}[0]` : undefined;
}

/** Returns the ports of a node. @param fields Validated fields. */
export function portsOf(kind: KindDescription, fields: ValueMap, scheme: Scheme): Ports {
  return kind.portsOf?.(fields, scheme) ?? kind.ports;
}
