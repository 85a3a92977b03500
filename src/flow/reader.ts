import type { Packet } from "./packet.ts";
import type { InPort } from "./port.ts";
import type { Process } from "./process.ts";

/** The state of an in port within one process: the packets that wait for their turn and those not answered yet. */
export class Reader {
  /** The next reader of the same process. */
  next: Reader | null = null;
  /** Handler calls whose promise has not settled. */
  underWay = 0;
  /** Whether so many of them are under way that the next packet has to wait. */
  busy = false;
  /** Packets that wait for their turn, in order of arrival. */
  readonly waiting: Packet[] = [];
  /** The packet that was put in the queue as the next one. */
  #next: Packet | undefined;
  /** Packets that were handled but are not answered yet, in order of arrival. */
  readonly unanswered: Packet[] = [];

  constructor(readonly process: Process, readonly port: InPort) {}

  /** Reports whether it is the packet's turn. If not, adds it to those that wait. */
  admits(packet: Packet): boolean {
    if (!this.busy && (this.#next === packet || (this.#next === undefined && this.waiting.length === 0))) {
      this.#next = undefined;
      return true;
    }
    this.waiting.push(packet);
    return false;
  }

  /** Adds a packet to those that wait. Returns true if it need not wait, and belongs in the queue instead. */
  enlist(packet: Packet): boolean {
    if (!this.busy && this.#next === undefined && this.waiting.length === 0) {
      this.#next = packet;
      return true;
    }
    this.waiting.push(packet);
    return false;
  }

  /** Removes and returns the next packet that waits, if it is its turn. It belongs in the queue then. */
  advance(): Packet | undefined {
    if (this.busy || this.#next !== undefined) return undefined;
    return this.#next = this.waiting.shift();
  }

  /**
   * Reports whether the answer to a packet has to wait for those of earlier ones. It does not if the earlier ones
   * themselves wait for this packet, because the links form a cycle: none would ever be answered.
   */
  holds(packet: Packet): boolean {
    if (this.unanswered[0] === packet) return false;
    let waitingForIt = 0;
    for (let at = packet.parent; at !== null; at = at.parent) if (at.reader === this) waitingForIt++;
    return waitingForIt < this.unanswered.indexOf(packet);
  }

  /** Adds a packet to the unanswered ones. */
  add(packet: Packet): void {
    this.unanswered.push(packet);
    packet.reader = this;
  }

  /** Removes a packet that is answered from the unanswered ones. */
  remove(packet: Packet): void {
    packet.reader = null;
    if (this.unanswered[0] === packet) this.unanswered.shift();
    else this.unanswered.splice(this.unanswered.indexOf(packet), 1);
  }

  /** Removes and returns the first unanswered packet if its answer was only waiting for its turn. */
  takeHeld(): Packet | undefined {
    const first = this.unanswered[0];
    // with a continuation, the answer is the input of that, not the packet's own
    if (first?.answer === undefined || first.continuation !== null || first.promised) return undefined;
    first.reader = null;
    return this.unanswered.shift();
  }
}
