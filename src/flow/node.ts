import type { Answer } from "../value/mod.ts";
import type { Packet } from "./packet.ts";
import type { InPort } from "./port.ts";
import type { Process } from "./process.ts";

/** What a handler gives back when it has sent packets on: the answer comes when theirs have. */
export const SENT: unique symbol = Symbol("sent");

/** What a handler gives: the answer, a promise of it, or the word that it has sent packets on. */
export type Reply = Answer | typeof SENT | Promise<Answer | typeof SENT>;

/** What happens when all that a packet sent on has been answered. `answer` is the merge of the answers. */
export type Continuation = (packet: Packet, answer: Answer) => Reply;

/**
 * A node at run time. Its handlers touch nothing but their own process and what the node itself owns; one that throws
 * answers with the error, by way of the symbol's `error` port where that is linked.
 */
export interface Node {
  /** Takes one packet. Packets of one process and port come one after another; the next waits for a promise. */
  receive(packet: Packet, port: InPort): Reply;
  /** How many promises of `receive` one process and port may wait for at a time. Default 1. */
  concurrency?: number;
  /** Told when a process first sends to one of the node's ports. */
  open?(process: Process, port: InPort): void;
  /** Told when a process that opened a port has ended. */
  close?(process: Process, port: InPort): void;
  /** Starts what the node watches. Everything downstream is loaded. */
  load?(): void | Promise<void>;
  /** Stops what `load` started: no new process is opened from here on. */
  unload?(): void | Promise<void>;
}
