import type { Clock, Log, Metrics, Random } from "@weft/weft/kind";
import { asError, type Failure, failure, isError, NONE, type Value, type ValueMap } from "../../value/mod.ts";
import { waitAfter } from "../retry_fields.ts";
import { ClientSocket, nameOf, type SocketEnd, type SocketOptions } from "./client_socket.ts";
import type { Events } from "./events.ts";
import { BINARY, decodeMessage, encodeAnswer, type Format, type Message, TEXT } from "./message.ts";

/** When a client connects again. */
export interface Reconnect {
  /** After how many failed attempts in a row it gives up; undefined for never. */
  readonly attempts?: number | undefined;
  readonly delay: number;
  readonly factor: number;
  readonly max: number;
  readonly jitter: number;
}

/** What a connection is opened from. */
export interface ClientOptions extends SocketOptions {
  /** Undefined for never. */
  readonly reconnect: Reconnect | undefined;
  /** How often the server is pinged, in milliseconds; 0 for never. */
  readonly ping: number;
  /** What is sent how often, for servers that want to see messages. */
  readonly heartbeat: { readonly interval: number; readonly message: Message } | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when the engine stops: no new process is opened. */
  readonly draining: AbortSignal;
}

/** A version of a node. */
export interface ClientNode {
  readonly format: Format;
  readonly events: Events;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What has happened and waits for its turn. */
type Happening =
  | { readonly port: "open"; readonly protocol: string }
  | { readonly port: "out"; readonly message: string | Uint8Array }
  | { readonly port: "close"; readonly end: SocketEnd };

/** How many messages may wait before no more are read, and how many again when reading goes on. */
const MOST_WAITING = 16;
const FEW_WAITING = 4;
/** How long a connection has to last for the next attempt to count as the first, in milliseconds. */
const STABLE = 5_000;
const GOING_AWAY = 1001;

/** The connection of a node to a server, across its versions: connects again when it is lost. */
export class WebSocketClient {
  readonly #options: ClientOptions;
  readonly #name: string;
  #node: ClientNode | undefined;
  #socket: ClientSocket | undefined;
  #running: AbortController | undefined;
  /** Ends the wait before the next attempt. */
  #hurry: AbortController | undefined;
  #attempts = 0;
  #failure: Failure | undefined;
  /** Called when it is open, or has given up. */
  #wanted: (() => void)[] = [];
  #hasGivenUp = false;
  #waiting: Happening[] = [];
  #busy = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#name = nameOf(options.url);
  }

  /** Makes a version the one in force, and connects. */
  enter(node: ClientNode): void {
    this.#node = node;
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    void this.#run(this.#running.signal);
  }

  /** Closes the connection, unless another version has taken the place of one. */
  async exit(node: ClientNode): Promise<void> {
    if (this.#node !== node) return;
    this.#node = undefined;
    this.#running?.abort(failure("the node is gone", { code: "aborted" }));
    this.#running = undefined;
    await this.#socket?.close(GOING_AWAY, "");
  }

  /** Connects now, instead of after a wait, or after it has given up. */
  connect(): void {
    if (this.#socket !== undefined) return;
    this.#hasGivenUp = false;
    this.#attempts = 0;
    this.#hurry?.abort();
  }

  /** Waits until it is connected. @throws {Failure} Why it is not, after a time. */
  async connected(timeout: number, signal: AbortSignal): Promise<ClientSocket> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const socket = this.#socket;
      if (socket?.isOpen) return socket;
      const left = deadline - performance.now();
      if (left <= 0 || this.#hasGivenUp || signal.aborted) throw this.#notConnected(timeout);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, left);
        function done() {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        }
        signal.addEventListener("abort", done);
        this.#wanted.push(done);
      });
    }
  }

  #notConnected(timeout: number): Failure {
    const when = this.#hasGivenUp ? "any more" : `after ${timeout} ms`;
    const { code = "connection_lost" } = this.#failure ?? {};
    const why = this.#failure === undefined ? "" : `: ${this.#failure.message}`;
    return failure<string>(`not connected to ${this.#name} ${when}${why}`, { code });
  }

  async #run(stopped: AbortSignal): Promise<void> {
    const { reconnect, draining } = this.#options;
    while (!stopped.aborted) {
      await this.#connectOnce(stopped);
      if (stopped.aborted) break;
      this.#attempts++;
      const hasGivenUp = reconnect === undefined || this.#attempts >= (reconnect.attempts ?? Infinity) ||
        draining.aborted;
      this.#hurry = new AbortController();
      const woken = AbortSignal.any([stopped, this.#hurry.signal]);
      if (hasGivenUp) {
        this.#giveUp();
        await aborted(woken);
      } else {
        const wait = waitAfter(this.#attempts, reconnect, this.#options.random.number());
        this.#tellWait(wait);
        await this.#options.clock.sleep(wait, woken).catch(() => {});
      }
    }
    this.#wake();
  }

  async #connectOnce(stopped: AbortSignal): Promise<void> {
    let socket: ClientSocket;
    try {
      socket = await ClientSocket.open(this.#options, (message) => this.#receive(message), stopped);
    } catch (thrown) {
      this.#failure = asError(thrown);
      return;
    }
    const { ping, heartbeat, clock } = this.#options;
    const opened = clock.now();
    this.#socket = socket;
    this.#failure = undefined;
    this.#node?.log.info(`connected to ${this.#name}`);
    this.#node?.metrics.count("opened");
    if (ping > 0) socket.ping(ping);
    const beating = heartbeat && setInterval(() => socket.send(heartbeat.message).catch(() => {}), heartbeat.interval);
    this.#happened({ port: "open", protocol: socket.protocol });
    this.#wake();
    const end = await socket.closed;
    clearInterval(beating);
    this.#socket = undefined;
    this.#node?.metrics.count("closed");
    if (clock.now() - opened >= STABLE) this.#attempts = 0;
    const reason = end.reason === "" ? "" : `, ${end.reason}`;
    this.#failure = failure(`${this.#name}: the connection was closed with ${end.code}${reason}`, {
      code: "connection_lost",
    });
    this.#happened({ port: "close", end });
  }

  #giveUp(): void {
    this.#hasGivenUp = true;
    this.#node?.log.error(`${this.#failure?.message}; giving up`);
    this.#wake();
  }

  /** Logs why it connects again: what goes on for long is not repeated at the same level. */
  #tellWait(wait: number): void {
    const message = `${this.#failure?.message}; trying again in ${(wait / 1_000).toFixed(1)} s`;
    if (this.#attempts === 1) this.#node?.log.warn(message);
    else this.#node?.log.debug(message);
  }

  #wake(): void {
    for (const done of this.#wanted.splice(0)) done();
  }

  #receive(message: string | Uint8Array): void {
    if (this.#node === undefined || this.#options.draining.aborted) return;
    this.#node.metrics.count("received");
    this.#happened({ port: "out", message });
    if (this.#waiting.length >= MOST_WAITING) this.#socket?.pause();
  }

  #happened(happening: Happening): void {
    this.#waiting.push(happening);
    if (!this.#busy) void this.#handleAll();
  }

  async #handleAll(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (this.#waiting.length <= FEW_WAITING) this.#socket?.resume();
      const node = this.#node;
      if (node === undefined) break; // it was deleted
      try {
        await this.#handle(next, node);
      } catch (thrown) {
        node.log.error(`a message from ${this.#name} could not be handled: ${asError(thrown).message}`);
      }
    }
    this.#waiting = [];
    this.#busy = false;
  }

  async #handle(happening: Happening, node: ClientNode): Promise<void> {
    const { events, format, metrics } = node;
    const { answer } = await events.run(happening.port, this.#payload(happening, format), () => {});
    if (happening.port === "close" || answer === NONE || answer === null || isError(answer)) return;
    const socket = this.#socket;
    if (!socket?.isOpen) return;
    await socket.send(encodeAnswer(answer as Value, format));
    metrics.count("sent");
  }

  #payload(happening: Happening, format: Format): ValueMap {
    const url = this.#name;
    if (happening.port === "open") return { url, protocol: happening.protocol };
    if (happening.port === "close") return { url, ...happening.end };
    const { message } = happening;
    return { url, type: typeof message === "string" ? TEXT : BINARY, data: decodeMessage(message, format) };
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
