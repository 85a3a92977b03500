import { receiveMessageOnPort } from "node:worker_threads";
import { NumberMap, type Packet, type Process } from "../flow/mod.ts";
import {
  ENCODED,
  nameOf,
  type Patch,
  readAnswer,
  readInteger,
  readLevel,
  readPayload,
  readResidency,
  readString,
  Residency,
  type ThreadStatus,
  ToExecutor,
  ToHost,
} from "../protocol/mod.ts";
import {
  type Answer,
  asError,
  type Codec,
  Encoded,
  type ErrorRecord,
  fromErrorRecord,
  type LogLevel,
  toWire,
  type Value,
} from "../value/mod.ts";

/** Frames that may be on their way to one executor without being acknowledged. */
export const CREDIT_FRAMES = 128;
/** How large they may be together, in bytes. */
export const CREDIT_BYTES = 32 * 1024 * 1024;
/** Frames that are posted while earlier ones are on their way; fewer wait for those: a post and a wake-up are dear. */
const BATCH_FRAMES = 32;
/** Processes whose end is remembered. */
const LEFT = 10_000;

/** One process as it is on one executor. */
export interface Assignment {
  readonly process: Process;
  readonly connection: Connection;
  /** Packets sent there, by the number they have in frames; answered ones are undefined. */
  readonly packets: (Packet | undefined)[];
  /** How many of them are not answered. */
  unanswered: number;
  /** Whether the executor said that it has more to do for the process than packets of the host's. */
  busy: boolean;
  /** Whether it has caused something that someone outside could see. */
  effects: boolean;
  /** Whether it was run before, on an executor that died. */
  replayed: boolean;
}

/** What an executor says, for the pool to act on. */
export interface ConnectionHandler {
  ask(connection: Connection, ask: Ask): void;
  log(connection: Connection, process: number, symbol: number, level: LogLevel, text: string): void;
  answered(assignment: Assignment, packet: Packet, answer: Answer | Encoded): void;
  /** A assignment's executor has nothing more to do for its process. */
  rested(assignment: Assignment): void;
  childEnded(connection: Connection, child: number): void;
  /** It has sent what no executor sends, and is not listened to any more. */
  malformed(connection: Connection, what: string): void;
}

/** A packet that an executor wants to hand to a node of the host. */
export interface Ask {
  process: number;
  parent: number;
  from: number;
  symbol: number;
  port: number;
  ask: number;
  payload: Value;
}

/** What a connection is made of. */
export interface ConnectionOptions {
  /** The executor's, never used again: what a dead one still has on its way is told apart by it. */
  id: number;
  port: MessagePort;
  /** Shared with the executor. */
  status: ThreadStatus;
  codecs: ReadonlyMap<number, Codec>;
  handler: ConnectionHandler;
  /** The symbol that the executor is for, if it is for one only. */
  only: number | undefined;
}

/** The host's end of the port to one executor: frames out, in batches and within credit, and frames in. */
export class Connection {
  readonly id: number;
  readonly only: number | undefined;
  /** Processes that are on the executor. */
  readonly assignments = new NumberMap<Assignment>();
  /** Packets that it has not answered. */
  inFlight = 0;
  /** Whether it has said that it serves. */
  ready = false;
  /** Whether it is gone: what it still says is not heard. */
  closed = false;
  /** Whether it has sent what no executor sends. */
  #distrusted = false;
  /** Processes whose end it was told last. */
  readonly #left = new Set<number>();
  readonly #port: MessagePort;
  readonly #status: ThreadStatus;
  readonly #handler: ConnectionHandler;
  readonly #codecs: ReadonlyMap<number, Codec>;
  readonly #requests = new Map<number, (error: Error | undefined) => void>();
  #request = 0;
  /** The first element is the number of the batch. */
  #frames: unknown[] = [0];
  #sequence = 0;
  #count = 0;
  #bytes = 0;
  /** Batches that wait for credit. */
  readonly #backlog: { frames: unknown[]; count: number; bytes: number }[] = [];
  /** Posted and not acknowledged: sizes of batches by their last frame. */
  readonly #posted: { count: number; bytes: number }[] = [];
  #unacknowledged = 0;
  #unacknowledgedBytes = 0;
  #scheduled = false;
  readonly #ready = Promise.withResolvers<void>();
  readonly #flushing = () => this.#flush();

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.only = options.only;
    this.#port = options.port;
    this.#status = options.status;
    this.#codecs = options.codecs;
    this.#handler = options.handler;
    this.#port.onmessage = ({ data }) => this.#receive(data);
  }

  /** The calls that it has stopped softly. */
  get stops(): ThreadStatus["stops"] {
    return this.#status.stops;
  }

  /** Settles when the executor serves. */
  get whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** Sends a packet of a process there. @throws {Error} If the payload is too large. */
  send(assignment: Assignment, packet: Packet): void {
    const { process, raw } = packet;
    // the answers of several links are merged here: they have to come as values
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
    );
    this.#pushed(size);
    assignment.packets.push(packet);
    assignment.unanswered++;
    this.inFlight++;
  }

  /** Answers an ask. */
  answer(ask: number, answer: Answer): void {
    const { form, data, size } = toWire(answer);
    this.#frames.push(ToExecutor.Answer, ask, form, data);
    this.#pushed(size);
  }

  /** Says that a process has ended. */
  exit(process: number): void {
    this.#left.add(process);
    if (this.#left.size > LEFT) this.#left.delete(this.#left.values().next().value!);
    this.#frames.push(ToExecutor.Exit, process);
    this.#pushed(0);
  }

  /** Whether a process was on it until not long ago: what it still asks in its name has crossed the news of its end. */
  hasLeft(process: number): boolean {
    return this.#left.has(process);
  }

  /** Changes its symbol table, ahead of any later packet. */
  patch(patch: Patch): void {
    this.#frames.push(ToExecutor.Patch, patch);
    this.#pushed(1_000);
  }

  /** Has a symbol tried out. @throws {Error} Why it cannot be run. */
  prepare(symbol: number): Promise<void> {
    const request = ++this.#request;
    this.#frames.push(ToExecutor.Prepare, request, symbol);
    this.#pushed(0);
    return new Promise((resolve, reject) => {
      this.#requests.set(request, (error) => error === undefined ? resolve() : reject(error));
    });
  }

  /** Hears no more of it. Answers what it was asked to try out and has not said. */
  close(why: Error): void {
    this.closed = true;
    this.#port.close();
    for (const settle of this.#requests.values()) settle(why);
    this.#requests.clear();
  }

  /** Takes in what the executor had posted before it died. Call once its death is confirmed. */
  async drain(): Promise<void> {
    // a message that the event loop has taken already is delivered first
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      // its types know Node's own port only; Deno takes the standard one
      const message = receiveMessageOnPort(this.#port as never);
      if (message === undefined) return;
      this.#receive(message.message);
    }
  }

  /** Counts a frame that was added. */
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

  /** Posts what credit allows; one batch is allowed whatever its size when nothing else is on its way. */
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
      this.#port.postMessage(batch.frames);
      this.#status.signal.notify();
    }
  }

  #acknowledge(count: number): void {
    if (count < 0 || count > this.#unacknowledged) throw new Error(`it acknowledges ${count} frames`);
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
      this.#distrusted = true;
      this.#handler.malformed(this, asError(thrown).message);
    }
  }

  #read(batch: unknown): void {
    if (!Array.isArray(batch)) throw new Error("a batch is not a list");
    this.#acknowledge(readInteger(batch[0], "count of acknowledged frames"));
    for (let at = 1; at < batch.length && !this.closed;) at = this.#frame(batch, at);
    if (this.#count > 0 || this.#backlog.length > 0) this.#schedule();
  }

  /** Reads one frame and answers where the next begins. @throws {Error} If it is not as frames are. */
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
      case ToHost.Ask:
        this.#handler.ask(this, {
          process: word(1),
          parent: word(2),
          from: word(3),
          symbol: word(4),
          port: word(5),
          ask: word(6),
          payload: readPayload(batch[at + 7], batch[at + 8]),
        });
        return at + 9;
      case ToHost.Idle: {
        const residency = readResidency(batch[at + 2]);
        const assignment = this.assignments.get(word(1));
        if (assignment !== undefined) this.#residency(assignment, residency);
        return at + 3;
      }
      case ToHost.Log: {
        const level = readLevel(batch[at + 3]);
        this.#handler.log(this, word(1), word(2), level, readString(batch[at + 4], "text of a log line"));
        return at + 5;
      }
      case ToHost.Prepared: {
        const error = batch[at + 2] as ErrorRecord | null;
        const failed = error === null ? undefined : fromErrorRecord(error);
        const settle = this.#requests.get(word(1));
        this.#requests.delete(word(1));
        settle?.(failed);
        return at + 3;
      }
      case ToHost.Ended:
        this.#handler.childEnded(this, word(1));
        return at + 2;
      default:
        throw new Error(`no frame begins with ${nameOf(batch[at])}`);
    }
  }

  #answer(process: number, number: number, residency: Residency, answer: Answer | Encoded): void {
    const assignment = this.assignments.get(process);
    const packet = assignment?.packets[number];
    if (assignment === undefined || packet === undefined) return; // of a process that has ended meanwhile
    if (answer instanceof Encoded && !(packet.raw instanceof Encoded && packet.raw.codec === answer.codec)) {
      throw new Error(`it answers in codec ${answer.codec.number} what was not asked in it`);
    }
    assignment.packets[number] = undefined;
    assignment.unanswered--;
    this.inFlight--;
    // while the executor is at work for it, the process cannot end
    if (residency === Residency.Busy && !assignment.busy) {
      assignment.busy = true;
      packet.flow.hold(assignment.process);
    }
    if (residency !== Residency.Busy) this.#forget(assignment, residency);
    this.#handler.answered(assignment, packet, answer);
    if (residency !== Residency.Busy) this.#residency(assignment, residency);
  }

  #residency(assignment: Assignment, residency: Residency): void {
    this.#forget(assignment, residency);
    if (!assignment.busy) return;
    assignment.busy = false;
    this.#handler.rested(assignment);
  }

  #forget(assignment: Assignment, residency: Residency): void {
    if (residency === Residency.Nothing && assignment.unanswered === 0) {
      this.assignments.delete(assignment.process.number);
    }
  }
}

/** About how large what a codec has written is. Texts and bytes at its top level are what counts. */
function sizeOf(data: unknown): number {
  if (!Array.isArray(data)) return 100;
  let size = 100;
  for (const part of data) {
    if (typeof part === "string") size += part.length;
    else if (part instanceof Uint8Array) size += part.byteLength;
  }
  return size;
}
