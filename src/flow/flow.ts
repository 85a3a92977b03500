import { type Answer, asError, type Encoded, failure, isError, merge, type Value } from "../value/mod.ts";
import type { FlowOptions } from "./flow_options.ts";
import { type Reply, SENT } from "./node.ts";
import { type Outcome, Packet, PROMISED, type ReplyTo, type Sending } from "./packet.ts";
import { PacketQueue } from "./packet_queue.ts";
import { cycleOf, trace } from "./path.ts";
import type { InPort, OutPort } from "./port.ts";
import { type ExitHook, Process, type ProcessOptions } from "./process.ts";
import type { Reader } from "./reader.ts";

/** Length of a chain of unanswered packets at which a process is considered to be in a loop. */
export const MAX_DEPTH = 1_000;
/** Number of unanswered packets of one process at which its packets are considered to multiply without end. */
export const MAX_OPEN = 100_000;

/**
 * Runs packets: takes the next one off the queue, calls its node's handler, and carries the answer back. Calls never
 * nest: a handler returns before any packet that it sent is taken, so a deep chain uses no stack, and terminating a
 * handler affects only its own process.
 */
export class Flow {
  /** The packet whose handler is running, or null. An exception that escapes `drain` was caused by it. */
  current: Packet | null = null;
  /** The packet whose node made the answer that is being passed on. */
  maker: Packet | null = null;
  readonly #queue = new PacketQueue();
  #draining = false;
  #promised = 0;
  readonly #wake: () => void;
  readonly #idle: (process: Process) => void;
  readonly #ending: ((process: Process) => Promise<void> | undefined) | undefined;
  readonly #ended: (process: Process) => void;

  constructor(options: FlowOptions = {}) {
    this.#wake = options.wake ?? (() => this.drain());
    this.#idle = options.idle ?? (() => {});
    this.#ending = options.ending;
    this.#ended = options.ended ?? (() => {});
  }

  /** The number of packets in the queue. */
  get queued(): number {
    return this.#queue.length;
  }

  /** The number of handlers whose promise has not settled. */
  get promised(): number {
    return this.#promised;
  }

  /** The packet that `step` runs next. */
  get next(): Packet | undefined {
    return this.#queue.first;
  }

  /** Whether the packets in the queue are all of processes that have kept the thread for long. */
  get allStandBack(): boolean {
    return this.#queue.allStandBack;
  }

  /** Opens a process. The caller must `close` it. */
  open(options: ProcessOptions): Process {
    return new Process(this, options);
  }

  /** Opens a child of a packet's process, in the name of the packet. The caller must `close` it. */
  fork(packet: Packet, number: number): Process {
    const { process } = packet;
    const from = { packet, turn: ++packet.turns };
    return new Process(this, { number, generation: process.generation, parent: process, from });
  }

  /**
   * Sends a packet to an in port from outside of any node.
   *
   * @param replyTo Receives the answer.
   * @param tag Stored in the packet for `replyTo`.
   * @param via The out port that it leaves by, for the path in error messages.
   * @param origin Its address, if it comes from another thread.
   */
  start(
    process: Process,
    port: InPort,
    payload: Value | Encoded,
    replyTo: ReplyTo,
    tag = 0,
    via: OutPort | null = null,
    origin: string | null = null,
  ): Packet {
    const packet = new Packet(process, port, payload, null, via);
    packet.replyTo = replyTo;
    packet.tag = tag;
    packet.turn = origin ?? process.roots++;
    process.open++;
    this.#enqueue(packet);
    return packet;
  }

  /**
   * Sends a payload from an out port to everything it is linked to, from outside of any node.
   *
   * @param replyTo Receives the merged answer.
   * @returns False, having sent nothing, if the port has no links.
   */
  emit(process: Process, port: OutPort, payload: Value | Encoded, replyTo: ReplyTo, tag = 0): boolean {
    const targets = port.targets(process.generation);
    const only = targets[0];
    if (only === undefined) return false;
    if (targets.length === 1) {
      this.start(process, only, payload, replyTo, tag, port);
      return true;
    }
    const gathering = new Packet(process, null, payload, null, port);
    gathering.replyTo = replyTo;
    gathering.tag = tag;
    gathering.turn = process.roots++;
    gathering.pending = targets.length;
    gathering.answers = new Array(targets.length);
    process.open++;
    this.spread(gathering, targets, payload, port);
    return true;
  }

  /** Runs packets until the queue is empty. */
  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    while (this.step());
    this.#draining = false;
  }

  /** Runs one packet. Returns false if the queue is empty. */
  step(): boolean {
    const packet = this.#queue.shift();
    if (packet === undefined) return false;
    if (packet.process.status !== "running") this.#drop(packet);
    else if (packet.answer !== undefined) this.#continue(packet);
    else this.#receive(packet);
    return true;
  }

  /**
   * Recovers after `drain` or `step` was terminated from outside, without running any `catch` or `finally`: aborts the
   * process whose handler was running with the error.
   *
   * @returns The packet whose handler was running; null if there was none, in which case the queue may have lost one.
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

  /** Answers a packet whose handler returned `SENT` without sending anything. */
  settle(packet: Packet, answer: Outcome): void {
    if (packet.process.status !== "running") return;
    this.maker = packet;
    this.#settle(packet, answer);
    if (!this.#draining && this.queued > 0) this.#wake();
  }

  /** Closes a process for its opener: it ends once every packet is answered and every child has ended. */
  close(process: Process, error?: Error): void {
    if (process.status !== "running") return;
    process.error ??= error;
    this.release(process);
  }

  /** Adds a reason for a process not to end. */
  hold(process: Process): void {
    process.open++;
  }

  /** Removes a reason for a process not to end. */
  release(process: Process): void {
    const open = --process.open;
    if (open === 0) this.#end(process, process.error);
    else if (open === 1 && process.status === "running") this.#idle(process);
  }

  /** Ends a process and its children now. Its unanswered packets are answered with the error, or `dropped packet`. */
  abort(process: Process, error?: Error): void {
    if (process.status !== "running") return;
    this.#end(process, process.error ?? error);
  }

  /** Sends a payload to every target as a child of a packet. Called by `Packet.send`. */
  spread(parent: Packet, targets: readonly InPort[], payload: Value | Encoded, via: OutPort): void {
    const process = parent.process;
    if (parent.depth >= MAX_DEPTH || process.open > MAX_OPEN) return this.#runaway(parent);
    process.open += targets.length;
    for (let slot = 0; slot < targets.length; slot++) {
      const packet = new Packet(process, targets[slot]!, payload, parent, via);
      packet.slot = slot;
      packet.turn = parent.turns;
      this.#enqueue(packet);
    }
  }

  /** Sends several payloads as children of a packet. Called by `Packet.sendAll`. */
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
      const packet = new Packet(process, targets.length === 1 ? targets[0]! : null, payload, parent, port);
      packet.slot = slot;
      packet.turn = parent.turns;
      if (targets.length === 1) {
        // a long list waits at the reader, one packet in the queue at a time, so that other processes get their turn
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

  #receive(packet: Packet): void {
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
    this.#handleReply(packet, reply, reader);
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
    this.#handleReply(packet, reply, packet.reader);
  }

  #handleReply(packet: Packet, reply: Reply, reader: Reader | null): void {
    if (reply !== SENT && !(reply instanceof Promise)) {
      if (packet.process.status !== "running") return this.#drop(packet);
      if (packet.reader === null && reader !== null && reader.unanswered.length > 0) reader.add(packet);
      this.maker = packet;
      return this.#settle(packet, reply);
    }
    if (packet.process.status !== "running") return this.#drop(packet);
    if (packet.reader === null) (reader ?? packet.process.openReader(packet.port!)).add(packet);
    if (reply === SENT) return this.#takeEarlyAnswer(packet);
    const at = packet.reader!;
    packet.handling |= PROMISED;
    at.busy = ++at.underWay >= (at.port.symbol.node.concurrency ?? 1);
    this.#promised++;
    reply.then(
      (answer) => this.#resume(packet, at, answer),
      (thrown) => this.#resume(packet, at, undefined, thrown),
    );
  }

  #resume(packet: Packet, reader: Reader, answer: Answer | typeof SENT | undefined, thrown?: unknown): void {
    this.#promised--;
    if (packet.process.status !== "running") return;
    packet.handling &= ~PROMISED;
    // its own answer, or what it threw, takes the place of an early answer to what it had sent
    if (answer !== SENT) packet.answer = undefined;
    reader.underWay--;
    reader.busy = false;
    this.#handleReply(packet, answer === undefined ? this.#failed(packet, thrown) : answer, reader);
    this.#advance(reader);
    if (!this.#draining && this.queued > 0) this.#wake();
  }

  /** Goes on with the answer to what a handler had sent, if that came before the handler's promise settled. */
  #takeEarlyAnswer(packet: Packet): void {
    const { answer } = packet;
    if (answer === undefined) return;
    if (packet.continuation !== null) {
      this.#queue.push(packet);
      return;
    }
    packet.answer = undefined;
    this.#settle(packet, answer);
  }

  /** Queues the next waiting packet of a reader. */
  #advance(reader: Reader): void {
    const next = reader.advance();
    if (next !== undefined) this.#enqueue(next);
  }

  /** Turns what a handler threw into its reply: sends the error to the `error` port, or answers with it. */
  #failed(packet: Packet, thrown: unknown): Reply {
    const error = asError(thrown);
    const port = packet.port!.symbol.findOut("error");
    trace(packet, error);
    packet.continuation = null;
    if (packet.pending === 0) return port === undefined ? error : packet.send(port, error);
    // the answers to packets that it sent before it threw would have no receiver
    this.abort(packet.process, error);
    return SENT;
  }

  #settle(packet: Packet, answer: Outcome): void {
    packet.pending = 0;
    if (isError(answer)) trace(packet, answer);
    const reader = packet.reader;
    if (reader === null) return this.#passUp(packet, answer);
    if (reader.holds(packet)) {
      packet.answer = answer;
      return;
    }
    reader.remove(packet);
    this.#passUp(packet, answer);
    for (let held = reader.takeHeld(); held !== undefined; held = reader.takeHeld()) this.#passUp(held, held.answer!);
  }

  /** Passes an answer to the packet's parent, and on upwards until a parent has to wait for other answers. */
  #passUp(packet: Packet, answer: Outcome): void {
    let at = packet;
    for (;;) {
      const parent = at.parent;
      if (parent === null) {
        this.#reply(at, answer);
        return this.release(at.process);
      }
      // the parent's node answered without waiting for the packets it had sent
      if (parent.pending === 0) return this.release(at.process);
      at.process.open--;
      if (parent.answers !== null) {
        parent.answers[at.slot] = answer as Answer; // only a packet with a single link gets an encoded answer
        if (--parent.pending > 0) return;
        answer = merge(parent.answers);
      } else parent.pending = 0;
      if (parent.continuation !== null || parent.promised) {
        parent.answer = answer;
        if (!parent.promised) this.#queue.push(parent);
        return;
      }
      if (parent.reader !== null) return this.#settle(parent, answer);
      at = parent;
    }
  }

  #reply(packet: Packet, answer: Outcome): void {
    const replyTo = packet.replyTo;
    packet.replyTo = null;
    replyTo?.answered(packet, answer);
  }

  #drop(packet: Packet): void {
    if (packet.parent === null) this.#reply(packet, dropped(packet.process.error));
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
    const elsewhere = this.#ending?.(process);
    if (hooks === null && process.children.size === 0 && elsewhere === undefined) this.#finish(process, readers);
    else void this.#endAsync(process, hooks ?? [], readers, elsewhere);
  }

  /** Waits for the children and for other threads, then runs the exit hooks, last in first out. */
  async #endAsync(
    process: Process,
    hooks: ExitHook[],
    readers: Reader | null,
    elsewhere: Promise<void> | undefined,
  ): Promise<void> {
    await Promise.all([elsewhere, ...[...process.children].map((child) => child.ended)]);
    for (const hook of hooks.toReversed()) {
      try {
        await hook(process.error);
      } catch (thrown) {
        process.error ??= asError(thrown);
      }
    }
    this.#finish(process, readers);
  }

  /** Answers the packets that are left once everything is released, then ends the process. */
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
