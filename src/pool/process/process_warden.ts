import { type ChildProcess, spawn } from "node:child_process";
import { PipeChannel } from "../../protocol/process/mod.ts";
import { asError, failure } from "../../value/mod.ts";
import { causeOf, type DeathCause } from "../death/mod.ts";
import type {
  DeathReason,
  DeathReport,
  ExecutorWarden,
  NewExecutor,
  SpawnOptions,
  WardenClient,
} from "../executor_warden.ts";
import { LOOK, Looks, Watch } from "../watch.ts";
import { executorCommand, unavailable } from "./executor_command.ts";
import { LastWord } from "./last_word.ts";
import { UsageMeter } from "./usage_meter.ts";

/** The resident memory of a program beyond twice the limit of its heap, in bytes. */
const BASE_MEMORY = 256 * 2 ** 20;
/** The most that a program may write to its standard error, in bytes. */
const MAX_TEXT = 2 ** 20;
/** How willing Linux is to end an executor rather than another program, up to 1,000. */
const OOM_SCORE = "500";

/** An executor that is a program of its own. */
interface Ward {
  readonly id: number;
  readonly child: ChildProcess;
  readonly channel: PipeChannel;
  readonly word: LastWord;
  readonly watch: Watch;
  readonly meter: UsageMeter;
  /** The resident memory above which it is killed in the middle of a call, in bytes. */
  readonly budget: number;
  /** Why it is being killed. */
  killed: DeathCause & Pick<DeathReport, "fatal"> | undefined;
  /** When the kill began. */
  since: number;
}

/** Spawns, watches and kills executors that are programs of their own. Runs on the host. */
export class ProcessWarden implements ExecutorWarden {
  readonly #readable: readonly URL[];
  readonly #wards = new Map<number, Ward>();
  /** The files of executors that were created and not started. */
  readonly #unstarted = new Set<LastWord>();
  readonly #looks = new Looks();
  readonly #unavailable: string | undefined;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #clients: WardenClient[] = [];
  #closed = false;

  /** @param readable The files that executors may read, besides Weft's own. */
  constructor(readable: readonly URL[] = []) {
    this.#readable = readable;
    this.#unavailable = unavailable(readable);
    this.#timer = setInterval(() => this.#look(), LOOK);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  attach(client: WardenClient): void {
    this.#clients.push(client);
  }

  /** Never: a program that cannot be started is reported as its death. */
  readonly failed = new Promise<never>(() => {});

  /** @throws {Error} If executors cannot be programs of their own here. */
  create(options: SpawnOptions): NewExecutor {
    if (this.#unavailable !== undefined) throw failure(`isolation process is not available: ${this.#unavailable}`);
    const channel = new PipeChannel();
    const word = new LastWord();
    this.#unstarted.add(word);
    return { channel, status: word, start: () => this.#start(options, channel, word) };
  }

  kill(id: number, why: string): void {
    this.#kill(id, "order", why);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const wards = [...this.#wards.values()];
    this.#wards.clear();
    for (const word of this.#unstarted) word.close();
    await Promise.all(wards.map(({ child, word }) => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      word.close();
      return ended;
    }));
  }

  #tell(report: DeathReport): void {
    for (const client of this.#clients) client.died(report);
  }

  #start(options: SpawnOptions, channel: PipeChannel, word: LastWord): void {
    if (this.#closed) return;
    this.#unstarted.delete(word);
    const { id, memory } = options;
    const { args, env } = executorCommand(options, this.#readable);
    let child: ChildProcess;
    try {
      child = spawn(Deno.execPath(), args, { stdio: ["pipe", "pipe", word.descriptor], env });
    } catch (thrown) {
      return this.#notStarted(id, channel, word, thrown);
    }
    const meter = new UsageMeter(channel, word);
    const watch = new Watch({
      read: () => word.read(),
      cpu: async () => (await meter.measure()).processor,
      kill: (reason, why) => this.#kill(id, reason, why),
    });
    const budget = BASE_MEMORY + 2 * memory * 2 ** 20;
    const ward: Ward = { id, child, channel, word, watch, meter, budget, killed: undefined, since: 0 };
    this.#wards.set(id, ward);
    child.on("error", (error) => {
      if (child.pid === undefined && this.#wards.delete(id)) this.#notStarted(id, channel, word, error);
    });
    child.on("exit", (code, signal) => this.#exited(ward, code, signal));
    if (child.pid === undefined) return;
    channel.connect({ input: child.stdin!, output: child.stdout! }, ({ failed }) => {
      this.#kill(id, "crash", failed, true);
    });
    offer(child.pid);
  }

  #look(): void {
    const { now, late } = this.#looks.next();
    for (const ward of this.#wards.values()) {
      ward.watch.look(now, late);
      ward.meter.look();
      if (ward.word.size > MAX_TEXT) this.#kill(ward.id, "crash", "it wrote too much to its standard error");
      if ((ward.watch.since ?? now) < now) this.#weigh(ward);
    }
  }

  /** Kills an executor in the middle of a call if its program has grown too large: V8 limits its own heap only. */
  #weigh(ward: Ward): void {
    ward.meter.measure().then(({ resident }) => {
      if (resident <= ward.budget || ward.watch.since === undefined) return;
      this.#kill(ward.id, "memory", "resident memory exceeds the budget");
    }, () => {});
  }

  #kill(id: number, reason: DeathReason, why: string, fatal = false): void {
    const ward = this.#wards.get(id);
    if (ward === undefined || ward.killed !== undefined) return;
    ward.killed = { reason, why, ...fatal && { fatal } };
    ward.since = performance.now();
    ward.child.kill("SIGKILL");
  }

  #exited({ id, word, killed, since }: Ward, code: number | null, signal: string | null): void {
    if (!this.#wards.delete(id)) return;
    const status = word.read();
    const cause = killed ?? causeOf({ code, signal, text: word.text() });
    word.close();
    const inside = status.busy ? { in: { symbol: status.symbol, process: status.process } } : {};
    this.#tell({ id, ...cause, ms: killed === undefined ? 0 : performance.now() - since, ...inside });
  }

  #notStarted(id: number, channel: PipeChannel, word: LastWord, thrown: unknown): void {
    channel.end();
    word.close();
    const why = `the program of an executor cannot be started: ${asError(thrown).message}`;
    // whoever created it does not know it yet
    queueMicrotask(() => this.#tell({ id, reason: "crash", why, ms: 0, fatal: true }));
  }
}

/** Offers a program to Linux, should the memory of the machine run out. Needs all permissions; without, it is not done. */
function offer(pid: number): void {
  if (Deno.build.os !== "linux") return;
  Deno.writeTextFile(`/proc/${pid}/oom_score_adj`, OOM_SCORE).catch(() => {});
}
