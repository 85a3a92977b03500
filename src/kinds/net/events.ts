import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { encodeEvent, EVENT_STREAM, payloadHeader } from "../../http/mod.ts";
import { size } from "../../spec/mod.ts";
import { failure, isMap, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import { closeUnread } from "../close_unread.ts";
import { internalsOf } from "../internals.ts";
import { type Audience, type Member, Rooms, roomsOf } from "./rooms.ts";

/** Sends events to browsers, over responses that do not end. */
export const events: Kind = defineKind({
  name: "events",
  summary: "Answers requests with streams of server-sent events, and sends events to all or some of their clients.",
  place: "host",
  effect: "once",
  fields: z.object({
    connections: z.int().min(1).default(10_000).meta({
      description: "How many clients may be connected; the next one is answered 503. Default 10,000.",
    }),
    buffer: size().default(1024 * 1024).meta({
      description: "How much may wait for a client that reads too slowly, before it is disconnected. Default 1MiB.",
    }),
    keep: z.int().min(0).max(100_000).default(0).meta({
      description: "How many events with an `id` are kept for clients that come back with `Last-Event-ID`. Default 0.",
    }),
  }),
  ports: { in: ["io", "in"], out: ["error"] },
  about:
    "A request to `io` is answered with a stream; with `rooms`, a name or a list of names that a node before has put " +
    "into it, the client is in those. A packet to `in` is an event for all clients: a map with `event`, `data`, `id` " +
    "and `retry`, or just data; with `to`, a room or a list of rooms, for those who are in one of them. Its answer is " +
    "the number of clients. A stream stays open until its client leaves, the node is deleted, or the engine stops; " +
    "no process lasts as long. The `heartbeat` of the listener keeps idle ones alive.",
  portSummaries: {
    io: "A request: its answer is a stream of events.",
    in: "An event; its answer is to how many clients it was sent.",
  },
  errors: {
    busy: "Too many clients are connected (503).",
    bad_response: "A field would break the stream.",
  },
  examples: [{ title: "News for whoever listens", spec: { kind: "events", keep: 100 } }],
  async prepare(context) {
    const { fields, metrics } = context;
    const { symbol, sockets } = internalsOf(context);
    const hub = await context.use(symbol.id, () => new Hub(sockets.draining), (hub) => hub.close());
    return {
      concurrency: Infinity,
      io(payload, call): ValueMap {
        const header = { "Content-Type": EVENT_STREAM, "Cache-Control": "no-cache", "X-Accel-Buffering": "no" };
        if (isMap(payload) && payload.method === "HEAD") return { status: 200, header };
        const rooms = isMap(payload) ? roomsOf(payload.rooms, "rooms of a request") : [];
        if (hub.size >= fields.connections) {
          throw failure("too many clients are connected", { code: "busy", details: { status: 503 } });
        }
        metrics.count("connections");
        const seen = isMap(payload) ? payloadHeader(payload, "Last-Event-Id") : undefined;
        const body = hub.open(rooms, fields.buffer, seen);
        closeUnread(call, body);
        return { status: 200, header, body };
      },
      in: (payload) => hub.send(payload, fields.keep),
    };
  },
});

/** A client that is connected. */
interface Listening extends Member {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

interface Kept {
  readonly id: string;
  readonly to: Audience;
  readonly bytes: Uint8Array;
}

const encoder = new TextEncoder();

/** The clients of a node, across its versions. */
class Hub {
  readonly #rooms = new Rooms<Listening>();
  #kept: Kept[] = [];
  #opened = 0;
  readonly #closing: AbortSignal;
  readonly #close = () => this.close();

  /** @param closing Ends all streams. */
  constructor(closing: AbortSignal) {
    this.#closing = closing;
    closing.addEventListener("abort", this.#close);
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** Opens the stream of a client. @param after The id of the last event that it has seen. */
  open(rooms: readonly string[], buffer: number, after: string | undefined): Stream {
    let client: Listening;
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => {
        client = { id: String(++this.#opened), controller };
        this.#rooms.add(client, rooms);
        // what is sent at once makes the response begin
        controller.enqueue(encoder.encode(":\n"));
        for (const { bytes } of this.#missed(rooms, after)) controller.enqueue(bytes);
        if (this.#closing.aborted) this.#end(client);
      },
      cancel: () => this.#rooms.delete(client),
    }, { highWaterMark: buffer, size: (bytes) => bytes!.length });
    return Stream.from(source);
  }

  /** Sends an event. @returns To how many clients. */
  send(payload: Value, keep: number): number {
    const { to, event } = addressed(payload);
    const bytes = encoder.encode(encodeEvent(event));
    const id = isMap(event) ? event.id ?? null : null;
    if (keep > 0 && id !== null) {
      this.#kept.push({ id: String(id), to, bytes });
      if (this.#kept.length > keep) this.#kept = this.#kept.slice(-keep);
    }
    let count = 0;
    for (const client of this.#rooms.of(to)) {
      if (client.controller.desiredSize! <= 0) {
        this.#end(client);
        continue;
      }
      client.controller.enqueue(bytes);
      count++;
    }
    return count;
  }

  /** Ends all streams. */
  close(): void {
    this.#closing.removeEventListener("abort", this.#close);
    for (const client of this.#rooms.of(undefined)) this.#end(client);
  }

  #end(client: Listening): void {
    this.#rooms.delete(client);
    client.controller.close();
  }

  #missed(rooms: readonly string[], after: string | undefined): Kept[] {
    const seen = after === undefined ? -1 : this.#kept.findLastIndex(({ id }) => id === after);
    if (seen < 0) return [];
    return this.#kept.slice(seen + 1).filter(({ to }) => to === undefined || to.some((room) => rooms.includes(room)));
  }
}

function addressed(payload: Value): { to: Audience; event: Value } {
  if (payload === null || typeof payload !== "object" || !isMap(payload) || !Object.hasOwn(payload, "to")) {
    return { to: undefined, event: payload };
  }
  const { to, ...event } = payload;
  return { to: roomsOf(to, "to of an event"), event };
}
