import type { Packet } from "./packet.ts";
import type { InPort } from "./port.ts";
import type { Process } from "./process.ts";

/** An in port as one process has it open: the packets that wait for their turn, and those not answered yet. */
export class Reader {
  /** The next reader of the same process. */
  next: Reader | null = null;
  /** Whether the node is still busy with the packet it took last. */
  busy = false;
  /** Packets whose turn has not come, in order of arrival. */
  readonly waiting: Packet[] = [];
  /** The packet that was told to come next. */
  #called: Packet | undefined;
  /** Packets taken and not answered, in order of arrival. */
  readonly unanswered: Packet[] = [];

  constructor(readonly process: Process, readonly port: InPort) {}

  /** Whether it is the packet's turn; if not, it waits here. */
  admits(packet: Packet): boolean {
    if (!this.busy && (this.#called === packet || (this.#called === undefined && this.waiting.length === 0))) {
      this.#called = undefined;
      return true;
    }
    this.waiting.push(packet);
    return false;
  }

  /** Joins the packets that wait here for their turn. Answers whether it is the only one, and belongs in the queue. */
  enlist(packet: Packet): boolean {
    if (!this.busy && this.#called === undefined && this.waiting.length === 0) {
      this.#called = packet;
      return true;
    }
    this.waiting.push(packet);
    return false;
  }

  /** The packet whose turn it is now, for the queue. */
  advance(): Packet | undefined {
    if (this.busy || this.#called !== undefined) return undefined;
    return this.#called = this.waiting.shift();
  }

  /**
   * Whether an answer has to wait: a reader answers in order. A packet that an earlier one is waiting for (the links
   * form a cycle) goes first, or neither would ever be answered.
   */
  holds(packet: Packet): boolean {
    if (this.unanswered[0] === packet) return false;
    let waitingForIt = 0;
    for (let at = packet.parent; at !== null; at = at.parent) if (at.reader === this) waitingForIt++;
    return waitingForIt < this.unanswered.indexOf(packet);
  }

  /** Notes a packet that was taken and is not answered. */
  add(packet: Packet): void {
    this.unanswered.push(packet);
    packet.reader = this;
  }

  /** Forgets an answered packet. */
  remove(packet: Packet): void {
    packet.reader = null;
    if (this.unanswered[0] === packet) this.unanswered.shift();
    else this.unanswered.splice(this.unanswered.indexOf(packet), 1);
  }

  /** Takes the first packet out if it has its answer and only its turn was missing. */
  takeHeld(): Packet | undefined {
    const first = this.unanswered[0];
    // with a continuation, the answer is one it waited for, not its own
    if (first?.answer === undefined || first.continuation !== null) return undefined;
    first.reader = null;
    return this.unanswered.shift();
  }
}
