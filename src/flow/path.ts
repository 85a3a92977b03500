import type { Failure } from "../value/mod.ts";
import type { Packet } from "./packet.ts";

/**
 * Returns the path of a packet, outermost first: the out ports that it and its ancestors were sent from, and the node
 * it reached: `["web.out", "router.out[0]", "hello"]`. At most 100 steps.
 */
export function pathOf(packet: Packet): string[] {
  const path: string[] = packet.port === null ? [] : [packet.port.symbol.name];
  for (let at: Packet | null = packet; at !== null && path.length < 100; at = at.parent) {
    if (at.via !== null && !(at.parent !== null && at.parent.port === null)) {
      path.push(`${at.via.symbol.name}.${at.via.name}`);
    }
  }
  return path.reverse();
}

/** Sets the path of an error that has none. */
export function trace(packet: Packet, error: Failure): void {
  if (error.path === undefined && Object.isExtensible(error)) error.path = pathOf(packet);
}

/** Returns the shortest cycle of nodes at the end of a packet's path: `a > b > a`. */
export function cycleOf(packet: Packet): string {
  const names: string[] = [];
  for (let at: Packet | null = packet; at !== null; at = at.parent) {
    if (at.port === null) continue;
    const name = at.port.symbol.name;
    const seen = names.indexOf(name);
    names.push(name);
    if (seen >= 0) return names.slice(seen).reverse().join(" > ");
  }
  return names.reverse().join(" > ");
}
