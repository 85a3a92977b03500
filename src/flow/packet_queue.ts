import type { Packet } from "./packet.ts";

/** How long a process has to keep its thread until its packets stand back, in milliseconds. */
const LONG = 50;
/** How many packets go before one that stands back, if there are so many. */
const TURNS = 1_000;

/**
 * The packets that wait for their turn, in order of arrival. Those of processes that have kept the thread for long stand
 * back behind all others, so that a process with many nodes that take long holds others up for one of them, not for all.
 * The packets of one process stay in their order.
 */
export class PacketQueue {
  /** Those that have arrived: of any process, also of one that has kept the thread for long meanwhile. */
  readonly #arrived = new Line();
  /** Those that stand back. Any of a process arrived before those of the same process in `#arrived`. */
  readonly #standing = new Line();
  /** How many packets have gone before the first one that stands back. */
  #turns = 0;
  /** The one whose turn it is, once somebody has asked: what arrives later does not change that. */
  #first: Packet | undefined;

  /** The number of packets. */
  get length(): number {
    return this.#arrived.length + this.#standing.length + (this.#first === undefined ? 0 : 1);
  }

  /** The packet whose turn it is; undefined if there is none. */
  get first(): Packet | undefined {
    return this.#first ??= this.#take();
  }

  /** Whether all packets stand back, so that one that arrives would go first. */
  get allStandBack(): boolean {
    if (this.#first !== undefined) return isLong(this.#first);
    this.#sort();
    return this.#arrived.length === 0 && this.#standing.length > 0;
  }

  /** Adds a packet. */
  push(packet: Packet): void {
    this.#arrived.push(packet);
  }

  /** Removes and returns the packet whose turn it is; undefined if there is none. */
  shift(): Packet | undefined {
    const { first } = this;
    this.#first = undefined;
    return first;
  }

  #take(): Packet | undefined {
    this.#sort();
    if (this.#arrived.length === 0 || (this.#standing.length > 0 && this.#turns >= TURNS)) {
      this.#turns = 0;
      return this.#standing.shift();
    }
    this.#turns++;
    return this.#arrived.shift();
  }

  /** Lets those stand back that have arrived first and have to. */
  #sort(): void {
    for (let packet = this.#arrived.first; packet !== undefined && isLong(packet); packet = this.#arrived.first) {
      this.#standing.push(packet);
      this.#arrived.shift();
    }
  }
}

/** Reports whether the process of a packet has kept the thread for long. */
function isLong({ process }: Packet): boolean {
  return process.spent > LONG;
}

/** Packets, in order. */
class Line {
  #packets: (Packet | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#packets.length - this.#head;
  }

  get first(): Packet | undefined {
    return this.#packets[this.#head];
  }

  push(packet: Packet): void {
    this.#packets.push(packet);
  }

  shift(): Packet | undefined {
    const packet = this.#packets[this.#head];
    if (packet === undefined) return undefined;
    this.#packets[this.#head++] = undefined;
    if (this.#head === this.#packets.length) this.#packets.length = this.#head = 0;
    else if (this.#head > 4096) {
      this.#packets.splice(0, this.#head);
      this.#head = 0;
    }
    return packet;
  }
}
