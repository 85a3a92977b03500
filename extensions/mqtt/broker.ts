import { failure, type HostContext } from "@weft/weft/kind";
import type { IClientOptions, IPublishPacket, MqttClient } from "mqtt";
import { isIP } from "node:net";
import { connect as secure } from "node:tls";
import { takes } from "./topic.ts";

/** Options of a `Broker`. */
export interface BrokerOptions extends Pick<HostContext<unknown, string>, "connect" | "log"> {
  /** The name of the connection, for messages. */
  readonly name: string;
  readonly url: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly clientId?: string | undefined;
  /** In milliseconds, as all times. */
  readonly keepalive: number;
  readonly version: 4 | 5;
  readonly sessionExpiry: number;
  readonly receiveMaximum: number;
  readonly timeout: number;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Quality of service: at most once, at least once, exactly once. */
export type Qos = 0 | 1 | 2;

/** A message that has come. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly isDuplicate: boolean;
  /** How often its process has failed. */
  attempts: number;
  /** Tells the broker that the message is done. */
  acknowledge(): void;
  /** Has the node that is in the place of the one that took it go on with it. */
  handOver(): void;
  /** Gives it up: the broker sends it again when the connection is made the next time. */
  abandon(): void;
}

/** What a node takes messages with. */
export interface Taker {
  /** The name of the node: another one of its name takes its place. */
  readonly node: string;
  readonly topics: readonly string[];
  readonly qos: Qos;
  take(message: Message): void;
}

/** A message that is not acknowledged. */
interface Held {
  readonly packet: IPublishPacket;
  /** The connection that it came by last. */
  stream: unknown;
  /** Whether its process has ended, while there was no connection by which to say so. */
  isDone: boolean;
}

/** The waits before the connection is made again, in milliseconds: at first, and at most. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** How long a node waits for its subscription before it counts as loaded, in milliseconds. */
const PROMPT = 2_000;
/** How long a message waits for a node that takes it, and a topic for a node that takes it again, in milliseconds. */
const PATIENCE = 5_000;

/** A client of a broker. It connects when it is needed, and as often as it has to. */
export class Broker {
  readonly #options: BrokerOptions;
  /** By the names of the nodes. */
  readonly #takers = new Map<string, Taker>();
  /** The topics that the nodes want. */
  readonly #subscriptions = new Map<string, { readonly qos: Qos; isGranted: boolean }>();
  /** Called when the broker has answered to subscriptions. */
  readonly #answered = new Set<() => void>();
  readonly #held = new Map<number, Held>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** Messages that nobody takes at the moment. */
  #unclaimed: Message[] = [];
  readonly #client: MqttClient;
  #isStarted = false;
  #isClosed = false;
  /** The last error that was told. */
  #told = "";

  private constructor(options: BrokerOptions, Client: typeof MqttClient) {
    this.#options = options;
    this.#client = this.#clientOf(Client);
  }

  /** Makes a client. It connects when it is needed. @throws {Error} If the package cannot be loaded. */
  static async open(options: BrokerOptions): Promise<Broker> {
    // loaded only where there is a node that needs it
    const { MqttClient } = await import("mqtt");
    return new Broker(options, MqttClient);
  }

  /** Takes messages of topics. Waits until the broker has the subscription, but not long for one that is not there. */
  async subscribe(taker: Taker): Promise<void> {
    this.#takers.set(taker.node, taker);
    // what is subscribed to already stays so: the broker would send what it retains again
    const topics = taker.topics.filter((topic) => (this.#subscriptions.get(topic)?.qos ?? -1) < taker.qos);
    for (const topic of topics) this.#subscriptions.set(topic, { qos: taker.qos, isGranted: false });
    for (const message of this.#unclaimed.splice(0)) this.#dispatch(message);
    if (topics.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PROMPT);
    this.#client.once("close", resolve);
    this.#answered.add(resolve);
    if (this.#client.connected) this.#request(topics, taker.qos);
    else this.#start();
    await promise;
    clearTimeout(timer);
    this.#client.off("close", resolve);
    this.#answered.delete(resolve);
  }

  /** Asks the broker for all that it has not granted. */
  #requestAll(): void {
    const missing = [...this.#subscriptions].filter(([, { isGranted }]) => !isGranted);
    for (const [qos, subscriptions] of Map.groupBy(missing, ([, { qos }]) => qos)) {
      this.#request(subscriptions.map(([topic]) => topic), qos);
    }
  }

  #request(topics: readonly string[], qos: Qos): void {
    const { name, log } = this.#options;
    this.#client.subscribe([...topics], { qos }, (error, granted = []) => {
      // it is asked for again when there is a connection
      if (error && this.#client.connected) {
        log.warn(`${name}: ${topics.join(", ")} cannot be subscribed to: ${error.message}`);
      }
      for (const { topic, qos } of granted) {
        if (qos >= 128) log.error(`${name}: the broker refuses the subscription to ${topic}`);
        const subscription = this.#subscriptions.get(topic);
        if (subscription !== undefined) subscription.isGranted = true;
      }
      for (const resolve of this.#answered) resolve();
    });
  }

  /** Takes no more messages. What a node does not come back for in some seconds is no longer subscribed to. */
  unsubscribe(taker: Taker): void {
    if (this.#takers.get(taker.node) === taker) this.#takers.delete(taker.node);
    this.#later(PATIENCE, () => {
      const taken = new Set([...this.#takers.values()].flatMap(({ topics }) => topics));
      const left = taker.topics.filter((topic) => !taken.has(topic) && this.#subscriptions.delete(topic));
      if (left.length > 0) this.#client.unsubscribe(left, () => {});
    });
  }

  /**
   * Publishes a message.
   *
   * @param timeout How long it may take until the broker has it, in milliseconds.
   * @throws {Error} `timeout`, if it is not known whether the broker has it; or why the broker does not take it.
   */
  async publish(
    topic: string,
    payload: Uint8Array,
    { qos, retain, timeout, signal }: { qos: Qos; retain: boolean; timeout: number; signal: AbortSignal | undefined },
  ): Promise<void> {
    const stop = AbortSignal.any([AbortSignal.timeout(timeout), ...signal === undefined ? [] : [signal]]);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = () =>
      reject(
        signal?.aborted ? signal.reason : failure(
          `${this.#options.name}: the broker has not taken the message within ${timeout} ms${
            this.#told === "" ? "" : `: ${this.#told}`
          }`,
          { code: "timeout" },
        ),
      );
    stop.addEventListener("abort", late, { once: true });
    try {
      const client = this.#client;
      this.#start();
      await Promise.race([this.#connected(client, stop), promise]);
      const { name } = this.#options;
      client.publish(topic, payload as never, { qos, retain }, (error) => {
        if (error) reject(failure(`${name}: ${error.message}`, { code: "connection_lost", cause: error }));
        else resolve();
      });
      const id = client.getLastMessageId();
      await promise.catch((error) => {
        // it is not sent when nobody waits for it any more
        if (qos > 0 && stop.aborted) client.removeOutgoingMessage(id);
        throw error;
      });
    } finally {
      stop.removeEventListener("abort", late);
    }
  }

  /** Ends the connection. What is not acknowledged, the broker sends again when it is made the next time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    if (!this.#isStarted) return;
    // by force where it is not connected: it would wait for that
    await new Promise<void>((resolve) => void this.#client.end(!this.#client.connected, () => resolve()));
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#client.connect();
  }

  #clientOf(Client: typeof MqttClient): MqttClient {
    const { name, log, url, user, password, clientId, keepalive, version, sessionExpiry, receiveMaximum, timeout } =
      this.#options;
    const options: IClientOptions = {
      clientId: clientId ?? `weft-${crypto.randomUUID()}`,
      clean: clientId === undefined,
      keepalive: Math.max(1, Math.round(keepalive / 1_000)),
      connectTimeout: timeout,
      reconnectPeriod: FIRST_WAIT,
      protocolVersion: version,
      manualConnect: true,
      resubscribe: false,
      queueQoSZero: false,
      timerVariant: "native",
      ...user !== undefined && { username: user },
      ...password !== undefined && { password },
      ...version === 5 && {
        properties: {
          receiveMaximum,
          ...clientId !== undefined && { sessionExpiryInterval: Math.round(sessionExpiry / 1_000) },
        },
      },
    };
    const client = new Client(() => this.#stream(new URL(url)) as never, options);
    client.on("connect", ({ sessionPresent }) => {
      // the broker has forgotten them, and numbers anew
      if (!sessionPresent) {
        this.#held.clear();
        for (const subscription of this.#subscriptions.values()) subscription.isGranted = false;
      }
      this.#requestAll();
      client.options.reconnectPeriod = FIRST_WAIT;
      if (this.#told !== "") log.info(`${name}: connected again`);
      this.#told = "";
    });
    client.on("error", (error) => this.#failed(error));
    client.on("close", () => {
      client.options.reconnectPeriod = Math.min(LONGEST_WAIT, (client.options.reconnectPeriod ?? FIRST_WAIT) * 2);
      if (!this.#isClosed && !client.disconnecting) this.#failed(new Error("the connection was lost"));
    });
    client.handleMessage = (packet, handled) => {
      this.#received(packet, client);
      // an error keeps the client from acknowledging it; that is done when its process has ended
      handled(packet.qos === 1 ? new Error("acknowledged later") : undefined);
    };
    return client;
  }

  #stream({ protocol, hostname, port }: URL) {
    const { connect, tls } = this.#options;
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    const isSecure = protocol === "mqtts:";
    const socket = connect(host, port === "" ? isSecure ? 8883 : 1883 : Number(port));
    if (!isSecure) return socket;
    const secured = secure({ socket, ...tls, ...isIP(host) === 0 && { servername: host } });
    socket.once("error", (error) => secured.destroy(error));
    return secured;
  }

  /** Tells an error once, until there is a connection. */
  #failed(error: Error): void {
    const { name, log } = this.#options;
    // what is told already says why there is none
    const isFollowing = error.message === "the connection was lost" && this.#told !== "";
    if (this.#isClosed || isFollowing || error.message === this.#told) return;
    this.#told = error.message;
    log.warn(`${name}: ${error.message}; trying again`);
  }

  /** Resolves when there is a connection. */
  async #connected(client: MqttClient, signal: AbortSignal): Promise<void> {
    if (client.connected) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        client.off("connect", done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      client.on("connect", done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #received(packet: IPublishPacket, client: MqttClient): void {
    const { messageId: id } = packet;
    const held: Held | undefined = id === undefined || packet.qos === 0
      ? undefined
      : { packet, stream: client.stream, isDone: false };
    if (id !== undefined && held !== undefined) {
      const before = this.#held.get(id);
      // not all brokers say that it is a duplicate
      if (before !== undefined && before.stream !== client.stream && isSame(before.packet, packet)) {
        before.stream = client.stream;
        // if its process is still running, only the acknowledgement goes another way
        if (before.isDone) this.#acknowledge(id, before);
        return;
      }
      this.#held.set(id, held);
    }
    const isHeld = () => id !== undefined && held !== undefined && this.#held.get(id) === held;
    const message: Message = {
      topic: packet.topic,
      payload: bytesOf(packet),
      qos: packet.qos,
      retain: packet.retain,
      isDuplicate: packet.dup,
      attempts: 0,
      acknowledge: () => {
        if (isHeld()) this.#acknowledge(id!, held!);
      },
      handOver: () => this.#dispatch(message),
      abandon: () => {
        if (isHeld()) this.#held.delete(id!);
      },
    };
    this.#dispatch(message);
  }

  #acknowledge(id: number, held: Held): void {
    // by another connection, the broker sends the message again, and is told then
    held.isDone = true;
    if (!this.#client.connected || this.#client.stream !== held.stream) return;
    this.#held.delete(id);
    this.#client.stream.write(puback(id) as never);
  }

  #dispatch(message: Message): void {
    if (this.#isClosed) return;
    const takers = [...this.#takers.values()].filter(({ topics }) =>
      topics.some((topic) => takes(topic, message.topic))
    );
    if (takers.length > 0) {
      const done = afterAll(takers.length, message.acknowledge);
      for (const taker of takers) {
        const own: Message = {
          ...message,
          acknowledge: takers.length === 1 ? message.acknowledge : done(),
          handOver: () => {
            const next = this.#takers.get(taker.node);
            if (next !== undefined && next !== taker) next.take(own);
            else if (takers.length === 1) message.handOver();
          },
        };
        taker.take(own);
      }
      return;
    }
    // a session of before, or a node that is being replaced
    this.#unclaimed.push(message);
    this.#later(PATIENCE, () => {
      const at = this.#unclaimed.indexOf(message);
      if (at < 0) return;
      this.#unclaimed.splice(at, 1);
      this.#options.log.warn(`${this.#options.name}: no node takes ${message.topic}; a message of it is dropped`);
      message.acknowledge();
    });
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}

/** Returns what makes functions, after each of which has been called once, another one is called. */
function afterAll(count: number, then: () => void): () => () => void {
  let left = count;
  return () => {
    let isCalled = false;
    return () => {
      if (isCalled) return;
      isCalled = true;
      if (--left === 0) then();
    };
  };
}

function isSame(a: IPublishPacket, b: IPublishPacket): boolean {
  const [first, second] = [bytesOf(a), bytesOf(b)];
  return a.topic === b.topic && first.length === second.length && first.every((byte, index) => byte === second[index]);
}

function bytesOf({ payload }: IPublishPacket): Uint8Array {
  return typeof payload === "string" ? new TextEncoder().encode(payload) : new Uint8Array(payload);
}

/** Returns the packet that acknowledges a message, which is the same in all versions. */
function puback(id: number): Uint8Array {
  return Uint8Array.of(0x40, 2, id >> 8, id & 0xff);
}
