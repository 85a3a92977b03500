import { spawn } from "node:child_process";
import { LastWord, restrictedCommand, unavailable } from "../../pool/mod.ts";
import { TIMED_OUT, within } from "../../value/mod.ts";
import { type Fact, Skipped } from "./doctor_fact.ts";

/** How long a program may take for a check, in milliseconds. */
const TIMEOUT = 20_000;
/** How long a program may live after its host, or ignore a signal to show that it does, in milliseconds. */
const MOMENT = 1_000;

/** The features that executors need that are programs of their own. */
export const PROCESS_FACTS: readonly Fact[] = [
  { name: "a program can be started without permissions and environment", check: () => answerOf("permissions") },
  { name: "a program ends with its host, also in an endless loop", check: checkEnd },
  { name: "a program that V8 ends leaves its status and the reason", check: checkLastWord },
  { name: "a program can ignore the signal that a terminal sends to all programs", check: checkSignals },
];

/** A program that was started for a check. */
class Program implements AsyncDisposable {
  readonly word = new LastWord();
  readonly #child;
  readonly #ended: Promise<string | null>;
  #out = "";

  /** @throws {Skipped} If no program may be started. */
  constructor(check: string) {
    const program = new URL("../../../workers/doctor_process.ts", import.meta.url);
    const { args, env } = restrictedCommand(program, check, { memory: 64, readable: [] });
    this.#child = spawn(Deno.execPath(), args, { stdio: ["pipe", "pipe", this.word.descriptor], env });
    this.#child.stdin!.on("error", () => {});
    this.#child.stdout!.on("data", (bytes: Uint8Array) => this.#out += new TextDecoder().decode(bytes));
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on("close", (_, signal) => resolve(signal));
      this.#child.on("error", reject);
    });
  }

  static start(check: string): Program {
    const why = unavailable([]);
    if (why !== undefined) throw new Skipped(why);
    return new Program(check);
  }

  /** Waits until it says that it has begun. */
  async begun(): Promise<void> {
    const began = performance.now();
    while (!this.#out.startsWith("begun")) {
      if (performance.now() - began > TIMEOUT) throw new Error(`it did not begin within ${TIMEOUT} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  signal(signal: "SIGINT"): void {
    this.#child.kill(signal);
  }

  closeInput(): void {
    this.#child.stdin!.end();
  }

  /** Waits for its end. @returns The signal that ended it, or `TIMED_OUT`. */
  ended(timeout = TIMEOUT): Promise<string | null | typeof TIMED_OUT> {
    return within(timeout, this.#ended);
  }

  /** Waits for its end, and returns what it has said. */
  async output(): Promise<string> {
    if (await this.ended() === TIMED_OUT) throw new Error(`no answer within ${TIMEOUT} ms`);
    return this.#out;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended.catch(() => {});
    this.word.close();
  }
}

async function answerOf(check: string): Promise<string> {
  await using program = Program.start(check);
  const { saw, failed } = JSON.parse(await program.output() || `{"failed":"no answer"}`);
  if (failed !== undefined) throw new Error(failed);
  return saw;
}

async function checkEnd(): Promise<string> {
  await using program = Program.start("loop");
  await program.begun();
  const began = performance.now();
  program.closeInput();
  const signal = await program.ended();
  if (signal === TIMED_OUT) throw new Error(`it still ran after ${TIMEOUT} ms`);
  return `it ended in ${(performance.now() - began).toFixed(1)} ms`;
}

async function checkLastWord(): Promise<string> {
  await using program = Program.start("abort");
  if (await program.ended() === TIMED_OUT) throw new Error("V8 did not end it");
  const fatal = /^# Fatal .*$/m.exec(program.word.text())?.[0];
  if (fatal === undefined) throw new Error("V8 gave no reason");
  if (program.word.read().beat === 0) throw new Error("its status was overwritten");
  return fatal.slice(2);
}

async function checkSignals(): Promise<string> {
  await using program = Program.start("signals");
  await program.begun();
  if (Deno.build.os === "windows") throw new Skipped("Windows has no such signals");
  program.signal("SIGINT");
  if (await program.ended(MOMENT) !== TIMED_OUT) throw new Error("it ended");
  return "it goes on";
}
