import {
  addressOf,
  Flow,
  type Node,
  type NodeSymbol,
  NumberMap,
  type Outcome,
  type Packet,
  type Process,
  SENT,
  trace,
} from "../flow/mod.ts";
import { clockOf, randomOf } from "../kind/engine/mod.ts";
import type { Kind } from "../kind/mod.ts";
import type { Realm } from "../language/mod.ts";
import { ENCODED, type ExecutorChannel, type Patch, Residency, type Status, ToHost } from "../protocol/mod.ts";
import {
  type Answer,
  asError,
  type Codec,
  Encoded,
  type ErrorRecord,
  type Failure,
  fromErrorRecord,
  isError,
  toErrorRecord,
  toWire,
  type Value,
} from "../value/mod.ts";
import { DEFAULT_LIMIT, Guard } from "./guard.ts";
import { Inbox, type InboxHandler } from "./inbox.ts";
import { NodeMaker } from "./node_maker.ts";
import { Outbox, type WrittenAnswer } from "./outbox.ts";
import { Slices, type SliceWork, type ThreadClock } from "./slices.ts";
import { type Instance, SymbolReplica } from "./symbol_replica.ts";

/** Options of an executor. */
export interface ExecutorOptions {
  /** Leads to the host. */
  channel: ExecutorChannel;
  /** Seen by the warden and the host. */
  status: Status;
  realm: Realm;
  kinds: readonly Kind[];
  codecs: readonly Codec[];
  clock: ThreadClock;
  /** Whether to run without time limits, for the benchmark that measures their cost. Default false. */
  unguarded?: boolean;
}

/** A process of the host on this executor. */
interface Known {
  readonly process: Process;
  /** As last reported to the host. */
  residency: Residency;
}

// taken now: the global is emptied before user code runs
const fillRandom = (bytes: Uint8Array<ArrayBuffer>) => void getRandomValues(bytes);
const getRandomValues = crypto.getRandomValues.bind(crypto);

/** How much a process sends to the host for each millisecond that counts as time of the thread, in bytes. */
const HOST_RATE = 200_000;

/** The limit of a symbol whose node is not made yet. */
const UNKNOWN = -1;

/** The executor's side of the engine: takes frames from the host, runs processes, and posts the results. */
export class Executor implements SliceWork, InboxHandler {
  readonly #channel: ExecutorChannel;
  readonly #flow: Flow;
  readonly #slices: Slices;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #symbols: SymbolReplica;
  readonly #processes = new NumberMap<Known>();
  /** Packets that wait for the answer of a host node, by the number of the host call. */
  readonly #hostCalls = new Map<number, Packet>();
  #callNumber = 0;
  /** The packet that was taken last. */
  #taken: Packet | undefined;
  /** Nodes of whose answers it has warned. */
  readonly #doubted = new WeakSet<NodeSymbol>();
  /** Whether packets carry their addresses. */
  #addresses = false;
  #childNumber = 0;
  /** Receives the answers to the packets of the host. */
  readonly #replyTo = {
    answered: (packet: Packet, answer: Outcome): void => {
      const residency = this.#residencyAfter(packet);
      const { maker } = this.#flow;
      if (maker !== null && packet.raw instanceof Encoded) this.#doubt(answer as Answer, packet.raw.codec, maker);
      const encode = () => write(answer as Answer, packet.raw, maker);
      this.#outbox.pushAnswer(encode, ToHost.Answer, packet.process.number, packet.tag, residency);
      // the answer of a handler's promise comes outside of a slice
      this.#slices.schedulePost();
    },
  };

  constructor({ channel, status, realm, kinds, codecs, clock, unguarded = false }: ExecutorOptions) {
    this.#channel = channel;
    const guard = new Guard(status);
    this.#outbox = new Outbox(channel, () => status.beat());
    const flow = this.#flow = new Flow({
      wake: () => this.#slices.schedule(),
      idle: (process) => this.#idle(process),
      ended: (process) => this.#ended(process),
    });
    const maker = new NodeMaker({
      kinds,
      realm,
      guard,
      flow,
      clock: clockOf(clock),
      random: randomOf(fillRandom),
      waitClock: clock,
      addTask: (task) => this.#slices.add(task),
      log: (process, symbol, level, text) => {
        this.#outbox.size += text.length;
        this.#push(ToHost.Log, process, symbol, level, text);
      },
      handled: (process, symbol, error) => this.#push(ToHost.Handled, process, symbol, error),
      measure: (symbol, type, name, value) => this.#push(ToHost.Metric, symbol, type, name, value),
      traced: (process, symbol, { to, from, payload }) => {
        this.#outbox.size += payload.length;
        this.#push(ToHost.Traced, process, symbol, to, from ?? null, payload);
      },
      fork: (packet) => flow.fork(packet, --this.#childNumber),
    });
    const remote: Node = { receive: (packet, to) => this.#callHost(packet, to.symbol, to.index) };
    this.#symbols = new SymbolReplica((symbol, definition) => maker.make(symbol, definition), remote);
    this.#inbox = new Inbox(codecs, this);
    this.#slices = new Slices(this, clock, status, guard, unguarded);
    channel.onBatch((batch) => {
      this.#inbox.add(batch);
      this.#slices.schedule();
    });
  }

  // called by slices

  readFrame(): boolean {
    const read = this.#inbox.read();
    if (read) this.#outbox.taken++;
    return read;
  }

  takePacket(): boolean {
    this.#taken = this.#flow.next;
    return this.#flow.step();
  }

  spend(ms: number): void {
    this.#taken?.process.spend(ms);
  }

  get nextStandsBack(): boolean {
    return this.#flow.allStandBack;
  }

  get isFull(): boolean {
    return this.#outbox.isFull;
  }

  get hasWork(): boolean {
    return !this.#inbox.empty || this.#flow.queued > 0;
  }

  get nextLimit(): number {
    const next = this.#flow.next;
    if (next === undefined || next.port === null) return 0;
    const symbol = next.port.symbol;
    if (symbol.limit === UNKNOWN) {
      symbol.limit = 0;
      this.#symbols.ensure(symbol);
    }
    return next.answer === undefined && next.process.status === "running" ? symbol.limit : 0;
  }

  get currentNode(): string | undefined {
    return this.#flow.current?.port?.symbol.name;
  }

  get hasPromises(): boolean {
    return this.#flow.promised > 0;
  }

  receiveBatches(): boolean {
    for (let batch = this.#channel.receive(); batch !== undefined; batch = this.#channel.receive()) {
      this.#inbox.add(batch);
    }
    return !this.#inbox.empty;
  }

  get arrivals(): number {
    return this.#channel.arrivals;
  }

  wait(arrivals: number, timeout: number): void {
    this.#channel.wait(arrivals, timeout);
  }

  post(timeLeft?: () => number): boolean {
    return this.#outbox.post(timeLeft);
  }

  stopCurrent(error: Failure): void {
    const packet = this.#flow.stopped(error);
    if (packet !== null && packet.port !== null) this.#symbols.flush(packet.port.symbol, packet.process.number);
  }

  giveUp(reason: string): void {
    this.#outbox.push(ToHost.Log, 0, 0, "error", `executor exits: ${reason}`);
    this.#outbox.post();
  }

  // called by the inbox

  packet(
    number: number,
    generation: number,
    symbol: number,
    port: number,
    tag: number,
    raw: Value | Encoded,
    address: string | null,
  ): void {
    let known = this.#processes.get(number);
    if (known === undefined) {
      known = { process: this.#flow.open({ number, generation }), residency: Residency.Busy };
      this.#processes.set(number, known);
    }
    // the numbers of roots are the host's to give
    this.#addresses ||= address !== null;
    const to = this.#symbols.port(symbol, port);
    this.#flow.start(known.process, to, raw, this.#replyTo, tag, null, address ?? "0");
  }

  answer(call: number, answer: Answer): void {
    const packet = this.#hostCalls.get(call);
    this.#hostCalls.delete(call);
    if (packet !== undefined) this.#flow.settle(packet, answer);
  }

  patch(patch: Patch): void {
    for (const definition of patch.define) {
      const symbol = this.#symbols.define(definition);
      symbol.limit = definition.body === undefined ? 0 : UNKNOWN;
    }
    this.#symbols.change(patch);
  }

  exit(number: number, error: ErrorRecord | null, isAwaited: boolean): void {
    const known = this.#processes.get(number);
    if (known !== undefined) {
      this.#processes.delete(number);
      this.#flow.abort(known.process, error === null ? undefined : fromErrorRecord(error));
    }
    if (!isAwaited) return;
    if (known === undefined || known.process.status === "ended") this.#push(ToHost.Ended, number);
    else void known.process.ended.then(() => this.#push(ToHost.Ended, number));
  }

  /** Makes the node of a symbol and runs the top level of its code, as a task of its own. */
  prepare(request: number, number: number): void {
    const symbol = this.#symbols.symbol(number);
    const done = (error?: Failure) => {
      this.#outbox.push(ToHost.Prepared, request, error === undefined ? null : toErrorRecord(error));
      this.#slices.schedule();
    };
    const attempt = (run: () => void, limit?: number) =>
      this.#slices.add({
        name: `the top level of ${symbol.name}`,
        // a limit below that of a slice needs a slice of its own, or the thread would be killed before it is stopped
        ...limit !== undefined && { limit, timeLeft: () => limit },
        stopped: (error) => {
          this.#symbols.flush(symbol, 0);
          done(error);
        },
        run: () => {
          try {
            run();
          } catch (thrown) {
            done(asError(thrown));
          }
        },
      });
    const start = (instance: Instance | undefined) => {
      for (const program of instance?.programs ?? []) program.start();
      done();
    };
    const startInTime = (instance: Instance | undefined) => {
      const { limit } = symbol;
      if (limit > 0 && limit < DEFAULT_LIMIT) attempt(() => start(instance), limit);
      else start(instance);
    };
    attempt(() => {
      if (symbol.limit === UNKNOWN) symbol.limit = 0;
      const instance = this.#symbols.make(symbol);
      if (!(instance instanceof Promise)) startInTime(instance);
      else instance.then((settled) => attempt(() => startInTime(settled)), (thrown) => done(asError(thrown)));
    });
  }

  /** Passes a packet on to a node of the host. */
  #callHost(packet: Packet, symbol: NodeSymbol, port: number): typeof SENT {
    const { process } = packet;
    const { form, data, size } = toWire(packet.payload);
    this.#outbox.size += size;
    // the host has to take it in
    process.spend(size / HOST_RATE);
    const call = ++this.#callNumber;
    this.#hostCalls.set(call, packet);
    const from = packet.via?.symbol.number ?? 0;
    const address = this.#addresses ? addressOf(packet) : null;
    // the host may not know the processes in between
    const parent = process.parent === null ? 0 : process.root.number;
    this.#outbox.push(ToHost.Call, process.number, parent, from, symbol.number, port, call, form, data, address);
    return SENT;
  }

  /** Returns what is left of a process after a packet of the host was answered. Forgets it if that is nothing. */
  #residencyAfter({ process }: Packet): Residency {
    const known = this.#processes.get(process.number);
    if (known === undefined || process.status !== "running") return Residency.Nothing;
    // the host and the answered packet still hold it open at this point
    known.residency = process.open > 2 ? Residency.Busy : process.forgettable ? Residency.Nothing : Residency.Kept;
    if (known.residency === Residency.Nothing) this.#forget(process);
    return known.residency;
  }

  #forget(process: Process): void {
    this.#processes.delete(process.number);
    this.#flow.close(process);
  }

  #idle(process: Process): void {
    const known = this.#processes.get(process.number);
    if (known === undefined || known.residency !== Residency.Busy) return;
    known.residency = process.forgettable ? Residency.Nothing : Residency.Kept;
    this.#push(ToHost.Idle, process.number, known.residency);
    if (known.residency === Residency.Nothing) this.#forget(process);
  }

  #ended(process: Process): void {
    this.#processes.delete(process.number);
    if (process.number < 0) this.#push(ToHost.Ended, process.number);
  }

  /** Warns of an answer that may be wrong, once for each node. */
  #doubt(answer: Answer, codec: Codec, { port, process }: Packet): void {
    if (port === null || typeof answer !== "object" || this.#doubted.has(port.symbol)) return;
    const doubt = codec.doubtOf?.(answer);
    if (doubt === undefined) return;
    this.#doubted.add(port.symbol);
    this.#outbox.push(ToHost.Warning, process.number, port.symbol.number, doubt);
  }

  /** Adds a frame that may be written at any time, also by a hook that runs while nothing else does. */
  #push(...frame: unknown[]): void {
    this.#outbox.push(...frame);
    this.#slices.schedulePost();
  }
}

/**
 * Returns an answer as it is posted: in the codec of the packet, if that was encoded. An answer that cannot be written
 * becomes an error, with the path to the node that made it.
 */
function write(answer: Answer, packet: Value | Encoded, maker: Packet | null): WrittenAnswer {
  try {
    if (packet instanceof Encoded && !isError(answer)) {
      return { form: ENCODED + packet.codec.number, data: packet.codec.encode(answer, packet.data) };
    }
    return toWire(answer);
  } catch (thrown) {
    const error = asError(thrown);
    if (maker !== null) trace(maker, error);
    return toWire(error);
  }
}
