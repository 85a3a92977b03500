/** What an engine tells its supervisor, among what it writes to standard error. */
export type EngineMessage =
  /** It has bound an address. */
  | { type: "bound"; hostname: string; port: number }
  /** It does not use an address any more. */
  | { type: "released"; hostname: string; port: number }
  /** It is about to bind a port, and waits for the answer: a line with the id on its standard input. */
  | { type: "vacate"; port: number; id: number }
  /** The nodes that its executors have been in for long; null for one of a version that is being tried. */
  | { type: "calls"; nodes: readonly (string | null)[] }
  /** It serves. */
  | { type: "serving" };

/** What a supervisor tells its engine at the start, in the environment. */
export interface EngineOrder {
  /** Proves that a message is the engine's own. */
  token: string;
  /** The id that the runtime takes. */
  runtime: string;
  /** The ids of the runtimes of engines that have ended. */
  ended: readonly string[];
  /** Whether it takes the place of an engine that has served, and goes on from the head of a store that lasts. */
  resumes: boolean;
  /** How many bytes of standard input are the specs for `-f -`; what follows are answers to messages. */
  input: number;
}

/** A message is shorter, so that a pipe takes it as a whole. */
const LONGEST = 4_000;
/** Begins and ends a message; it does not occur in lines. */
const MARK = "\0";

const encoder = new TextEncoder();

/** Returns a message as bytes. */
export function encodeMessage(token: string, message: EngineMessage): Uint8Array {
  return encoder.encode(`${MARK}${token}${JSON.stringify(message)}${MARK}`);
}

/** Separates the messages of an engine from what else it writes to standard error. */
export class MessageReader {
  readonly #start: string;
  readonly #decoder = new TextDecoder();
  readonly #onMessage: (message: EngineMessage) => void;
  #buffer = "";

  constructor(token: string, onMessage: (message: EngineMessage) => void) {
    this.#start = MARK + token;
    this.#onMessage = onMessage;
  }

  /** Reads bytes. @returns What is no message. */
  read(bytes: Uint8Array): string {
    this.#buffer += this.#decoder.decode(bytes, { stream: true });
    let text = "";
    for (;;) {
      const at = this.#buffer.indexOf(MARK);
      if (at < 0) return text + this.#take(this.#buffer.length);
      text += this.#take(at);
      const head = this.#buffer.slice(0, this.#start.length);
      if (!this.#start.startsWith(head)) {
        text += this.#take(1);
        continue;
      }
      const end = this.#buffer.indexOf(MARK, this.#start.length);
      if (end < 0 && this.#buffer.length < LONGEST) return text;
      const message = end < 0 ? undefined : parse(this.#buffer.slice(this.#start.length, end));
      if (message === undefined) text += this.#take(1);
      else {
        this.#take(end + 1);
        this.#onMessage(message);
      }
    }
  }

  /** Returns what was kept back because it could have become a message. */
  end(): string {
    return this.#take(this.#buffer.length);
  }

  #take(length: number): string {
    const taken = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    return taken;
  }
}

/** Returns a message; undefined for what is none. Whoever knows the token writes messages only. */
function parse(text: string): EngineMessage | undefined {
  try {
    return JSON.parse(text) as EngineMessage;
  } catch {
    return undefined;
  }
}
