import { type Answer, asError, type Encoded, failure, isError, merge, type Value } from "../value/mod.ts";
import { type Reply, SENT } from "./node.ts";
import { type Outcome, Packet, type ReplyTo, type Sending } from "./packet.ts";
import { trace } from "./path.ts";
import type { InPort, OutPort } from "./port.ts";
import { type ExitHook, Process, type ProcessOptions } from "./process.ts";
import type { Reader } from "./reader.ts";

/** Unanswered packets in a row after which a process is taken to be in a loop. */
export const MAX_DEPTH = 1_000;
/** Unanswered packets of one process after which it is taken to multiply without end. */
export const MAX_OPEN = 100_000;

/** What a `Flow` tells the thread it runs on. */
export interface FlowOptions {
  /** Something was put into an empty queue from outside a drain: call `drain` soon. */
  wake?: () => void;
  /** A process has nothing left to do but to be closed by whoever opened it. */
  idle?: (process: Process) => void;
  /** A process has ended, its exit hooks included. */
  ended?: (process: Process) => void;
}

/**
 * Runs packets: takes the next one off the queue, lets its node handle it, carries the answer back. Nothing is nested:
 * a handler returns before any packet that it sent is taken, so a deep chain costs no stack and a handler that is cut
 * short loses nothing but its process.
 */
export class Flow {
  /** The packet whose handler is running; null between two. What is thrown out of `drain` belongs to it. */
  current: Packet | null = null;
  #queue: (Packet | undefined)[] = [];
  #head = 0;
  #draining = false;
  #promised = 0;
  readonly #wake: () => void;
  readonly #idle: (process: Process) => void;
  readonly #ended: (process: Process) => void;

  constructor(options: FlowOptions = {}) {
    this.#wake = options.wake ?? (() => this.drain());
    this.#idle = options.idle ?? (() => {});
    this.#ended = options.ended ?? (() => {});
  }

  /** Packets that wait for their turn. */
  get queued(): number {
    return this.#queue.length - this.#head;
  }

  /** Handlers whose promise is not settled. */
  get promised(): number {
    return this.#promised;
  }

  /** The packet whose turn is next. */
  get next(): Packet | undefined {
    return this.#queue[this.#head];
  }

  /** Opens a process. Whoever opens it closes it. */
  open(options: ProcessOptions): Process {
    return new Process(options);
  }

  /**
   * Sends a packet to a port from outside of any node.
   *
   * @param via The port it leaves by, for the path in error messages.
   */
  start(
    process: Process,
    port: InPort,
    payload: Value | Encoded,
    replyTo: ReplyTo,
    tag = 0,
    via: OutPort | null = null,
  ): Packet {
    const packet = new Packet(this, process, port, payload, null, via);
    packet.replyTo = replyTo;
    packet.tag = tag;
    process.open++;
    this.#enqueue(packet);
    return packet;
  }

  /**
   * Sends a payload out of a port from outside of any node, to all it is linked to; the replyTo is told the merged answer.
   * Answers false, and sends nothing, if the port is linked to nothing.
   */
  emit(process: Process, port: OutPort, payload: Value | Encoded, replyTo: ReplyTo, tag = 0): boolean {
    const targets = port.targets(process.generation);
    const only = targets[0];
    if (only === undefined) return false;
    if (targets.length === 1) {
      this.start(process, only, payload, replyTo, tag, port);
      return true;
    }
    const gathering = new Packet(this, process, null, payload, null, port);
    gathering.replyTo = replyTo;
    gathering.tag = tag;
    gathering.pending = targets.length;
    gathering.answers = new Array(targets.length);
    process.open++;
    this.spread(gathering, targets, payload, port);
    return true;
  }

  /** Takes packets until none is left. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    while (this.step());
    this.#draining = false;
  }

  /** Takes one packet. Answers whether there was one. */
  step(): boolean {
    const packet = this.#queue[this.#head];
    if (packet === undefined) return false;
    this.#queue[this.#head++] = undefined;
    if (this.#head === this.#queue.length) this.#queue.length = this.#head = 0;
    else if (this.#head > 4096) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    if (packet.process.status !== "running") this.#drop(packet);
    else if (packet.answer !== undefined) this.#continue(packet);
    else this.#take(packet);
    return true;
  }

  /**
   * Goes on after `drain` or `step` was ended from outside, by something that ran no `catch` and no `finally`: the
   * process whose handler was running ends with the error. Answers its packet; null if none was running, and then the
   * queue may have lost one.
   */
  stopped(error: Error): Packet | null {
    this.#draining = false;
    const packet = this.current;
    this.current = null;
    if (packet === null) return null;
    trace(packet, error);
    this.abort(packet.process, error);
    this.#drop(packet);
    return packet;
  }

  /** Gives the answer to a packet whose handler said `SENT` on its own account, without sending. */
  settle(packet: Packet, answer: Outcome): void {
    if (packet.process.status !== "running") return;
    this.#settle(packet, answer);
    if (!this.#draining && this.queued > 0) this.#wake();
  }

  /** The opener is done with the process: it ends once every packet is answered and every child has ended. */
  close(process: Process, error?: Error): void {
    if (process.status !== "running") return;
    process.error ??= error;
    this.release(process);
  }

  /** One more reason for a process not to end. */
  hold(process: Process): void {
    process.open++;
  }

  /** One reason less. */
  release(process: Process): void {
    const open = --process.open;
    if (open === 0) this.#end(process, process.error);
    else if (open === 1 && process.status === "running") this.#idle(process);
  }

  /** Ends a process now: its children too, and its unanswered packets get the error, or `dropped packet`. */
  abort(process: Process, error?: Error): void {
    if (process.status !== "running") return;
    this.#end(process, process.error ?? error);
  }

  /** For `Packet.send`: sends a payload to every target in the name of a packet. */
  spread(parent: Packet, targets: readonly InPort[], payload: Value | Encoded, via: OutPort): void {
    const process = parent.process;
    if (parent.depth >= MAX_DEPTH || process.open > MAX_OPEN) return this.#runaway(parent);
    process.open += targets.length;
    for (let slot = 0; slot < targets.length; slot++) {
      const packet = new Packet(this, process, targets[slot]!, payload, parent, via);
      packet.slot = slot;
      this.#enqueue(packet);
    }
  }

  /** For `Packet.sendAll`. */
  spreadAll(parent: Packet, sendings: readonly Sending[]): Reply {
    const process = parent.process;
    for (let slot = 0; slot < sendings.length; slot++) {
      const { port, payload } = sendings[slot]!;
      const targets = port.targets(process.generation);
      if (targets.length === 0) {
        parent.answers![slot] = payload;
        parent.pending--;
        continue;
      }
      if (parent.depth >= MAX_DEPTH || process.open > MAX_OPEN) {
        this.#runaway(parent);
        return SENT;
      }
      process.open++;
      const packet = new Packet(this, process, targets.length === 1 ? targets[0]! : null, payload, parent, port);
      packet.slot = slot;
      if (targets.length === 1) {
        // a long list waits at the reader, one in the queue at a time, or it would keep other processes waiting
        if (process.openReader(targets[0]!).enlist(packet)) this.#enqueue(packet);
        continue;
      }
      packet.pending = targets.length;
      packet.answers = new Array(targets.length);
      this.spread(packet, targets, payload, port);
    }
    if (parent.pending > 0) return SENT;
    const answer = merge(parent.answers!);
    const then = parent.continuation;
    if (then === null) return answer;
    parent.continuation = null;
    return then(parent, answer);
  }

  #enqueue(packet: Packet): void {
    this.#queue.push(packet);
    if (!this.#draining && this.queued === 1) this.#wake();
  }

  #take(packet: Packet): void {
    const port = packet.port!;
    const node = port.symbol.node;
    let reader = packet.process.reader(port);
    if (reader === null && (node.open !== undefined || node.close !== undefined)) {
      reader = packet.process.openReader(port);
    }
    if (reader !== null && !reader.admits(packet)) return;
    this.current = packet;
    let reply: Reply;
    try {
      reply = node.receive(packet, port);
    } catch (thrown) {
      reply = this.#failed(packet, thrown);
    }
    this.current = null;
    this.#replied(packet, reply, reader);
    if (reader !== null) this.#advance(reader);
  }

  #continue(packet: Packet): void {
    const then = packet.continuation!;
    const answer = packet.answer as Answer;
    packet.continuation = null;
    packet.answer = undefined;
    this.current = packet;
    let reply: Reply;
    try {
      reply = then(packet, answer);
    } catch (thrown) {
      reply = this.#failed(packet, thrown);
    }
    this.current = null;
    this.#replied(packet, reply, packet.reader);
  }

  #replied(packet: Packet, reply: Reply, reader: Reader | null): void {
    if (reply !== SENT && !(reply instanceof Promise)) {
      if (packet.process.status !== "running") return this.#drop(packet);
      if (packet.reader === null && reader !== null && reader.unanswered.length > 0) reader.add(packet);
      return this.#settle(packet, reply);
    }
    if (packet.process.status !== "running") return this.#drop(packet);
    if (packet.reader === null) (reader ?? packet.process.openReader(packet.port!)).add(packet);
    if (reply === SENT) return;
    const at = packet.reader!;
    at.busy = true;
    this.#promised++;
    reply.then(
      (answer) => this.#resume(packet, at, answer),
      (thrown) => this.#resume(packet, at, undefined, thrown),
    );
  }

  #resume(packet: Packet, reader: Reader, answer: Answer | typeof SENT | undefined, thrown?: unknown): void {
    this.#promised--;
    if (packet.process.status !== "running") return;
    reader.busy = false;
    this.#replied(packet, answer === undefined ? this.#failed(packet, thrown) : answer, reader);
    this.#advance(reader);
    if (!this.#draining && this.queued > 0) this.#wake();
  }

  /** Lets the next waiting packet of a reader have its turn. */
  #advance(reader: Reader): void {
    const next = reader.advance();
    if (next !== undefined) this.#enqueue(next);
  }

  /** What a handler threw, as its reply: to the `error` port where that is linked. */
  #failed(packet: Packet, thrown: unknown): Reply {
    const error = asError(thrown);
    const port = packet.port!.symbol.findOut("error");
    trace(packet, error);
    packet.continuation = null;
    if (packet.pending === 0) return port === undefined ? error : packet.send(port, error);
    // it had sent packets before it threw: their answers have nowhere to go
    this.abort(packet.process, error);
    return SENT;
  }

  #settle(packet: Packet, answer: Outcome): void {
    packet.pending = 0;
    if (isError(answer)) trace(packet, answer);
    const reader = packet.reader;
    if (reader === null) return this.#up(packet, answer);
    if (reader.holds(packet)) {
      packet.answer = answer;
      return;
    }
    reader.remove(packet);
    this.#up(packet, answer);
    for (let held = reader.takeHeld(); held !== undefined; held = reader.takeHeld()) this.#up(held, held.answer!);
  }

  /** Carries an answer to whoever sent the packet, and on from there as far as nothing else is waited for. */
  #up(packet: Packet, answer: Outcome): void {
    let at = packet;
    for (;;) {
      const parent = at.parent;
      if (parent === null) {
        this.#tell(at, answer);
        return this.release(at.process);
      }
      // answered by its node without waiting for what it had sent
      if (parent.pending === 0) return this.release(at.process);
      at.process.open--;
      if (parent.answers !== null) {
        parent.answers[at.slot] = answer as Answer; // sealed answers go to packets of one link only
        if (--parent.pending > 0) return;
        answer = merge(parent.answers);
      } else parent.pending = 0;
      if (parent.continuation !== null) {
        parent.answer = answer;
        this.#queue.push(parent);
        return;
      }
      if (parent.reader !== null) return this.#settle(parent, answer);
      at = parent;
    }
  }

  #tell(packet: Packet, answer: Outcome): void {
    const replyTo = packet.replyTo;
    packet.replyTo = null;
    replyTo?.answered(packet, answer);
  }

  #drop(packet: Packet): void {
    if (packet.parent === null) this.#tell(packet, dropped(packet.process.error));
  }

  #runaway(packet: Packet): void {
    const what = packet.depth >= MAX_DEPTH ? `loop: ${cycleOf(packet)}` : `more than ${MAX_OPEN} unanswered packets`;
    this.abort(packet.process, failure(what, { code: "loop" }));
  }

  #end(process: Process, error: Error | undefined): void {
    if (process.status !== "running") return;
    process.status = "ending";
    const { hooks, readers, children } = process.takeDown(error);
    for (const child of children) this.abort(child, error);
    for (let reader = readers; reader !== null; reader = reader.next) {
      reader.port.symbol.node.close?.(process, reader.port);
    }
    if (hooks === null && process.children.size === 0) this.#finish(process, readers);
    else void this.#wind(process, hooks ?? [], readers);
  }

  /** Waits for the children, then runs the exit hooks, last in first out. */
  async #wind(process: Process, hooks: ExitHook[], readers: Reader | null): Promise<void> {
    await Promise.all([...process.children].map((child) => child.ended));
    for (const hook of hooks.toReversed()) {
      try {
        await hook(process.error);
      } catch (thrown) {
        process.error ??= asError(thrown);
      }
    }
    this.#finish(process, readers);
  }

  /** Who waits for an answer is told last, and may count on everything being released. */
  #finish(process: Process, readers: Reader | null): void {
    for (let reader = readers; reader !== null; reader = reader.next) {
      for (const packet of reader.unanswered) this.#drop(packet);
      for (const packet of reader.waiting) this.#drop(packet);
    }
    process.finish();
    this.#ended(process);
    const parent = process.parent;
    if (parent?.status === "running") this.release(parent);
  }
}

function dropped(cause: Error | undefined): Error {
  return cause ?? failure("dropped packet", { code: "dropped" });
}

/** The shortest stretch of nodes that a packet's way repeats: `a > b > a`. */
function cycleOf(packet: Packet): string {
  const names: string[] = [];
  for (let at: Packet | null = packet; at !== null; at = at.parent) {
    if (at.port === null) continue;
    const name = at.port.symbol.name;
    const seen = names.indexOf(name);
    names.push(name);
    if (seen >= 0) return names.slice(seen).reverse().join(" > ");
  }
  return names.reverse().join(" > ");
}
