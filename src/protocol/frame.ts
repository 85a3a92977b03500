import type { Value } from "../value/mod.ts";

/**
 * Frames: what the host and an executor say to each other. They are written one after another into one flat array, which
 * is posted once an event-loop turn: an operation, then as many elements as its table entry says. A payload is two
 * elements: its `Form`, or `ENCODED` plus the number of a codec, and the data.
 */

/** From the host to an executor. A batch is the frames alone. */
export enum ToExecutor {
  /** A packet: process, generation, symbol, index of the in port, packet, form, data. */
  Packet = 1,
  /** The answer to a `Call`: call, form, data. */
  Answer,
  /** A process has ended: process. */
  Exit,
  /** Make the node of a symbol and run the top level of its code: request, symbol. */
  Prepare,
  /** A change of the symbol table: patch. */
  Patch,
}

/** From an executor to the host. A batch begins with the number of the host's frames that it acknowledges. */
export enum ToHost {
  /** The answer to a packet: process, packet, `Residency`, form, data. */
  Answer = 1,
  /** A packet to a symbol on the host: process, its parent or 0, sending symbol, symbol, in port, call, form, data. */
  Call,
  /** A process has nothing to do any more: process, `Residency`. */
  Idle,
  /** What a node has to say: process or 0, symbol, level, text. */
  Log,
  /** A symbol was tried out: request, error record or null. */
  Prepared,
  /** A process that an executor opened has ended: process. */
  Ended,
}

/** What an executor still has of a process. */
export enum Residency {
  /** Packets or children. */
  Busy,
  /** Nothing to do, but something to keep until the process ends. */
  Kept,
  /** Nothing at all: it has forgotten the process. */
  Nothing,
}

/** Added to a codec's number, it is the form of a sealed payload. */
export const ENCODED = 256;

/** A symbol as an executor needs it. */
export interface Definition {
  number: number;
  id: string;
  name: string;
  kind: string;
  ins: readonly string[];
  /** Absent for a symbol of the host. */
  body?: {
    /** The fields in written form, their templates evaluated. */
    form: number;
    fields: unknown;
    /** Where their texts stand, for positions in errors. */
    origin?: Value;
  };
}

/** Links of one out port from a generation on. */
export interface LinkPatch {
  symbol: number;
  port: string;
  since: number;
  /** The oldest generation that a process sees: links of those before can be forgotten. */
  oldest: number;
  /** Pairs: number of a symbol, index of its in port. */
  targets: readonly number[];
}

/** A change of an executor's symbol table. */
export interface Patch {
  define: readonly Definition[];
  /** For each port in the order of generations. */
  link: readonly LinkPatch[];
  /** Numbers of symbols that no process can reach any more. */
  free: readonly number[];
}
