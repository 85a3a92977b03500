import type { Answer } from "../value/mod.ts";
import type { Packet } from "./packet.ts";
import type { InPort } from "./port.ts";
import type { Process } from "./process.ts";

/** Returned by a handler that has sent packets on: its answer is the merge of theirs. */
export const SENT: unique symbol = Symbol("sent");

/** What a handler returns: the answer, `SENT`, or a promise of either. */
export type Reply = Answer | typeof SENT | Promise<Answer | typeof SENT>;

/** Called when all packets that were sent on from `packet` are answered. `answer` is the merge of their answers. */
export type Continuation = (packet: Packet, answer: Answer) => Reply;

/**
 * A node at run time. Its handlers must touch nothing but their own process and what the node itself owns. An error
 * that a handler throws is sent to the symbol's `error` port; if that has no links, it is the answer.
 */
export interface Node {
  /** Handles a packet. Packets of one process and port are handled in order: the next one waits for a promise. */
  receive(packet: Packet, port: InPort): Reply;
  /** How many promises of `receive` one process and port may wait for at a time. Default 1. */
  concurrency?: number;
  /** Called when a process first sends to one of the node's ports. */
  open?(process: Process, port: InPort): void;
  /** Called when a process that had sent to the port has ended. */
  close?(process: Process, port: InPort): void;
  /** Starts the node's event sources, such as a socket. Everything downstream is loaded by then. */
  load?(): void | Promise<void>;
  /** Called before `unload`, while the version that has the node is the newest still: a process opened here sees it. */
  retire?(): void;
  /** Stops what `load` started: the node opens no more processes. */
  unload?(): void | Promise<void>;
}
