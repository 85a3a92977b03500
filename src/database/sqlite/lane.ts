import { type ChildProcess, spawn } from "node:child_process";
import { causeOf } from "../../pool/death/mod.ts";
import { LastWord, restrictedCommand, UsageMeter } from "../../pool/process/mod.ts";
import { PipeChannel } from "../../protocol/process/mod.ts";
import { asError, type Failure, failure, type Value } from "../../value/mod.ts";
import { Ask, type AskFrame, Phase, Reply, type ReplyFrame, type SqliteArgument } from "./frame.ts";
import type { SqliteFailure } from "./sqlite_error.ts";

const PROGRAM = new URL("../../../workers/sqlite_process.ts", import.meta.url);
/** The limit of a program's V8 heap, in MiB. */
const MEMORY = 256;
/** The resident memory above which a program is killed, in bytes. */
const BUDGET = 2 ** 30;
/** How long a statement runs before its program is weighed, in milliseconds. */
const LIGHT = 100;
/** How long a program may take to close its file, in milliseconds. */
const CLOSING = 1_000;

/** Something that was asked of a lane. */
export interface Asked {
  /** How long it may run, in milliseconds. */
  limit: number;
  /** Called, perhaps often, when it takes long. */
  watch?(): void;
  /** Called with what the program answers. */
  answered(reply: ReplyFrame): void;
  /** Called in its place when the program has ended. */
  lost(end: LaneEnd): void;
}

/** How the program of a lane has ended. */
export interface LaneEnd {
  /** What it was in: the id of what was asked. Absent if it was in nothing. */
  readonly id?: number;
  /** Whether it was in a commit of which nobody has been told whether it was done. */
  readonly isCommit: boolean;
  /** The error of what it was killed for, which `id` names. */
  readonly killed?: Failure | undefined;
  /** What it has died of, in words. */
  readonly why: string;
  /** Whether it ran out of memory. */
  readonly isMemory: boolean;
}

/** One connection to a SQLite file: a program that has it open, which is killed if it does not end. */
export class Lane {
  /** Resolves when it serves. Rejects with why it cannot. */
  readonly ready: Promise<void>;
  /** Resolves when the program has ended, and everybody was told. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #channel = new PipeChannel();
  readonly #word = new LastWord();
  readonly #meter = new UsageMeter(this.#channel, this.#word);
  readonly #asked = new Map<number, Asked>();
  #posting: AskFrame[] = [];
  #killed: { id: number; error: Failure } | undefined;
  /** The statement that it was in at the last look, by the sequence of its status, and since when. */
  #sequence = -1;
  #since = 0;
  #hasEnded = false;

  /** Starts the program. @param writable The paths that it may touch. */
  constructor(argument: SqliteArgument, writable: readonly string[]) {
    const { args, env } = restrictedCommand(PROGRAM, JSON.stringify(argument), {
      memory: MEMORY,
      readable: [],
      writable,
    });
    const child = this.#child = spawn(Deno.execPath(), args, { stdio: ["pipe", "pipe", this.#word.descriptor], env });
    const started = Promise.withResolvers<void>();
    this.ready = started.promise;
    started.promise.catch(() => {}); // whoever waits for it is told
    this.#channel.onBatch((batch) => {
      started.resolve();
      for (const reply of batch as ReplyFrame[]) this.#take(reply);
    }, (what) => this.kill(0, failure(`the program of a connection answers what is none: ${what}`)));
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    const exited = async (code: number | null, signal: string | null, why?: string) => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      await this.#channel.drain();
      const end = this.#end(code, signal, why);
      this.#word.close();
      started.reject(failure(end.why, { code: "connection_lost" }));
      for (const asked of this.#takeAll()) asked.lost(end);
      ended.resolve();
    };
    child.on("error", (error) => {
      if (child.pid !== undefined) return;
      this.#channel.end();
      void exited(null, null, `its program cannot be started: ${asError(error).message}`);
    });
    child.on("exit", (code, signal) => void exited(code, signal));
    if (child.pid === undefined) return;
    this.#channel.connect({ input: child.stdin!, output: child.stdout! }, ({ failed }) => {
      started.reject(sqliteError(JSON.parse(failed) as SqliteFailure));
    });
  }

  /** The process id of the program. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether the program has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Asks something that has an id. */
  ask(id: number, frame: AskFrame, asked: Asked): void {
    if (this.#hasEnded) {
      asked.lost({ isCommit: false, why: "its program has ended", isMemory: false });
      return;
    }
    this.expect(id, asked);
    this.post(frame);
  }

  /** Sets who is told of what was asked in a group. */
  expect(id: number, asked: Asked): void {
    this.#asked.set(id, asked);
  }

  /** Forgets something that was asked; its answer is told nobody. @returns Whether it was not answered yet. */
  forget(id: number): boolean {
    return this.#asked.delete(id);
  }

  /** Posts a frame, with all others of this turn of the event loop. */
  post(frame: AskFrame): void {
    if (this.#posting.push(frame) > 1) return;
    queueMicrotask(() => {
      const batch = this.#posting;
      this.#posting = [];
      this.#channel.post(batch);
    });
  }

  /** What is not answered, by id. */
  get asked(): ReadonlyMap<number, Asked> {
    return this.#asked;
  }

  /** Looks what the program is in. @returns Its id, and how long it was seen in it, in milliseconds. */
  look(now: number): { id: number; elapsed: number; isCommit: boolean } | undefined {
    if (this.#hasEnded) return undefined;
    const { busy, sequence, symbol, process } = this.#word.read();
    if (!busy) {
      this.#sequence = -1;
      return undefined;
    }
    if (sequence !== this.#sequence) {
      this.#sequence = sequence;
      this.#since = now;
    }
    const elapsed = now - this.#since;
    this.#meter.look();
    if (elapsed > LIGHT) this.#weigh(symbol, sequence);
    return { id: symbol, elapsed, isCommit: process === Phase.Commit };
  }

  /** Kills the program for something that was asked, which fails with the error. */
  kill(id: number, error: Failure): void {
    this.#killed ??= { id, error };
    this.#child.kill("SIGKILL");
  }

  /** Closes the file if nothing is asked; a transaction that is open is rolled back. Resolves when the program has ended. */
  async close(isIdle: boolean): Promise<void> {
    if (isIdle && !this.#hasEnded) {
      this.ask(0, [Ask.Close, 0], { limit: Infinity, answered: () => {}, lost: () => {} });
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSING);
      await this.ended;
      clearTimeout(timer);
    } else this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** Kills the program if it has grown too large: V8 and SQLite limit only what is theirs. */
  #weigh(id: number, sequence: number): void {
    this.#meter.measure().then(({ resident }) => {
      if (resident > BUDGET && this.#sequence === sequence) this.kill(id, tooLarge());
    }, () => {});
  }

  #take(reply: ReplyFrame): void {
    const [id] = reply;
    const asked = this.#asked.get(id);
    if (asked === undefined) return; // forgotten
    this.#asked.delete(id);
    asked.answered(reply);
  }

  #takeAll(): Asked[] {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    return all;
  }

  #end(code: number | null, signal: string | null, why: string | undefined): LaneEnd {
    const { busy, symbol, process } = this.#word.read();
    const cause = causeOf({ code, signal, text: this.#word.text() });
    return {
      ...this.#killed !== undefined ? { id: this.#killed.id } : busy && process !== Phase.Commit && { id: symbol },
      isCommit: busy && process === Phase.Commit,
      killed: this.#killed?.error,
      why: why ?? cause.why,
      isMemory: cause.reason === "memory",
    };
  }
}

/** Returns the error of a statement whose result does not fit into the memory of a program. */
export function tooLarge(): Failure {
  return failure("the result does not fit into memory: read less, or read it as a stream", { code: "too_large" });
}

/** Returns an error of SQLite as the host throws it. */
export function sqliteError({ message, code, details }: SqliteFailure): Failure {
  return failure<string>(message, { code, ...details !== undefined && { details: details as Value } });
}

/** Returns the error in an answer; undefined if it is none. */
export function errorIn(reply: ReplyFrame): Failure | undefined {
  return reply[1] === Reply.Failure ? sqliteError(reply[2]) : undefined;
}
