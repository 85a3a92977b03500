import { uuidv7 } from "../../spec/model/mod.ts";
import { within } from "../../value/mod.ts";
import type { EngineCommand } from "./engine_command.ts";
import { type EngineMessage, type EngineOrder, MessageReader } from "./message.ts";
import type { Address } from "./stand_in.ts";
import { SUPERVISED } from "./supervisor_link.ts";

/** How much of what an engine writes to standard error is remembered, in characters. */
const REMEMBERED = 2 ** 15;
/** How long to wait for the last words of an engine that has ended: a program of its own may hold its standard error. */
const LAST = 200;

/** Options of an engine. */
export interface EngineOptions {
  command: EngineCommand;
  /** The ids of the runtimes of engines that have ended. */
  ended: readonly string[];
  /** Whether one has served before. */
  resumes: boolean;
  /** The specs for `-f -`. Default: none are asked for. */
  input?: Uint8Array<ArrayBuffer> | undefined;
  /** Writes a line to standard error. */
  write(line: string): void;
  /** Gives up a port that the engine is about to bind. */
  vacate(port: number): Promise<void>;
  /** Is told that it serves. */
  onServing(): void;
}

/** How an engine has ended. */
export interface EngineEnd {
  /** The exit code; 128 and its number for a signal. */
  code: number;
  signal: Deno.Signal | null;
  /** The last of what it wrote to standard error. */
  text: string;
  /** The nodes that it was in for long at its end; null for one of a version that it was trying. */
  nodes: readonly (string | null)[];
}

/** An engine: a program that runs until it ends. */
export class Engine {
  /** The id of its runtime in the store. */
  readonly runtime: string = uuidv7();
  readonly pid: number;
  /** Resolves when the program has ended. */
  readonly exited: Promise<Deno.CommandStatus>;
  /** Resolves when what it said last is known as well. */
  readonly ended: Promise<EngineEnd>;
  readonly #options: EngineOptions;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #addresses = new Map<string, Address>();
  /** The beginning of a line that has not ended. */
  #line = "";
  #text = "";
  #nodes: readonly (string | null)[] = [];
  #serves = false;

  /** Starts the program. @throws {Error} If it cannot be started. */
  constructor(options: EngineOptions) {
    this.#options = options;
    const { command: { program, args }, ended, resumes, input } = options;
    const token = crypto.randomUUID();
    const order: EngineOrder = { token, runtime: this.runtime, ended, resumes, input: input?.length ?? 0 };
    this.#child = new Deno.Command(program, {
      args,
      env: { [SUPERVISED]: JSON.stringify(order) },
      // it is open for as long as this program is there
      stdin: "piped",
      stdout: "inherit",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.#input = this.#child.stdin.getWriter();
    if (input !== undefined) this.#tell(input);
    const read = this.#read(new MessageReader(token, (message) => this.#receive(message)));
    this.exited = this.#child.status;
    this.ended = this.exited.then(async ({ code, signal }) => {
      await Promise.all([this.#input.abort().catch(() => {}), within(LAST, read)]);
      return { code, signal, text: this.#text, nodes: this.#nodes };
    });
  }

  /** Whether it has begun to serve. */
  get serves(): boolean {
    return this.#serves;
  }

  /** The addresses that it listens on, or did at its end. */
  get addresses(): readonly Address[] {
    return [...this.#addresses.values()];
  }

  /** Sends a signal, if it has not ended. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // it has ended
    }
  }

  async #read(reader: MessageReader): Promise<void> {
    try {
      for await (const bytes of this.#child.stderr) this.#pass(reader.read(bytes));
    } catch {
      // what cannot be read is lost
    }
    this.#pass(reader.end());
    if (this.#line !== "") this.#pass("\n");
  }

  /** Passes on what it has written to standard error. */
  #pass(text: string): void {
    this.#text = (this.#text + text).slice(-REMEMBERED);
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop()!;
    if (this.#line.length > REMEMBERED) {
      lines.push(this.#line); // it may never end
      this.#line = "";
    }
    for (const line of lines) this.#options.write(line);
  }

  #receive(message: EngineMessage): void {
    if (message.type === "serving") {
      this.#serves = true;
      this.#options.onServing();
    } else if (message.type === "vacate") {
      const answer = () => this.#tell(new TextEncoder().encode(`${message.id}\n`));
      this.#options.vacate(message.port).then(answer, answer);
    } else if (message.type === "calls") {
      this.#nodes = message.nodes;
    } else {
      const { hostname, port } = message;
      const key = `${hostname} ${port}`;
      if (message.type === "bound") this.#addresses.set(key, { hostname, port });
      else this.#addresses.delete(key);
    }
  }

  #tell(bytes: Uint8Array<ArrayBuffer>): void {
    this.#input.write(bytes).catch(() => {}); // it has ended
  }
}
