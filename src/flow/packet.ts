import { type Answer, Encoded, type Value } from "../value/mod.ts";
import type { Flow } from "./flow.ts";
import { type Continuation, type Reply, SENT } from "./node.ts";
import type { InPort, OutPort } from "./port.ts";
import type { Process } from "./process.ts";
import type { Reader } from "./reader.ts";

/** An answer, or one that crossed a thread in the form that the replyTo of the packet wants. */
export type Outcome = Answer | Encoded;

/** Told the answer to a packet that no node of this thread has sent. */
export interface ReplyTo {
  /** @param answer `Encoded` only if the packet's own payload was. */
  answered(packet: Packet, answer: Outcome): void;
}

/** One packet on its way out: the port it leaves by and what it carries. */
export interface Sending {
  port: OutPort;
  payload: Value;
}

/** One message to a port, always answered once. */
export class Packet {
  /** Unanswered packets from the process's first to this one. */
  readonly depth: number;
  /** Its place among the packets that its parent has sent. */
  slot = 0;
  /** Packets sent on from here that are not answered yet. */
  pending = 0;
  /** Their answers, if there is more than one. */
  answers: Answer[] | null = null;
  /** What happens with the merge of them; null: it is the answer. */
  continuation: Continuation | null = null;
  /** The merge, between being complete and being continued; the answer, while an earlier packet holds it back. */
  answer: Outcome | undefined = undefined;
  /** Where it waits for its turn to be answered. */
  reader: Reader | null = null;
  /** Who is told, if no node of this thread sent it. */
  replyTo: ReplyTo | null = null;
  /** Whatever the replyTo wants to remember. */
  tag = 0;

  /**
   * @param port Where it goes; null for one that only gathers the answers of several links.
   * @param parent The packet in whose handling it was sent.
   * @param via The port it left by, where that is on this thread.
   */
  constructor(
    readonly flow: Flow,
    readonly process: Process,
    readonly port: InPort | null,
    /** The payload as it was sent. */
    readonly raw: Value | Encoded,
    readonly parent: Packet | null,
    readonly via: OutPort | null,
  ) {
    this.depth = parent === null ? 1 : parent.depth + 1;
  }

  /** What it carries. */
  get payload(): Value {
    const raw = this.raw;
    return raw instanceof Encoded ? raw.value : raw;
  }

  /** Aborted when the process ends before its work is done. */
  get signal(): AbortSignal {
    return this.process.signal;
  }

  /**
   * Sends a payload on. Where the port is linked to nothing the payload itself is the answer, so that
   * `return packet.send(out, result)` gives the result back.
   *
   * @param then Told the answer (merged, if there are several links) instead of the one who asked.
   */
  send(port: OutPort, payload: Value, then: Continuation | null = null): Reply {
    const targets = port.targets(this.process.generation);
    if (targets.length === 0) return then === null ? payload : then(this, payload);
    this.continuation = then;
    this.pending = targets.length;
    this.answers = targets.length === 1 ? null : new Array(targets.length);
    this.flow.spread(this, targets, payload, port);
    return SENT;
  }

  /**
   * Sends several payloads on, at once. One whose port is linked to nothing is its own answer.
   *
   * @param then As in `send`; the answers one by one, in the order of the sendings, are in `packet.answers` then.
   */
  sendAll(sendings: readonly Sending[], then: Continuation | null = null): Reply {
    this.continuation = then;
    this.answers = new Array(sendings.length);
    this.pending = sendings.length;
    return this.flow.spreadAll(this, sendings);
  }
}
