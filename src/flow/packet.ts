import { type Answer, Encoded, type Value } from "../value/mod.ts";
import { type Continuation, type Reply, SENT } from "./node.ts";
import type { InPort, OutPort } from "./port.ts";
import type { Process } from "./process.ts";
import type { Reader } from "./reader.ts";

/** An answer, possibly still in the encoded form in which it came from another thread. */
export type Outcome = Answer | Encoded;

/** Receives the answer to a packet that was not sent by a node of this thread. */
export interface ReplyTo {
  /** @param answer `Encoded` only if the payload of the packet is. */
  answered(packet: Packet, answer: Outcome): void;
}

/** A payload to send and the port to send it from. */
export interface Sending {
  port: OutPort;
  payload: Value;
}

/** The promise of the handler has not settled: an answer to what it has sent waits in `answer` until then. */
export const PROMISED = 1;
/** A payload was last sent by a port that is not linked. */
const UNLINKED = 2;

/** A message to a port. It is answered exactly once. */
export class Packet {
  /** Length of the chain of unanswered packets from the first of the process to this one. */
  readonly depth: number;
  /** Its index among the packets that its parent sent at once. */
  slot = 0;
  /**
   * The number of the send of its parent that it belongs to; of a root, its number among the roots of the process, or
   * its address on the thread that it came from.
   */
  turn: number | string = 0;
  /** How often it has sent. */
  turns = 0;
  /** The number of packets sent on from this one that are not answered yet. */
  pending = 0;
  /** The answers to those; null if there is only one. */
  answers: Answer[] | null = null;
  /** Called with the merge of those answers; null if the merge is the answer to this packet. */
  continuation: Continuation | null = null;
  /** The merge while the continuation is queued, or the answer while it waits for that of an earlier packet. */
  answer: Outcome | undefined = undefined;
  /** Flags of its handling, `PROMISED` and `UNLINKED`: one field, because each costs every packet memory. */
  handling = 0;
  /** The reader in which it is listed as unanswered. */
  reader: Reader | null = null;
  /** Receives the answer if the packet was not sent by a node of this thread. */
  replyTo: ReplyTo | null = null;
  /** A number for the use of `replyTo`. */
  tag = 0;

  /**
   * @param port The in port it is sent to; null for a packet that only gathers the answers of several links.
   * @param parent The packet whose handler sent it.
   * @param via The out port it was sent from; null if that is not on this thread.
   */
  constructor(
    readonly process: Process,
    readonly port: InPort | null,
    /** The payload as it was sent, possibly encoded. */
    readonly raw: Value | Encoded,
    readonly parent: Packet | null,
    readonly via: OutPort | null,
  ) {
    this.depth = parent === null ? 1 : parent.depth + 1;
  }

  /** Whether a payload was last sent by a port that is not linked: it is the answer. */
  get unlinked(): boolean {
    return (this.handling & UNLINKED) !== 0;
  }

  /** Whether the promise of its handler has not settled. */
  get promised(): boolean {
    return (this.handling & PROMISED) !== 0;
  }

  /** The payload, decoded. */
  get payload(): Value {
    const raw = this.raw;
    return raw instanceof Encoded ? raw.value : raw;
  }

  /** Aborted when the process ends before its work is done. */
  get signal(): AbortSignal {
    return this.process.signal;
  }

  /**
   * Sends a payload on. If the port has no links, the payload itself is the answer, so that
   * `return packet.send(out, result)` answers with the result.
   *
   * @param then Called with the answer (the merge, if there are several links). Default: it is this packet's answer.
   * @returns What the handler is to return.
   */
  send(port: OutPort, payload: Value, then: Continuation | null = null): Reply {
    const targets = port.targets(this.process.generation);
    if (targets.length === 0) {
      this.handling |= UNLINKED;
      return then === null ? payload : then(this, payload);
    }
    this.turns++;
    this.continuation = then;
    this.pending = targets.length;
    this.answers = targets.length === 1 ? null : new Array(targets.length);
    this.process.flow.spread(this, targets, payload, port);
    return SENT;
  }

  /**
   * Sends several payloads on at once. A payload whose port has no links is its own answer.
   *
   * @param then As in `send`. The single answers are in `packet.answers`, in the order of `sendings`.
   * @returns What the handler is to return.
   */
  sendAll(sendings: readonly Sending[], then: Continuation | null = null): Reply {
    this.turns++;
    this.continuation = then;
    this.answers = new Array(sendings.length);
    this.pending = sendings.length;
    return this.process.flow.spreadAll(this, sendings);
  }
}
