import type { Packet } from "./packet.ts";

/** Packets that send in the name of another. */
const namesakes = new WeakMap<Packet, Packet>();

/**
 * Makes a packet send in the name of another one of its process: what it sends is addressed as if that had sent it. For a
 * node that gathers several packets and sends once, because which of them comes last differs from run to run.
 */
export function sendInNameOf(packet: Packet, other: Packet): void {
  if (packet !== other) namesakes.set(packet, other);
}

/**
 * Returns the address of a packet within its process: which sends led to it. It is the same in every run of the process,
 * whatever the order in which answers arrive.
 *
 * One step for each packet on the way, the first being a root's number: `0`, `0.1:0`, `0.1:0.2:1`. A step is `turn:slot`:
 * turn counts the sends of one packet (a continuation that sends again, a retry), slot the packets of one send. In a
 * child process the address of the packet that opened it comes first: `0.1:0/2.0`.
 */
export function addressOf(packet: Packet): string {
  const steps: string[] = [];
  let at = packet;
  while (at.parent !== null) {
    steps.push(`${at.turn}:${at.slot}`);
    at = namesakes.get(at.parent) ?? at.parent;
  }
  if (typeof at.turn === "string") steps.push(at.turn);
  else {
    const { from } = at.process;
    steps.push(from === null ? `${at.turn}` : `${addressOf(from.packet)}/${from.turn}.${at.turn}`);
  }
  return steps.reverse().join(".");
}
