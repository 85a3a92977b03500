import type { Value } from "../value/mod.ts";

/**
 * Frames are the messages between the host and an executor. They are written one after another into one flat array,
 * which is posted once per event-loop turn: an operation, followed by the elements that the enums below list for it. A
 * payload takes two elements: its `Form`, or `ENCODED` plus the number of a codec, and the data.
 */

/** Frames from the host to an executor. A batch consists of frames only. */
export enum ToExecutor {
  /** A packet: process, generation, symbol, index of the in port, packet, form, data, address or null. */
  Packet = 1,
  /** The answer to a `Call`: call, form, data. */
  Answer,
  /** A process has ended: process, error record or null, whether to send `Ended` when it has ended here too. */
  Exit,
  /** Create the node of a symbol and run the top level of its code: request, symbol. */
  Prepare,
  /** The symbol table has changed: patch. */
  Patch,
}

/** Frames from an executor to the host. A batch begins with the number of host frames that it acknowledges. */
export enum ToHost {
  /** The answer to a packet: process, packet, `Residency`, form, data. */
  Answer = 1,
  /**
   * A packet to a symbol on the host: process, its parent or 0, sending symbol, symbol, in port, call, form, data, address
   * or null.
   */
  Call,
  /** A process has nothing to do any more: process, `Residency`. */
  Idle,
  /** A log line of a node: process or 0, symbol, level, text. */
  Log,
  /** The result of a `Prepare`: request, error record or null. */
  Prepared,
  /** A process that the executor opened has ended, or one whose `Exit` asked for it: process. */
  Ended,
  /** A metric of a node: symbol, `counter` or `histogram`, name, value. */
  Metric,
  /** An error that left by a linked `error` port: process, symbol, error record. */
  Handled,
  /** A warning about what a node does, which is logged once for each symbol: process, symbol, text. */
  Warning,
  /** A packet that a traced node has received: process, symbol, in port, out port that it came from or null, payload. */
  Traced,
}

/** What an executor still holds of a process. */
export enum Residency {
  /** Unanswered packets or children. */
  Busy,
  /** State that must be kept until the process ends, but no work. */
  Kept,
  /** Nothing: the executor has forgotten the process. */
  Nothing,
}

/** The form of an encoded payload is this plus the number of its codec. */
export const ENCODED = 256;

/** The definition of a symbol for an executor. */
export interface Definition {
  number: number;
  id: string;
  name: string;
  kind: string;
  ins: readonly string[];
  /** Absent for a symbol that runs on the host. */
  body?: {
    /** The `Form` of the fields. */
    form: number;
    /** The fields with their templates evaluated, as `toWire` writes them. */
    fields: unknown;
    /** What the compile thread made of each piece of code that the kind names, in that order; null if nothing. */
    parsed?: readonly unknown[];
    /** Where their strings stand in the spec author's files, for positions in errors. */
    origin?: Value;
    /** The variables that the kind may read. */
    env?: Readonly<Record<string, string>>;
    /** What the node has bound in `env`, as its code sees it. */
    bound?: {
      /** Its `Form`. */
      form: number;
      /** A map, as `toWire` writes it. */
      data: unknown;
    };
    /** Whether errors that leave by a linked `error` port are sent to the host. */
    recordsErrors?: boolean;
    /** Whether the host is told of each packet that the node receives. */
    isTraced?: boolean;
  };
}

/** The links of one out port from a generation on. */
export interface LinkPatch {
  symbol: number;
  port: string;
  since: number;
  /** The oldest generation that a process still sees: the links of earlier ones can be forgotten. */
  oldest: number;
  /** Pairs of a symbol's number and the index of its in port. */
  targets: readonly number[];
}

/** A change to the symbol table of an executor. */
export interface Patch {
  define: readonly Definition[];
  /** In the order of generations for each port. */
  link: readonly LinkPatch[];
  /** Numbers of symbols that no process can reach any more. */
  free: readonly number[];
}
