import { LRUCache } from "lru-cache";
import type { ParsedCode } from "../language/mod.ts";
import { type DeathReport, WardenLink } from "../pool/mod.ts";
import { ThreadStatus } from "../protocol/mod.ts";
import { failure } from "../value/mod.ts";
import { type CompileAnswer, type CompileRequest, parseLimit } from "./compile_request.ts";
import type { Compiler } from "./compiler.ts";

/** Options of a compiler. */
export interface ThreadCompilerOptions {
  /** The warden of its threads. Default: one of its own, which ends with it. */
  readonly warden?: WardenLink | undefined;
  /** Whether a second thread is started ahead, 3 s after the first: a start takes half a second. Default false. */
  readonly spare?: boolean;
  /** The limit of a thread's V8 heap, in MiB. Default 512. */
  readonly memory?: number;
}

/** How many pieces of code the thread has at a time. */
const WINDOW = 64;
/** How many characters they may have together, unless it is one piece. */
const WINDOW_LENGTH = 1024 * 1024;
/** How many characters of code, and of what it was parsed to, are remembered. */
const REMEMBERED = 16 * 1024 * 1024;
/** How long after a thread serves its spare is started, in milliseconds: a start has better things to do. */
const SPARE_DELAY = 3_000;
/** How many threads in a row may end before they serve. */
const FAILED_STARTS = 3;

/** A piece of code that waits for its result. */
interface Job extends CompileRequest {
  /** Under which its result is remembered. */
  readonly key: string;
  readonly resolve: (parsed: ParsedCode) => void;
  readonly reject: (error: Error) => void;
  /** Whether a thread has died with it, and nobody knows of what: it is then parsed alone. */
  suspect: boolean;
}

/** A compile thread as the host sees it. */
interface CompileThread {
  readonly id: number;
  readonly port: MessagePort;
  /** Whether it serves. */
  ready: boolean;
  /** What it has to parse, by the number of the request. */
  readonly jobs: Map<number, Job>;
}

/**
 * Parses code on a thread under the warden, which has no permission, a memory limit and a time limit for each piece, and
 * remembers the results. A thread that dies is replaced by a spare; the code that killed it gets an error, and what else it
 * had to parse is parsed by the next. Threads are started when there is something to parse.
 *
 * @example
 * ```ts
 * using compiler = new ThreadCompiler();
 * const { diagnostics } = await compiler.parse("javascript", "export default () => {");
 * ```
 */
export class ThreadCompiler implements Compiler, Disposable {
  readonly #memory: number;
  #warden: WardenLink | undefined;
  readonly #ownsWarden: boolean;
  readonly #keepsSpare: boolean;
  readonly #remembered = new LRUCache<string, ParsedCode>({
    maxSize: REMEMBERED,
    sizeCalculation: ({ parsed }, key) => key.length + (parsed?.body.length ?? 0) + 1,
  });
  readonly #pending = new Map<string, Promise<ParsedCode>>();
  #queue: Job[] = [];
  #thread: CompileThread | undefined;
  #spare: CompileThread | undefined;
  #spareTimer: ReturnType<typeof setTimeout> | undefined;
  #requests = 0;
  #failedStarts = 0;
  #scheduled = false;
  #closed = false;

  constructor({ warden, memory = 512, spare = false }: ThreadCompilerOptions = {}) {
    this.#memory = memory;
    this.#keepsSpare = spare;
    this.#ownsWarden = warden === undefined;
    if (warden !== undefined) this.#attach(warden);
  }

  /** Starts the thread before there is something to parse, as that takes half a second. */
  warm(): void {
    if (!this.#closed) this.#thread ??= this.#spawn();
  }

  async parse(language: string, code: string): Promise<ParsedCode> {
    const key = `${language}\0${code}`;
    const known = this.#remembered.get(key) ?? this.#pending.get(key);
    if (known !== undefined) return await known;
    if (this.#closed) throw failure("the compiler was closed");
    const { promise, resolve, reject } = Promise.withResolvers<ParsedCode>();
    this.#pending.set(key, promise);
    this.#queue.push({ request: ++this.#requests, key, language, code, resolve, reject, suspect: false });
    this.#schedule();
    try {
      return await promise;
    } finally {
      this.#pending.delete(key);
    }
  }

  /** Ends the threads. What waits for a result is rejected. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#spareTimer);
    for (const thread of [this.#thread, this.#spare]) if (thread !== undefined) this.#end(thread);
    if (this.#ownsWarden) this.#warden?.terminate();
    this.#rejectAll(failure("the compiler was closed"));
  }

  #attach(warden: WardenLink): WardenLink {
    warden.attach({ died: (report) => this.#died(report), lost: (why) => this.#lost(why) });
    warden.failed.catch((error) => this.#rejectAll(error));
    return this.#warden = warden;
  }

  /** Sends what is in the queue at the end of this turn: what is asked for together is sent together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#send();
    });
  }

  #send(): void {
    if (this.#queue.length === 0) return;
    const thread = this.#thread ??= this.#spawn();
    let length = 0;
    for (const { code } of thread.jobs.values()) length += code.length;
    const batch: CompileRequest[] = [];
    for (const job of this.#queue) {
      const [suspect] = thread.jobs.values();
      const isAlone = thread.jobs.size === 0;
      if (!isAlone && (job.suspect || suspect!.suspect)) break;
      if (!isAlone && (thread.jobs.size >= WINDOW || length + job.code.length > WINDOW_LENGTH)) break;
      length += job.code.length;
      thread.jobs.set(job.request, job);
      batch.push({ request: job.request, language: job.language, code: job.code });
    }
    this.#queue.splice(0, batch.length);
    if (batch.length > 0) thread.port.postMessage(batch);
  }

  #spawn(): CompileThread {
    const warden = this.#warden ?? this.#attach(new WardenLink());
    const id = -++threads;
    const { port1, port2 } = new MessageChannel();
    const thread: CompileThread = { id, port: port1, ready: false, jobs: new Map() };
    port1.onmessage = ({ data }: MessageEvent<CompileAnswer>) => this.#answered(thread, data);
    const status = new ThreadStatus().buffer;
    warden.order({ order: "spawn", thread: "compiler", id, memory: this.#memory, status }, port2);
    return thread;
  }

  #planSpare(): void {
    if (!this.#keepsSpare || this.#spare !== undefined) return;
    clearTimeout(this.#spareTimer);
    this.#spareTimer = setTimeout(() => {
      if (this.#thread?.ready) this.#spare ??= this.#spawn();
    }, SPARE_DELAY);
    Deno.unrefTimer(this.#spareTimer as unknown as number);
  }

  #answered(thread: CompileThread, answer: CompileAnswer): void {
    if ("ready" in answer) {
      thread.ready = true;
      this.#failedStarts = 0;
      if (thread === this.#thread) this.#planSpare();
      return;
    }
    const job = thread.jobs.get(answer.request);
    if (job === undefined) return;
    thread.jobs.delete(answer.request);
    if ("failed" in answer) job.reject(failure(answer.failed));
    else {
      this.#remembered.set(job.key, answer.parsed);
      job.resolve(answer.parsed);
      if (answer.spent) {
        this.#end(thread);
        this.#replace(thread);
      }
    }
    // what follows is sent in batches, not piece by piece
    if (thread.jobs.size <= WINDOW / 2) this.#schedule();
  }

  #died(report: DeathReport): void {
    const thread = [this.#thread, this.#spare].find((thread) => thread?.id === report.id);
    if (thread === undefined) return;
    this.#ended(thread, report.why);
    const guilty = report.in ?? (thread.jobs.size === 1 ? { process: [...thread.jobs.keys()][0]! } : undefined);
    const job = guilty && thread.ready ? thread.jobs.get(guilty.process) : undefined;
    if (job !== undefined) {
      thread.jobs.delete(job.request);
      job.resolve({ diagnostics: [{ message: this.#reason(report, job) }] });
    } else if (thread.ready) { for (const job of thread.jobs.values()) job.suspect = true; }
    this.#replace(thread);
  }

  #reason({ reason, why }: DeathReport, { code }: Job): string {
    if (reason === "time") return `the code cannot be parsed within ${parseLimit(code)} ms`;
    if (reason === "memory") return `the code cannot be parsed with ${this.#memory} MiB of memory`;
    return `the code cannot be parsed: the compile thread ended (${why})`;
  }

  #lost(why: string): void {
    const threads = [this.#thread, this.#spare].flatMap((thread) => thread === undefined ? [] : [thread]);
    for (const thread of threads) {
      this.#ended(thread, why);
      this.#replace(thread);
    }
  }

  /** Notes that a thread has ended. If too many do so before they serve, what waits is rejected. */
  #ended(thread: CompileThread, why: string): void {
    thread.port.close();
    if (thread.ready || ++this.#failedStarts < FAILED_STARTS) return;
    this.#rejectAll(failure(`the compile thread cannot be started: ${why}`));
  }

  /** Puts the spare in the place of a thread that has ended, and gives it what that one had not parsed. */
  #replace(thread: CompileThread): void {
    if (thread === this.#spare) {
      this.#spare = undefined;
      return;
    }
    this.#queue = [...thread.jobs.values(), ...this.#queue];
    this.#thread = this.#spare;
    this.#spare = undefined;
    if (this.#thread?.ready) this.#planSpare();
    this.#schedule();
  }

  #end(thread: CompileThread): void {
    thread.port.close();
    this.#warden?.order({ order: "kill", id: thread.id, why: "it is not needed any more" });
  }

  #rejectAll(error: Error): void {
    const jobs = [...this.#queue, ...this.#thread?.jobs.values() ?? []];
    this.#queue = [];
    this.#thread?.jobs.clear();
    for (const job of jobs) job.reject(error);
  }
}

/** The number of threads that were started: ids of compile threads are unique in the program. */
let threads = 0;
