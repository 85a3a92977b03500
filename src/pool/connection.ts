import { addressOf, NumberMap, type Packet, type Process, type TracedPacket } from "../flow/mod.ts";
import {
  type Channel,
  ENCODED,
  nameOf,
  type Patch,
  readAddress,
  readAnswer,
  readInteger,
  readLevel,
  readNumber,
  readPayload,
  readResidency,
  readString,
  Residency,
  type StatusReader,
  ToExecutor,
  ToHost,
} from "../protocol/mod.ts";
import {
  type Answer,
  asError,
  type Codec,
  Encoded,
  type ErrorRecord,
  type Failure,
  fromErrorRecord,
  type LogLevel,
  toErrorRecord,
  toWire,
  type Value,
} from "../value/mod.ts";
import type { Assignment } from "./assignment.ts";

/** How many unacknowledged frames may be on their way to one executor. */
export const CREDIT_FRAMES = 128;
/** How large those frames may be together, in bytes. */
export const CREDIT_BYTES = 32 * 1024 * 1024;
/**
 * While earlier frames are unacknowledged, fewer new ones than this wait: a post with its wake-up is expensive.
 */
const BATCH_FRAMES = 32;
/** How many ended processes a connection remembers. */
const EXITED = 10_000;

/** Receives what an executor sends. */
export interface ConnectionHandler {
  hostCall(connection: Connection, call: HostCall): void;
  log(connection: Connection, process: number, symbol: number, level: LogLevel, text: string): void;
  /** Called with an error that left by a linked `error` port. */
  handled?(connection: Connection, process: number, symbol: number, error: Failure): void;
  /** Called with a packet that a traced node has received. */
  traced?(connection: Connection, process: number, symbol: number, packet: TracedPacket): void;
  /** Called with a warning about what a node does. It comes from each executor, and may come again. */
  warned(connection: Connection, process: number, symbol: number, text: string): void;
  answered(assignment: Assignment, packet: Packet, answer: Answer | Encoded): void;
  /** Called when the executor has become idle for the process of an assignment. */
  idle(assignment: Assignment): void;
  childEnded(connection: Connection, child: number): void;
  /** Called when a node has recorded a metric. Only the types are checked. */
  measured(connection: Connection, symbol: number, type: string, name: string, value: number): void;
  /** Called when the executor has sent a malformed frame. Nothing that it sends is read any more. */
  malformed(connection: Connection, what: string): void;
}

/** A packet of an executor to a node of the host. Numbers as in the frame. */
export interface HostCall {
  process: number;
  parent: number;
  from: number;
  symbol: number;
  port: number;
  call: number;
  payload: Value;
  /** The address of the packet, if packets carry theirs. */
  address: string | null;
}

/** Options of a connection. */
export interface ConnectionOptions {
  /** The id of the executor. Never reused, so that late frames of a dead executor are told apart. */
  id: number;
  channel: Channel;
  status: StatusReader;
  codecs: ReadonlyMap<number, Codec>;
  handler: ConnectionHandler;
  /** The only symbol that runs on the executor, if it is a quarantined one. */
  only: number | undefined;
  /** Whether packets carry their addresses. Default false. */
  addresses?: boolean;
}

/** The host's end of the connection to one executor: sends frames in batches and within credit, and reads frames. */
export class Connection {
  readonly id: number;
  readonly only: number | undefined;
  /** The processes on the executor, by number. */
  readonly assignments = new NumberMap<Assignment>();
  /** How many packets the executor has not answered. */
  inFlight = 0;
  /** Whether the executor serves. */
  ready = false;
  /** Whether the connection is closed: nothing is read from the executor any more. */
  closed = false;
  /** Whether the executor has sent a malformed frame. */
  #distrusted = false;
  /** The processes whose end was last sent to the executor. */
  readonly #exited = new Set<number>();
  readonly #channel: Channel;
  readonly #status: StatusReader;
  readonly #handler: ConnectionHandler;
  readonly #codecs: ReadonlyMap<number, Codec>;
  readonly #addresses: boolean;
  readonly #requests = new Map<number, (error: Error | undefined) => void>();
  /** Resolve when a process has ended on the executor too, by its number. */
  readonly #ending = new Map<number, () => void>();
  #request = 0;
  /** The next batch. Its first element is its number. */
  #frames: unknown[] = [0];
  #sequence = 0;
  #count = 0;
  #bytes = 0;
  /** Batches that wait for credit. */
  readonly #backlog: { frames: unknown[]; count: number; bytes: number }[] = [];
  /** The batches that are posted and not acknowledged, oldest first. */
  readonly #posted: { count: number; bytes: number }[] = [];
  #unacknowledged = 0;
  #unacknowledgedBytes = 0;
  #scheduled = false;
  readonly #ready = Promise.withResolvers<void>();
  readonly #flushing = () => this.#flush();

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.only = options.only;
    this.#channel = options.channel;
    this.#status = options.status;
    this.#codecs = options.codecs;
    this.#addresses = options.addresses ?? false;
    this.#handler = options.handler;
    this.#channel.onBatch((batch) => this.#receive(batch), (what) => this.#distrust(what));
  }

  /** The calls that the executor has stopped. */
  get stops(): StatusReader["stops"] {
    return this.#status.stops;
  }

  /** Resolves when the executor serves. */
  get whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** Sends a packet of a process to the executor. @throws {Error} If the payload is too large. */
  send(assignment: Assignment, packet: Packet): void {
    const { process, raw } = packet;
    // a packet with a parent may be one of several whose answers are merged here, so it is answered with a value
    const { form, data, size } = raw instanceof Encoded && packet.parent === null
      ? { form: ENCODED + raw.codec.number, data: raw.data, size: sizeOf(raw.data) }
      : toWire(packet.payload);
    const { port } = packet;
    this.#frames.push(
      ToExecutor.Packet,
      process.number,
      process.generation,
      port!.symbol.number,
      port!.index,
      assignment.packets.length,
      form,
      data,
      this.#addresses ? addressOf(packet) : null,
    );
    this.#pushed(size);
    assignment.packets.push(packet);
    assignment.unanswered++;
    this.inFlight++;
  }

  /** Answers a host call. */
  answer(call: number, answer: Answer): void {
    const { form, data, size } = toWire(answer);
    this.#frames.push(ToExecutor.Answer, call, form, data);
    this.#pushed(size);
  }

  /**
   * Tells the executor that a process ends.
   *
   * @param hasUnanswered Whether packets of it are unanswered there: those that have not run yet then never do.
   * @returns Resolves when the process has ended there too, or the executor is lost. Undefined if packets are unanswered:
   * whatever the executor is in must not hold the end up.
   */
  exit({ number, error }: Process, hasUnanswered: boolean): Promise<void> | undefined {
    this.#exited.add(number);
    if (this.#exited.size > EXITED) this.#exited.delete(this.#exited.values().next().value!);
    this.#frames.push(ToExecutor.Exit, number, error === undefined ? null : toErrorRecord(error), !hasUnanswered);
    this.#pushed(0);
    if (this.closed) return undefined;
    this.#schedule();
    if (hasUnanswered) return undefined;
    return new Promise((resolve) => this.#ending.set(number, resolve));
  }

  /** Reports whether a process has ended recently: its host calls may have crossed the `Exit` frame. */
  hasExited(process: number): boolean {
    return this.#exited.has(process);
  }

  /** Changes the executor's symbol table, ahead of any later packet. */
  patch(patch: Patch): void {
    this.#frames.push(ToExecutor.Patch, patch);
    this.#pushed(1_000);
  }

  /** Makes the node of a symbol and runs its top level. @throws {Error} The reason why the symbol cannot run. */
  prepare(symbol: number): Promise<void> {
    const request = ++this.#request;
    this.#frames.push(ToExecutor.Prepare, request, symbol);
    this.#pushed(0);
    return new Promise((resolve, reject) => {
      this.#requests.set(request, (error) => error === undefined ? resolve() : reject(error));
    });
  }

  /** The number of the symbol in whose code the executor died, if it did. */
  diedIn: number | undefined;

  /** Closes the connection. Pending `prepare` calls reject with the error. */
  close(error: Error): void {
    this.closed = true;
    this.#channel.close();
    for (const settle of this.#requests.values()) settle(error);
    this.#requests.clear();
    for (const settle of this.#ending.values()) settle();
    this.#ending.clear();
  }

  /** Reads what the executor posted before it died. Call it once the death is confirmed. */
  drain(): Promise<void> {
    return this.#channel.drain();
  }

  /** Counts a frame that was added to the batch. */
  #pushed(bytes: number): void {
    if (this.closed) {
      this.#frames.length = 1;
      return;
    }
    this.#count++;
    this.#bytes += bytes;
    if (this.#count >= CREDIT_FRAMES || this.#bytes >= CREDIT_BYTES) this.#cut();
    if (this.#unacknowledged === 0 || this.#count >= BATCH_FRAMES || this.#backlog.length > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flushing);
  }

  #cut(): void {
    if (this.#count === 0) return;
    this.#backlog.push({ frames: this.#frames, count: this.#count, bytes: this.#bytes });
    this.#frames = [++this.#sequence];
    this.#count = this.#bytes = 0;
  }

  /** Posts the batches that credit allows. With nothing else on its way, one batch of any size is allowed. */
  #flush(): void {
    this.#scheduled = false;
    if (this.closed) return;
    this.#cut();
    for (let batch = this.#backlog[0]; batch !== undefined; batch = this.#backlog[0]) {
      const fits = this.#unacknowledged + batch.count <= CREDIT_FRAMES &&
        this.#unacknowledgedBytes + batch.bytes <= CREDIT_BYTES;
      if (!fits && this.#unacknowledged > 0) return;
      this.#backlog.shift();
      this.#unacknowledged += batch.count;
      this.#unacknowledgedBytes += batch.bytes;
      this.#posted.push({ count: batch.count, bytes: batch.bytes });
      this.#channel.post(batch.frames);
    }
  }

  #acknowledge(count: number): void {
    if (count < 0 || count > this.#unacknowledged) {
      throw new Error(`invalid acknowledgement of ${count} frames: expected at most ${this.#unacknowledged}`);
    }
    this.#unacknowledged -= count;
    for (let first = this.#posted[0]; first !== undefined && count > 0; first = this.#posted[0]) {
      const of = Math.min(count, first.count);
      first.count -= of;
      count -= of;
      if (first.count > 0) return;
      this.#unacknowledgedBytes -= first.bytes;
      this.#posted.shift();
    }
  }

  #receive(batch: unknown): void {
    if (this.closed || this.#distrusted) return;
    if (!this.ready) {
      this.ready = true;
      this.#ready.resolve();
    }
    try {
      this.#read(batch);
    } catch (thrown) {
      this.#distrust(asError(thrown).message);
    }
  }

  #distrust(what: string): void {
    if (this.closed || this.#distrusted) return;
    this.#distrusted = true;
    this.#handler.malformed(this, what);
  }

  #read(batch: unknown): void {
    if (!Array.isArray(batch)) throw new Error("a batch is not a list");
    this.#acknowledge(readInteger(batch[0], "count of acknowledged frames"));
    for (let at = 1; at < batch.length && !this.closed;) at = this.#frame(batch, at);
    if (this.#count > 0 || this.#backlog.length > 0) this.#schedule();
  }

  /** Reads one frame. @returns The index of the next. @throws {Error} If the frame is malformed. */
  #frame(batch: readonly unknown[], at: number): number {
    const word = (offset: number) => readInteger(batch[at + offset], "element of a frame");
    switch (batch[at]) {
      case ToHost.Answer:
        this.#answer(
          word(1),
          word(2),
          readResidency(batch[at + 3]),
          readAnswer(batch[at + 4], batch[at + 5], this.#codecs),
        );
        return at + 6;
      case ToHost.Call:
        this.#handler.hostCall(this, {
          process: word(1),
          parent: word(2),
          from: word(3),
          symbol: word(4),
          port: word(5),
          call: word(6),
          payload: readPayload(batch[at + 7], batch[at + 8]),
          address: readAddress(batch[at + 9]),
        });
        return at + 10;
      case ToHost.Idle: {
        const residency = readResidency(batch[at + 2]);
        const assignment = this.assignments.get(word(1));
        if (assignment !== undefined) this.#residency(assignment, residency);
        return at + 3;
      }
      case ToHost.Log:
        this.#handler.log(this, word(1), word(2), readLevel(batch[at + 3]), readString(batch[at + 4], "log line"));
        return at + 5;
      case ToHost.Handled:
        this.#handler.handled?.(this, word(1), word(2), fromErrorRecord(batch[at + 3] as ErrorRecord));
        return at + 4;
      case ToHost.Warning:
        this.#handler.warned(this, word(1), word(2), readString(batch[at + 3], "text of a warning"));
        return at + 4;
      case ToHost.Traced: {
        const [process, symbol, from] = [word(1), word(2), batch[at + 4]];
        const packet: TracedPacket = {
          to: readString(batch[at + 3], "port of a packet"),
          ...from !== null && { from: readString(from, "port of a packet") },
          payload: readString(batch[at + 5], "payload of a packet"),
        };
        this.#handler.traced?.(this, process, symbol, packet);
        return at + 6;
      }
      case ToHost.Prepared: {
        const error = batch[at + 2] as ErrorRecord | null;
        const failed = error === null ? undefined : fromErrorRecord(error);
        const settle = this.#requests.get(word(1));
        this.#requests.delete(word(1));
        settle?.(failed);
        return at + 3;
      }
      case ToHost.Metric:
        this.#handler.measured(
          this,
          word(1),
          readString(batch[at + 2], "type of a metric"),
          readString(batch[at + 3], "name of a metric"),
          readNumber(batch[at + 4], "value of a metric"),
        );
        return at + 5;
      case ToHost.Ended:
        if (word(1) < 0) this.#handler.childEnded(this, word(1));
        this.#ending.get(word(1))?.();
        this.#ending.delete(word(1));
        return at + 2;
      default:
        throw new Error(`unknown frame ${nameOf(batch[at])}`);
    }
  }

  #answer(process: number, number: number, residency: Residency, answer: Answer | Encoded): void {
    const assignment = this.assignments.get(process);
    const packet = assignment?.packets[number];
    if (assignment === undefined || packet === undefined) return; // the process has ended meanwhile
    if (answer instanceof Encoded && !(packet.raw instanceof Encoded && packet.raw.codec === answer.codec)) {
      throw new Error(`unexpected codec ${answer.codec.number} of an answer`);
    }
    assignment.packets[number] = undefined;
    assignment.unanswered--;
    this.inFlight--;
    // the process cannot end while the executor works for it
    if (residency === Residency.Busy && !assignment.busy) {
      assignment.busy = true;
      packet.process.flow.hold(assignment.process);
    }
    if (residency !== Residency.Busy) this.#forget(assignment, residency);
    this.#handler.answered(assignment, packet, answer);
    if (residency !== Residency.Busy) this.#residency(assignment, residency);
  }

  #residency(assignment: Assignment, residency: Residency): void {
    this.#forget(assignment, residency);
    if (!assignment.busy) return;
    assignment.busy = false;
    this.#handler.idle(assignment);
  }

  #forget(assignment: Assignment, residency: Residency): void {
    if (residency === Residency.Nothing && assignment.unanswered === 0) {
      this.assignments.delete(assignment.process.number);
    }
  }
}

/** Estimates the size of encoded data, in bytes: strings and bytes at its top level, and a constant for the rest. */
function sizeOf(data: unknown): number {
  if (!Array.isArray(data)) return 100;
  let size = 100;
  for (const part of data) {
    if (typeof part === "string") size += part.length;
    else if (part instanceof Uint8Array) size += part.byteLength;
  }
  return size;
}
