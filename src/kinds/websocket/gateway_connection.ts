import { asError, failure, isError, NONE, type Value, type ValueMap } from "../../value/mod.ts";
import type { Member } from "../net/rooms.ts";
import type { GatewayHub, GatewayNode } from "./gateway_hub.ts";
import { BINARY, decodeMessage, encodeAnswer, type Message, sizeOf, TEXT } from "./message.ts";

/** What is known of a client when it connects. */
export interface ClientData {
  readonly id: string;
  /** The rooms that it is in from the start. */
  readonly rooms: readonly string[];
  /** The subprotocol, if one was agreed on. */
  readonly protocol: string | undefined;
  /** What goes with each event: `auth`, `context` and `client` of the request. */
  readonly data: ValueMap;
}

/** Something that has happened and waits for its turn. */
type Happening =
  | { readonly port: "open" }
  | { readonly port: "out"; readonly message: string | Uint8Array; readonly size: number }
  | {
    readonly port: "close";
    readonly code: number;
    readonly reason: string;
    /** The rooms that it was in. */
    readonly rooms: readonly string[];
  };

/** What a waiting message costs beside its bytes. */
const MESSAGE_OVERHEAD = 200;
/** How many bytes a unit of a text may have. */
const LONGEST_UNIT = 3;
/** How long a client may take to switch protocols, in milliseconds. */
const OPENING = 10_000;
/** The first and the longest pause between two looks whether a slow client has caught up, in milliseconds. */
const FIRST_LOOK = 2;
const LONGEST_LOOK = 50;

/** Codes to close with. */
const GOING_AWAY = 1001;
const MALFORMED = 1007;
const POLICY = 1008;
const TOO_LARGE = 1009;
const FAILED = 1011;
/** The code of a connection that ended without a close. */
const ABNORMAL = 1006;

/** A websocket of a client: what happens to it is handled in processes, one after another. */
export class GatewayConnection implements Member, EventListenerObject {
  readonly id: string;
  readonly #client: ClientData;
  readonly #hub: GatewayHub;
  readonly #socket: WebSocket;
  /** Keeps the socket of the listener open until work has ended. */
  readonly #keep: (work: Promise<void>) => void;
  #state: "opening" | "open" | "ending" | "closed" = "opening";
  #opened: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  #waiting: Happening[] = [];
  /** The size of the messages that wait. */
  #backlog = 0;
  /** Settles when what has come is handled; undefined while nothing has. */
  #work: Promise<void> | undefined;
  /** What waits for the client, or was written since that was looked at: at least as much as waits. */
  #written = 0;
  /** What it was closed with from this side. */
  #closing: { code: number; reason: string } | undefined;
  /** When the last message came, in milliseconds since 1970. */
  active: number;

  /**
   * @param keep Keeps the socket of the listener open until work has ended, when it is drained.
   * @param now In milliseconds since 1970.
   */
  constructor(
    hub: GatewayHub,
    socket: WebSocket,
    client: ClientData,
    keep: (work: Promise<void>) => void,
    now: number,
  ) {
    this.id = client.id;
    this.#client = client;
    this.#hub = hub;
    this.#socket = socket;
    this.#keep = keep;
    this.active = now;
    socket.binaryType = "arraybuffer";
    for (const type of ["open", "message", "error", "close"]) socket.addEventListener(type, this);
  }

  /**
   * Resolves when the client has switched protocols.
   *
   * @param gone Aborted when the client goes away, which Deno does not tell by the socket.
   * @throws {Error} If it has not, or has gone away.
   */
  async opened(gone: AbortSignal): Promise<void> {
    const left = () => this.#gone("the client went away");
    const timer = setTimeout(() => this.#gone("the client did not switch protocols"), OPENING);
    gone.addEventListener("abort", left);
    if (gone.aborted) left();
    try {
      await this.#opened?.promise;
    } finally {
      clearTimeout(timer);
      gone.removeEventListener("abort", left);
    }
    if (this.#state === "closed") throw failure("the client went away", { code: "aborted" });
  }

  /** Sends a message. @returns Whether it was handed on; a promise while the client is waited for. */
  send(message: Message, node: GatewayNode): boolean | Promise<boolean> {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    const { buffer, slow } = node.fields;
    if (this.#hasRoom(buffer)) {
      this.#write(message);
      return true;
    }
    if (slow === "wait") return this.#sendLater(message, node);
    node.metrics.count("dropped");
    if (slow === "close") this.#refuse(POLICY, "too slow", node);
    return false;
  }

  /** Closes it. What has come already is handled, but answered no more. */
  close(code: number, reason: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#closing ??= { code, reason };
    this.#state = "ending";
    this.#socket.close(code, reason);
  }

  /** Takes no further messages, and closes it when those that have come are handled. */
  end(reason: string): void {
    if (this.#state !== "open") return;
    this.#closing = { code: GOING_AWAY, reason };
    this.#state = "ending";
    if (this.#work === undefined) this.#socket.close(GOING_AWAY, reason);
    else this.#keep(this.#work);
  }

  /** For the socket. */
  handleEvent(event: Event): void {
    if (event.type === "message") return this.#receive((event as MessageEvent<string | ArrayBuffer>).data);
    if (event.type === "open") return this.#open();
    if (this.#state === "opening") return this.#gone("the client went away");
    // an error is followed by a close, and what was not answered in time by two
    if (event.type !== "close" || this.#state === "closed") return;
    const { code, reason } = event as CloseEvent;
    this.#state = "closed";
    const rooms = this.#hub.roomsOf(this);
    this.#hub.left(this);
    this.#happened({ port: "close", rooms, ...this.#closing ?? { code: code || ABNORMAL, reason } });
  }

  #open(): void {
    if (this.#opened === undefined) return this.#socket.close();
    this.#state = "open";
    this.#hub.add(this, this.#client.rooms);
    this.#opened.resolve();
    this.#opened = undefined;
    this.#happened({ port: "open" });
  }

  #gone(message: string): void {
    if (this.#opened === undefined) return;
    this.#state = "closed";
    this.#opened.reject(failure(message, { code: "aborted" }));
    this.#opened = undefined;
    this.#hub.left(this);
  }

  #receive(data: string | ArrayBuffer): void {
    const { node } = this.#hub;
    if (this.#state !== "open" || node === undefined) return;
    const { maxMessage, backlog } = node.fields;
    const message = typeof data === "string" ? data : new Uint8Array(data);
    const size = sizeOf(message, maxMessage);
    if (size > maxMessage) return this.#refuse(TOO_LARGE, `the message is larger than ${maxMessage} bytes`, node);
    if (this.#work !== undefined && this.#backlog + size > backlog) {
      return this.#refuse(POLICY, "too many messages are waiting", node);
    }
    this.active = node.clock.now();
    node.metrics.count("received");
    this.#happened({ port: "out", message, size: size + MESSAGE_OVERHEAD });
  }

  /** Closes it for what its client has done. */
  #refuse(code: number, reason: string, node: GatewayNode): void {
    node.log.info(`connection ${this.id} is closed with ${code}: ${reason}`);
    this.close(code, reason);
  }

  #happened(happening: Happening): void {
    this.#waiting.push(happening);
    if (happening.port === "out") this.#backlog += happening.size;
    this.#work ??= this.#handleAll();
  }

  async #handleAll(): Promise<void> {
    // what follows must not run before there is a promise of it
    await undefined;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { node } = this.#hub;
      if (node === undefined) break; // it was deleted
      if (next.port === "out") this.#backlog -= next.size;
      try {
        await this.#handle(next, node);
      } catch (thrown) {
        node.log.error(`an event of connection ${this.id} failed: ${asError(thrown).message}`);
      }
    }
    // what it was grown to is not kept for an idle connection
    this.#waiting = [];
    this.#work = undefined;
    if (this.#state === "ending" && this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.close(GOING_AWAY, this.#closing?.reason);
    }
  }

  async #handle(happening: Happening, node: GatewayNode): Promise<void> {
    const { format } = node.fields;
    let payload: ValueMap;
    try {
      payload = this.#payload(happening, (message) => decodeMessage(message, format));
    } catch (thrown) {
      return await this.#tell(node.events.told(asError(thrown)), node, MALFORMED);
    }
    const { answer, told } = await node.events.run(happening.port, payload, (process) => this.#hub.bind(process, this));
    if (happening.port === "close") return;
    if (told !== undefined) return await this.#tell(told, node);
    if (answer === NONE || answer === null || isError(answer)) return;
    let message: Message;
    try {
      message = encodeAnswer(answer, format);
    } catch (thrown) {
      const error = asError(thrown);
      node.log.error(`the answer to a message cannot be sent: ${error.message}`);
      return await this.#tell(node.events.told(error), node);
    }
    await this.#reply(message, node);
  }

  #payload(happening: Happening, decode: (message: string | Uint8Array) => Value): ValueMap {
    const { id, protocol, data } = this.#client;
    const about = { id, rooms: this.#hub.roomsOf(this), ...protocol !== undefined && { protocol }, ...data };
    if (happening.port === "open") return about;
    if (happening.port === "close") {
      const { code, reason, rooms } = happening;
      return { ...about, rooms, code, reason };
    }
    const { message } = happening;
    return { ...about, type: typeof message === "string" ? TEXT : BINARY, data: decode(message) };
  }

  /** Tells the client of an error, as the node has it. */
  async #tell(told: string, node: GatewayNode, code = FAILED): Promise<void> {
    node.metrics.count("failed");
    const { onError } = node.fields;
    if (onError === "close") this.close(code, "the message could not be handled");
    if (onError === "send") await this.#reply(told, node);
  }

  async #reply(message: Message, node: GatewayNode): Promise<void> {
    if (await this.send(message, node)) node.metrics.count("sent");
  }

  /** Reports whether less waits for the client than it may. Deno is only asked when more may have been written. */
  #hasRoom(buffer: number): boolean {
    if (this.#written < buffer) return true;
    this.#written = this.#socket.bufferedAmount;
    return this.#written < buffer;
  }

  #write(message: Message): void {
    this.#socket.send(message);
    this.#written += typeof message === "string" ? message.length * LONGEST_UNIT : message.length;
  }

  async #sendLater(message: Message, node: GatewayNode): Promise<boolean> {
    const { buffer, timeout } = node.fields;
    const began = performance.now();
    for (
      let pause = FIRST_LOOK;
      this.#socket.readyState === WebSocket.OPEN;
      pause = Math.min(pause * 2, LONGEST_LOOK)
    ) {
      if (this.#hasRoom(buffer)) {
        this.#write(message);
        return true;
      }
      if (performance.now() - began > timeout) {
        node.metrics.count("dropped");
        this.#refuse(POLICY, "too slow", node);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return false;
  }
}
