import type { Clock, Log, Metrics } from "@weft/weft/kind";
import type { Process } from "../../flow/mod.ts";
import { type Audience, Rooms } from "../net/rooms.ts";
import type { Events } from "./events.ts";
import type { GatewayConnection } from "./gateway_connection.ts";
import type { Format, Outgoing } from "./message.ts";

/** The fields of a gateway that connections look at. */
export interface GatewayFields {
  readonly format: Format;
  readonly maxMessage: number;
  readonly backlog: number;
  readonly buffer: number;
  readonly slow: "close" | "drop" | "wait";
  readonly onError: "send" | "close" | "ignore";
  readonly timeout: number;
}

/** A version of a gateway. */
export interface GatewayNode {
  readonly fields: GatewayFields;
  readonly events: Events;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** The connections of a gateway, across its versions. */
export class GatewayHub {
  /** The version in force; undefined before the first is, and after the last was. */
  node: GatewayNode | undefined;
  /** How many websockets there are, with those that are being opened or closed. */
  size = 0;
  readonly #rooms = new Rooms<GatewayConnection>();
  readonly #byProcess = new WeakMap<Process, GatewayConnection>();
  readonly #draining: AbortSignal;
  readonly #drain = () => this.#end("the server is stopping");

  /** @param draining Ends all connections. */
  constructor(draining: AbortSignal) {
    this.#draining = draining;
  }

  /** Makes a version the one in force. */
  enter(node: GatewayNode): void {
    this.node = node;
    this.#draining.addEventListener("abort", this.#drain);
  }

  /** Closes all connections, unless another version has taken the place of one. */
  exit(node: GatewayNode): void {
    if (this.node !== node) return;
    this.node = undefined;
    this.#draining.removeEventListener("abort", this.#drain);
    this.#end("the gateway is gone");
  }

  /** Adds a connection that is open. */
  add(connection: GatewayConnection, rooms: readonly string[]): void {
    this.#rooms.add(connection, rooms);
    this.node?.metrics.count("opened");
    if (this.#draining.aborted) this.#drain();
  }

  /** Removes a connection that is closed. */
  left(connection: GatewayConnection): void {
    this.size--;
    if (this.#rooms.find(connection.id) === undefined) return;
    this.node?.metrics.count("closed");
    this.#rooms.delete(connection);
  }

  /** Notes that a process is about a connection. */
  bind(process: Process, connection: GatewayConnection): void {
    this.#byProcess.set(process, connection);
  }

  /** Returns the connection that a process is about. */
  connectionOf(process: Process): GatewayConnection | undefined {
    return this.#byProcess.get(process.root);
  }

  /** Returns the names of the rooms that a connection is in. */
  roomsOf(connection: GatewayConnection): string[] {
    return this.#rooms.roomsOf(connection);
  }

  /** Returns the connections of an audience. */
  of(audience: Audience): Iterable<GatewayConnection> {
    return this.#rooms.of(audience);
  }

  /** Puts a connection into rooms. */
  join(connection: GatewayConnection, rooms: readonly string[]): void {
    this.#rooms.join(connection, rooms);
  }

  /** Takes a connection out of rooms. */
  leave(connection: GatewayConnection, rooms: readonly string[]): void {
    this.#rooms.leave(connection, rooms);
  }

  /** Sends a message to connections, and waits for slow ones where the node does. */
  async send(
    connections: Iterable<GatewayConnection>,
    { except, message }: Pick<Outgoing, "except" | "message">,
    node: GatewayNode,
  ): Promise<void> {
    const excepted = except.length === 0 ? undefined : new Set(this.#rooms.of(except));
    const slow: Promise<boolean>[] = [];
    let count = 0;
    for (const connection of connections) {
      if (excepted?.has(connection)) continue;
      const sent = connection.send(message, node);
      if (sent === true) count++;
      else if (sent !== false) slow.push(sent);
    }
    for (const sent of await Promise.all(slow)) if (sent) count++;
    node.metrics.count("sent", count);
  }

  /** Closes connections on which no message has come for a time. @param since In milliseconds since 1970. */
  closeIdle(since: number): void {
    for (const connection of this.#rooms.of(undefined)) {
      if (connection.active < since) connection.end("no message for too long");
    }
  }

  #end(reason: string): void {
    for (const connection of this.#rooms.of(undefined)) connection.end(reason);
  }
}
