import type { AddressKeeper } from "../../http/mod.ts";
import { joinBytes } from "../../value/mod.ts";
import type { Terminal } from "../options/command.ts";
import { encodeMessage, type EngineMessage, type EngineOrder } from "./message.ts";

/** The variable of the environment by which an engine knows that it has a supervisor. */
export const SUPERVISED = "WEFT_SUPERVISED";

/** How many nodes are told, and how much of their names, so that a message stays short. */
const NODES = 8;
const NAME = 100;

const NEWLINE = 10;

/**
 * What an engine has of its supervisor. It writes messages to standard error, which its supervisor reads; its standard
 * input is open for as long as the supervisor is there.
 */
export class SupervisorLink implements AddressKeeper {
  /** The id that the runtime takes. */
  readonly runtime: string;
  /** The ids of runtimes that have ended without telling the store. */
  readonly ended: readonly string[];
  /** Whether this engine takes the place of one that has served. */
  readonly resumes: boolean;
  /** Resolves when the supervisor is gone. */
  readonly gone: Promise<void>;
  readonly #token: string;
  readonly #specs = Promise.withResolvers<string>();
  /** Whoever waits for an answer, by the id of the message. */
  readonly #waiting = new Map<number, () => void>();
  #last = 0;

  private constructor({ token, runtime, ended, resumes, input }: EngineOrder) {
    this.#token = token;
    this.runtime = runtime;
    this.ended = ended;
    this.resumes = resumes;
    this.gone = this.#read(input);
  }

  /** Returns the link of an engine that has a supervisor. */
  static open(terminal: Terminal): SupervisorLink | undefined {
    const order = terminal.env(SUPERVISED);
    if (order === undefined || order === "") return undefined;
    // what extensions start has no part in it
    if (Deno.permissions.querySync({ name: "env", variable: SUPERVISED }).state === "granted") {
      Deno.env.delete(SUPERVISED);
    }
    return new SupervisorLink(JSON.parse(order) as EngineOrder);
  }

  /** Returns the specs for `-f -`. */
  input(): Promise<string> {
    return this.#specs.promise;
  }

  /** Says that the engine serves. */
  serving(): void {
    this.#send({ type: "serving" });
  }

  /** Says which nodes its executors have been in for long. */
  calls(nodes: readonly (string | undefined)[]): void {
    const shown = nodes.slice(0, NODES).map((name) => name?.slice(0, NAME) ?? null);
    this.#send({ type: "calls", nodes: shown });
  }

  bound(hostname: string, port: number): void {
    this.#send({ type: "bound", hostname, port });
  }

  released(hostname: string, port: number): void {
    this.#send({ type: "released", hostname, port });
  }

  vacate(port: number): Promise<void> {
    if (port === 0) return Promise.resolve();
    const id = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(id, resolve);
    this.#send({ type: "vacate", port, id });
    return promise;
  }

  #send(message: EngineMessage): void {
    // one after another with the lines of the log
    Deno.stderr.write(encodeMessage(this.#token, message)).catch(() => {}); // it is gone
  }

  /** Reads the specs, then answers. */
  async #read(length: number): Promise<void> {
    const specs = new Uint8Array(length);
    let read = 0;
    let rest: Uint8Array = new Uint8Array();
    try {
      if (length === 0) this.#specs.resolve("");
      for await (let chunk of Deno.stdin.readable) {
        if (read < length) {
          const part = chunk.subarray(0, length - read);
          specs.set(part, read);
          read += part.length;
          chunk = chunk.subarray(part.length);
          if (read < length) continue;
          this.#specs.resolve(new TextDecoder().decode(specs));
        }
        rest = this.#answers(joinBytes([rest, chunk]));
      }
    } catch {
      // as if it had ended
    }
    this.#specs.resolve("");
    for (const go of this.#waiting.values()) go();
    this.#waiting.clear();
  }

  /** Reads answers. @returns The beginning of one that has not ended. */
  #answers(bytes: Uint8Array): Uint8Array {
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
      const id = Number(new TextDecoder().decode(bytes.subarray(0, end)));
      this.#waiting.get(id)?.();
      this.#waiting.delete(id);
      bytes = bytes.subarray(end + 1);
    }
    return bytes;
  }
}
