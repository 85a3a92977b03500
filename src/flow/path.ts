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
