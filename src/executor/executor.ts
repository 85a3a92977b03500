import vm from "node:vm";
import {
  type Definition,
  Flow,
  type Kind,
  type LogLevel,
  type Node,
  type NodeSymbol,
  type Note,
  type Outcome,
  type Packet,
  type Patch,
  type Prepared,
  type Process,
  Rest,
  SEALED,
  SENT,
  ToHost,
} from "../flow/mod.ts";
import type { CodeOptions, ExecutorContext } from "../kinds/context.ts";
import { compileCondition, languageOf, type Program, type Realm } from "../language/mod.ts";
import { formatPosition, type Path, positionIn } from "../spec/mod.ts";
import {
  type Answer,
  asError,
  type Codec,
  type Failure,
  failure,
  fromWire,
  isError,
  Sealed,
  toErrorRecord,
  toWire,
  type Value,
  type ValueMap,
} from "../value/mod.ts";
import { DEFAULT_LIMIT, Guard } from "./guard.ts";
import { Inbox } from "./inbox.ts";
import { kindTable, type Made, Mirror } from "./mirror.ts";
import { Outbox } from "./outbox.ts";
import { GuardedProgram } from "./program.ts";

/**
 * How long a slice goes on taking frames, in milliseconds. A slice costs a timer thread, 100 µs on a busy machine, so
 * under load one serves many batches; the limits of calls are exact to this and no more.
 */
const SLICE = 50;
/** How long a slice may keep what is waiting for the event loop waiting, in milliseconds. */
const SHORT_SLICE = 5;
/** How long a slice waits for the next batch, in milliseconds. */
const LINGER = 2;
/** What is left for the engine after a call that took all its limit, in milliseconds. */
const MARGIN = 50;

/** What of the thread an executor uses, taken before the thread's global is emptied. */
export interface Clock {
  now(): number;
  setImmediate(task: () => void): unknown;
  setInterval(task: () => void, ms: number): unknown;
  /** Takes a message from a port without the event loop. */
  receive(port: MessagePort): unknown;
  /** Processor time that the thread itself has used, in milliseconds. */
  cpu(): number;
  /** Ends the thread. */
  exit(): never;
}

/** What an executor is made of. */
export interface ExecutorOptions {
  /** To the host. */
  port: MessagePort;
  /** Shared with the warden. */
  note: Note;
  realm: Realm;
  kinds: readonly Kind[];
  codecs: readonly Codec[];
  clock: Clock;
  /** Runs frames without slices, for the bench that says what slices cost. Default false. */
  unguarded?: boolean;
}

interface Known {
  readonly process: Process;
  /** What the host was last told of it. */
  rest: Rest;
}

interface Task {
  /** What runs, for errors. */
  name: string;
  run(): void;
  /** Told when it took too long. */
  stopped(error: Failure): void;
}

/**
 * A thread's side of the engine: takes frames from the host, runs processes, calls user code, posts what comes of it.
 * All of it happens in slices, each inside one timed script: what runs too long is ended, and only its process with it.
 */
export class Executor {
  readonly #flow: Flow;
  readonly #guard: Guard;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #mirror: Mirror;
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #realm: Realm;
  readonly #clock: Clock;
  readonly #note: Note;
  readonly #unguarded: boolean;
  readonly #processes = new Map<number, Known>();
  readonly #asks = new Map<number, Packet>();
  readonly #tasks: Task[] = [];
  readonly #script: vm.Script;
  #askNumber = 0;
  #childNumber = 0;
  #scheduled = false;
  /** The limit of what has to run in a slice of its own next; 0: nothing has. */
  #alone = 0;
  #task: Task | undefined;
  readonly #port: MessagePort;
  /** Processor time that the thread had used at some moment not long ago, in milliseconds. */
  #measured = { at: 0, used: 0 };

  constructor(options: ExecutorOptions) {
    this.#realm = options.realm;
    this.#clock = options.clock;
    this.#note = options.note;
    this.#unguarded = options.unguarded ?? false;
    this.#kinds = kindTable(options.kinds);
    this.#guard = new Guard(options.note);
    this.#outbox = new Outbox(options.port);
    this.#flow = new Flow({
      wake: () => this.#schedule(),
      idle: (process) => this.#idle(process),
      ended: (process) => this.#ended(process),
    });
    const remote: Node = { receive: (packet, port) => this.#ask(packet, port.symbol, port.index) };
    this.#mirror = new Mirror((symbol, definition) => this.#make(symbol, definition), remote);
    this.#inbox = new Inbox(options.codecs, {
      packet: (process, generation, symbol, port, packet, raw) =>
        this.#packet(process, generation, symbol, port, packet, raw),
      answer: (process, ask, answer) => this.#answer(process, ask, answer),
      exit: (process) => this.#exit(process),
      prepare: (request, symbol) => this.#try(request, symbol),
      patch: (patch) => this.#patch(patch),
    });
    Object.defineProperty(globalThis, "slice", { value: () => this.#slice(), configurable: true });
    this.#script = new vm.Script("slice()", { filename: "slice" });
    this.#port = options.port;
    options.port.onmessage = ({ data }) => {
      this.#inbox.add(data);
      this.#schedule();
    };
    this.#clock.setInterval(() => this.#beat(), 100);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    this.#note.beat();
    const limit = this.#alone;
    if (this.#unguarded) this.#slice();
    else this.#timed(limit === 0 ? DEFAULT_LIMIT + SLICE + MARGIN : limit);
    this.#outbox.post();
    if (!this.#inbox.empty || this.#flow.queued > 0 || this.#tasks.length > 0) this.#schedule();
  }

  #beat(): void {
    this.#note.beat();
    this.#measured = { at: this.#clock.now(), used: this.#clock.cpu() };
  }

  /** Runs one slice under a timer. What ends it from outside runs no `finally`: nothing here may rely on one. */
  #timed(timeout: number): void {
    try {
      this.#script.runInThisContext({ timeout });
    } catch (thrown) {
      if (!isTimeout(thrown) || !this.#guard.inside) {
        // ended in the middle of the engine's own work: its state cannot be relied on, so the thread is given up
        this.#log("error", `an executor gives up: ${asError(thrown).stack}`);
        this.#outbox.post();
        this.#clock.exit();
      }
      const { at, used } = this.#measured;
      this.#stopped((this.#clock.cpu() - used) / (this.#clock.now() - at) < 0.5);
    }
  }

  /** Takes frames and packets, and waits a little for more. */
  #slice(): void {
    if (this.#alone !== 0) return this.#single();
    const began = this.#clock.now();
    for (;;) {
      const more = this.#work(began);
      this.#outbox.post();
      if (!more || !this.#fetch(began)) return;
    }
  }

  /** Works until nothing is left. Answers false if there is, but not for this slice. */
  #work(began: number): boolean {
    this.#guard.used = false;
    for (let steps = 1;; steps++) {
      const read = this.#inbox.read();
      if (read) this.#outbox.taken++;
      const limit = this.#limitOfNext();
      if (limit !== 0) {
        this.#alone = limit;
        return false;
      }
      if (!this.#flow.step() && !read) return true;
      if (this.#guard.used || (steps & 15) === 0) {
        this.#guard.used = false;
        if (this.#clock.now() - began >= this.#span) return false;
      }
    }
  }

  /** The limit of what is next, if it has one of its own and so needs a slice of its own; else 0. */
  #limitOfNext(): number {
    if (this.#tasks.length > 0) return DEFAULT_LIMIT;
    const next = this.#flow.next;
    if (next === undefined || next.port === null) return 0;
    const symbol = next.port.symbol;
    if (symbol.limit === UNKNOWN) this.#ready(symbol);
    return next.answer === undefined && next.process.status === "running" ? symbol.limit : 0;
  }

  /** How long this slice may take: what the event loop has to do for a promise or a timer must not wait long. */
  get #span(): number {
    return this.#flow.promised > 0 ? SHORT_SLICE : SLICE;
  }

  /** Takes the next batch in, if it comes soon. */
  #fetch(began: number): boolean {
    const heard = this.#note.rings;
    if (this.#receive()) return true;
    const left = this.#span - (this.#clock.now() - began);
    if (left <= 0 || this.#flow.promised > 0) return false;
    this.#note.wait(heard, Math.min(left, LINGER));
    return this.#receive();
  }

  #receive(): boolean {
    let batch = this.#clock.receive(this.#port);
    const received = batch !== undefined;
    for (; batch !== undefined; batch = this.#clock.receive(this.#port)) this.#inbox.add(batch as unknown[]);
    return received && !this.#inbox.empty;
  }

  /** Runs what has a limit of its own. */
  #single(): void {
    this.#alone = 0;
    const task = this.#task = this.#tasks.shift();
    if (task === undefined) this.#flow.step();
    else task.run();
    this.#task = undefined;
  }

  #stopped(overloaded: boolean): void {
    const { limit } = this.#note.read();
    const task = this.#task;
    this.#task = undefined;
    const name = task?.name ?? this.#flow.current?.port?.symbol.name ?? "a node";
    const hint = overloaded ? " (the machine was overloaded: the thread had less than half of a processor)" : "";
    const error = failure(`${name} was stopped after ${limit} ms${hint}`, { code: "timeout" });
    this.#guard.leave();
    if (task !== undefined) task.stopped(error);
    else this.#flow.stopped(error);
  }

  #packet(number: number, generation: number, symbol: number, port: number, tag: number, raw: Value | Sealed): void {
    let known = this.#processes.get(number);
    if (known === undefined) {
      known = { process: this.#flow.open({ number, generation }), rest: Rest.Busy };
      this.#processes.set(number, known);
    }
    this.#flow.start(known.process, this.#mirror.port(symbol, port), raw, this.#asker, tag);
  }

  readonly #asker = {
    answered: (packet: Packet, answer: Outcome): void => {
      const number = packet.process.number;
      const known = this.#processes.get(number);
      let rest = Rest.Nothing;
      if (known !== undefined && packet.process.status === "running") {
        // what holds it open here: the host, and this packet
        rest = packet.process.open > 2 ? Rest.Busy : packet.process.forgettable ? Rest.Nothing : Rest.Kept;
        known.rest = rest;
        if (rest === Rest.Nothing) {
          this.#processes.delete(number);
          this.#flow.close(packet.process);
        }
      }
      const { form, data } = write(answer as Answer, packet.raw);
      this.#outbox.push(ToHost.Answer, number, packet.tag, rest, form, data);
    },
  };

  #idle(process: Process): void {
    const known = this.#processes.get(process.number);
    if (known === undefined || known.rest !== Rest.Busy) return;
    known.rest = process.forgettable ? Rest.Nothing : Rest.Kept;
    this.#outbox.push(ToHost.Idle, process.number, known.rest);
    if (known.rest === Rest.Nothing) {
      this.#processes.delete(process.number);
      this.#flow.close(process);
    }
  }

  #ended(process: Process): void {
    this.#processes.delete(process.number);
    if (process.number < 0) this.#outbox.push(ToHost.Ended, process.number);
  }

  #exit(number: number): void {
    const known = this.#processes.get(number);
    if (known === undefined) return;
    this.#processes.delete(number);
    this.#flow.abort(known.process);
  }

  /** Hands a packet to a node of the host. */
  #ask(packet: Packet, symbol: NodeSymbol, port: number): typeof SENT {
    const { process } = packet;
    const { form, data } = toWire(packet.payload);
    const ask = ++this.#askNumber;
    this.#asks.set(ask, packet);
    const from = packet.via?.symbol.number ?? 0;
    const parent = process.parent?.number ?? 0;
    this.#outbox.push(ToHost.Ask, process.number, parent, from, symbol.number, port, ask, form, data);
    return SENT;
  }

  #answer(_process: number, ask: number, answer: Answer): void {
    const packet = this.#asks.get(ask);
    this.#asks.delete(ask);
    if (packet !== undefined) this.#flow.settle(packet, answer);
  }

  #patch(patch: Patch): void {
    for (const definition of patch.define) {
      const symbol = this.#mirror.define(definition);
      symbol.limit = definition.body === undefined ? 0 : UNKNOWN;
    }
    this.#mirror.apply({ ...patch, define: [] });
  }

  #ready(symbol: NodeSymbol): void {
    symbol.limit = 0;
    this.#mirror.ready(symbol);
  }

  /** Makes the node of a definition. */
  #make(symbol: NodeSymbol, definition: Definition): Made | Promise<Made> {
    const kind = this.#kinds.get(definition.kind);
    if (kind?.prepare === undefined) throw new Error(`this executor does not know the kind ${definition.kind}`);
    const body = definition.body!;
    const programs: GuardedProgram[] = [];
    const { origin } = body;
    const position = (at: Path, offset?: number) =>
      origin === undefined ? undefined : formatPosition(positionIn(origin, at, offset));
    const log = (level: LogLevel, message: string, process?: Process) =>
      this.#outbox.push(ToHost.Log, process?.number ?? 0, symbol.number, level, message);
    const guarded = (program: Program, at: Path) => {
      const made = new GuardedProgram(program, {
        symbol,
        guard: this.#guard,
        position: (offset) => position(at, offset),
        log: (level, text, process) => this.#outbox.push(ToHost.Log, process, symbol.number, level, text),
      });
      programs.push(made);
      return made;
    };
    const compiling = <T>(at: Path, compile: () => T): T => {
      try {
        return compile();
      } catch (thrown) {
        const error = asError(thrown) as Failure & { offset?: number };
        const place = position(at, error.offset);
        if (place !== undefined) error.position ??= place;
        throw error;
      }
    };
    const context: ExecutorContext = {
      symbol,
      fields: fromWire(body.form, body.fields) as ValueMap,
      flow: this.#flow,
      position,
      log,
      compile: ({ language, code, at, isolate = false }: CodeOptions) =>
        compiling(
          at,
          () => guarded(languageOf(language).compile(code, { realm: this.#realm, isolate }), at),
        ),
      condition: (code, at) => compiling(at, () => guarded(compileCondition(code, { realm: this.#realm }), at)),
      fork: (process) => {
        const child = this.#flow.open({ number: --this.#childNumber, generation: process.generation, parent: process });
        return child;
      },
    };
    const made = ({ node, release }: Prepared): Made => ({
      node,
      programs,
      release: () => {
        for (const program of programs) program.release();
        return release?.();
      },
    });
    const prepared = kind.prepare(context);
    return prepared instanceof Promise ? prepared.then(made) : made(prepared);
  }

  /** Makes the node of a symbol and runs the top level of its code, to see whether it can be run. */
  #try(request: number, number: number): void {
    const symbol = this.#mirror.symbol(number);
    const done = (error?: Failure) => {
      this.#outbox.push(ToHost.Prepared, request, error === undefined ? null : toErrorRecord(error));
      this.#schedule();
    };
    const attempt = (run: () => void) => {
      this.#tasks.push({
        name: `the top level of ${symbol.name}`,
        stopped: done,
        run: () => {
          try {
            run();
          } catch (thrown) {
            done(asError(thrown));
          }
        },
      });
      this.#schedule();
    };
    const start = (made: Made | undefined) => {
      for (const program of made?.programs ?? []) program.start();
      done();
    };
    attempt(() => {
      symbol.limit = 0;
      const made = this.#mirror.make(symbol);
      if (!(made instanceof Promise)) start(made);
      else made.then((settled) => attempt(() => start(settled)), (thrown) => done(asError(thrown)));
    });
  }

  #log(level: LogLevel, text: string): void {
    this.#outbox.push(ToHost.Log, 0, 0, level, text);
  }
}

/** The limit of a symbol whose node is not made yet. */
const UNKNOWN = -1;

/** Writes an answer: in the codec of what was asked, if it was sealed. An answer that cannot be written is an error. */
function write(answer: Answer, asked: Value | Sealed): { form: number; data: unknown } {
  try {
    if (asked instanceof Sealed && !isError(answer)) {
      return { form: SEALED + asked.codec.number, data: asked.codec.seal(answer, asked.data) };
    }
    return toWire(answer);
  } catch (thrown) {
    return toWire(asError(thrown));
  }
}

function isTimeout(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
