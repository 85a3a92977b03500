import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Process } from "../../flow/mod.ts";
import { TOKEN } from "../../http/mod.ts";
import { duration, size } from "../../spec/mod.ts";
import { type Answer, failure, isMap, NONE, type Value, type ValueMap } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { exchangeOf } from "../net/exchange.ts";
import { checkOrigins, Origins } from "../net/origins.ts";
import { type Audience, roomsOf } from "../net/rooms.ts";
import { Events } from "./events.ts";
import { GatewayConnection } from "./gateway_connection.ts";
import { GatewayHub, type GatewayNode } from "./gateway_hub.ts";
import { readClosing, readMembership, readOutgoing } from "./message.ts";
import { checkUpgrade } from "./upgrade.ts";

const DEFAULT_SIZE = 1024 * 1024;
/** How often it is looked for idle connections, at least and at most, in milliseconds. */
const FASTEST_SWEEP = 100;
const SLOWEST_SWEEP = 5_000;

const fields = z.object({
  protocol: z.enum(["websocket"]).default("websocket").meta({ description: "What requests are upgraded to." }),
  protocols: z.array(z.string().regex(TOKEN, "invalid subprotocol")).default([]).meta({
    description: "The subprotocols that are spoken, the best first. A client that offers others only is answered 400.",
  }),
  origins: z.array(z.string()).default([]).meta({
    description: "The origins whose pages may connect, besides that of the request: `https://shop.example`, " +
      "`https://*.shop.example`, or `*` for all. Clients that are no browsers send none, and may always.",
  }),
  rooms: z.union([z.string(), z.array(z.string())]).optional().meta({
    description: "Rooms that every connection is in, besides those that `rooms` of the request names.",
  }),
  format: z.enum(["text", "json"]).default("text").meta({
    description: "What texts are: `text`, or `json`, which is decoded and encoded. Bytes are bytes. Default text.",
  }),
  maxMessage: size().default(DEFAULT_SIZE).meta({
    description: "How many bytes a message may have; a larger one closes the connection with 1009. Default 1MiB.",
  }),
  backlog: size().default(4 * DEFAULT_SIZE).meta({
    description: "How much of what a client has sent may wait for earlier messages to be handled; more closes the " +
      "connection with 1008. Default 4MiB.",
  }),
  buffer: size().default(DEFAULT_SIZE).meta({
    description: "How much may wait for a client that reads too slowly before `slow` decides. Default 1MiB.",
  }),
  slow: z.enum(["close", "drop", "wait"]).default("close").meta({
    description: "What becomes of a client that reads too slowly: `close` closes its connection with 1008, `drop` " +
      "leaves out messages until it has caught up, `wait` makes whoever sends wait, at most for `timeout`, then " +
      "closes. Default close.",
  }),
  ping: duration().default(30_000).meta({
    description: "After how long without a message a client is pinged; one that does not answer within the same time " +
      "is closed. 0 for never. Default 30s.",
  }),
  idleTimeout: duration().optional().meta({
    description: "After how long without a message a connection is closed with 1001. Default never.",
  }),
  connections: z.int().min(1).default(10_000).meta({
    description: "How many clients may be connected; the next one is answered 503. Default 10,000.",
  }),
  onError: z.enum(["send", "close", "ignore"]).default("send").meta({
    description:
      "What the client is told when a message could not be handled: `send` sends an error as JSON, `close` " +
      "closes with 1011, `ignore` nothing. Default send.",
  }),
  timeout: duration().default(30_000).meta({
    description: "How long the process of a message may take. Default 30s.",
  }),
});

const ABOUT = `
A request to \`io\` that asks for a websocket becomes a connection; the process of the request ends, and no process lasts as
long as a connection does. What happens on it opens a process of its own, one after another: by \`open\` that it is there,
by \`out\` each message, by \`close\` that it is gone. What such a process answers is sent back: text as text, a map or a
list as JSON, bytes as bytes; nothing and null are not sent. Connections do not wait for each other.

Each payload has \`id\`, a UUID that names the connection, \`rooms\`, \`protocol\` if one was agreed on, and of the request
\`client\`, \`auth\` and \`context\`: what a node before has put there. A message has besides \`type\`, 1 for text or 2 for
bytes, and \`data\`; a close has \`code\` and \`reason\`.

A packet to \`in\` is sent to the connection that its process is about, or to those that \`to\` names: ids or rooms, one or
a list. It is a map with \`data\` and, beside it, no keys but \`to\`, \`except\`, and \`type\`, or else the message itself.
\`broadcast\` sends to all. Nobody being there is no error.

A browser lets pages of any site open websockets with the cookies of yours. So a page has to be of the origin of the
request, or of one that \`origins\` names; another is answered 403.

A change of the spec keeps the connections: messages that come after it are handled by the new version. When the node is
deleted or the engine stops, they are closed with 1001, once what has come is answered. Messages beyond \`backlog\` close
a connection, because Deno reads on: see [limits](../../limits.md).
`.trim();

/** Turns requests into websockets. */
export const gateway: Kind = defineKind({
  name: "gateway",
  aliases: ["upgrader"],
  summary: "Upgrades requests to websockets: each message opens a process, and what that answers is sent back.",
  place: "host",
  effect: "once",
  ordered: false,
  fields,
  ports: { in: ["io", "in", "broadcast", "join", "leave", "disconnect"], out: ["out", "open", "close", "error"] },
  about: ABOUT,
  portSummaries: {
    io: "A request; it is upgraded, and its process ends.",
    in: "A message to the connection of the process, or to those that `to` names.",
    broadcast: "A message to all, but those that `except` names.",
    join: "A room or a list of rooms to be in, or a map of `rooms` and `to`.",
    leave: "A room or a list of rooms to leave, or a map of `rooms` and `to`.",
    disconnect: "Closes the connection of the process, or those that `to` names, with `code` and `reason`.",
    out: "Each message; the answer is sent back.",
    open: "Each new connection; the answer is sent to it.",
    close: "Each connection that is gone, with `code` and `reason`.",
    error: "Why a message could not be handled, or a request not upgraded; what this port answers is the answer.",
  },
  errors: {
    upgrade_required: "The request asks for no websocket (426).",
    bad_request: "The request asks for one wrongly, or for other subprotocols (400); a message is not JSON.",
    forbidden_origin: "The page is of an origin that is not allowed (403).",
    busy: "Too many clients are connected (503).",
    not_found: "The process was not opened by a request.",
    conflict: "The request was answered already.",
    aborted: "The client went away.",
    invalid: "A payload to `in`, `broadcast`, `join`, `leave` or `disconnect` says nothing that can be done.",
    not_a_value: "An answer cannot be a message, such as a stream.",
  },
  examples: [
    { title: "Answer each message", spec: { kind: "gateway" } },
    {
      title: "A chat in JSON for pages of two sites",
      spec: {
        kind: "gateway",
        format: "json",
        origins: ["https://chat.example", "https://*.chat.example"],
        maxMessage: "16KiB",
        idleTimeout: "1h",
      },
    },
  ],
  check: ({ origins }) => checkOrigins(origins),
  async prepare(context) {
    const { fields, metrics, log, clock, random } = context;
    const internals = internalsOf(context);
    const { symbol, sockets } = internals;
    const own = roomsOf(fields.rooms, "rooms of the gateway");
    const rules = { protocols: fields.protocols, origins: new Origins(fields.origins) };
    const hub = await context.use(symbol.id, () => new GatewayHub(sockets.draining));
    const node: GatewayNode = { fields, events: new Events(internals, clock, fields.timeout), log, metrics, clock };
    let sweep: ReturnType<typeof setInterval> | undefined;

    /** Returns the connections that a packet is for. */
    const recipients = (call: { readonly process: object }, to: Audience): Iterable<GatewayConnection> => {
      if (to !== undefined) return hub.of(to);
      const connection = hub.connectionOf(call.process as Process);
      if (connection !== undefined) return [connection];
      throw failure("missing to: expected an id or a room, because the process is not one of a connection", {
        code: "invalid",
      });
    };

    return {
      concurrency: Infinity,
      async io(payload, call): Promise<Answer> {
        const process = (call.process as Process).root;
        const exchange = exchangeOf(process);
        if (exchange === undefined) {
          throw failure("there is no request to upgrade: the process was not opened by one", { code: "not_found" });
        }
        const protocol = checkUpgrade(exchange, rules);
        const request = isMap(payload) ? payload : {};
        const rooms = [...own, ...roomsOf(request.rooms, "rooms of a request")];
        if (hub.size >= fields.connections || sockets.draining.aborted) {
          throw failure("too many clients are connected", { code: "busy", details: { status: 503 } });
        }
        const { gone, keep } = exchange;
        if (gone.aborted) throw failure("the client went away", { code: "aborted" });
        // Deno pings after half of it
        const socket = exchange.upgrade(protocol, fields.ping * 2 / 1_000);
        hub.size++;
        const client = { id: random.uuid(), rooms, protocol, data: dataOf(request) };
        const connection = new GatewayConnection(hub, socket, client, keep, clock.now());
        hub.bind(process, connection);
        try {
          await connection.opened(gone);
        } catch (error) {
          exchange.abandoned();
          throw error;
        }
        return NONE;
      },
      async in(payload, call): Promise<Answer> {
        const { to, ...outgoing } = readOutgoing(payload, fields.format);
        await hub.send(recipients(call, to), outgoing, node);
        return NONE;
      },
      async broadcast(payload): Promise<Answer> {
        const { to, ...outgoing } = readOutgoing(payload, fields.format);
        await hub.send(hub.of(to), outgoing, node);
        return NONE;
      },
      join(payload, call) {
        const { to, rooms } = readMembership(payload);
        for (const connection of recipients(call, to)) hub.join(connection, rooms);
        return NONE;
      },
      leave(payload, call) {
        const { to, rooms } = readMembership(payload);
        for (const connection of recipients(call, to)) hub.leave(connection, rooms);
        return NONE;
      },
      disconnect(payload, call) {
        const { to, code, reason } = readClosing(payload);
        for (const connection of recipients(call, to)) connection.close(code, reason);
        return NONE;
      },
      load() {
        hub.enter(node);
        const { idleTimeout } = fields;
        if (idleTimeout === undefined) return;
        const interval = Math.max(FASTEST_SWEEP, Math.min(idleTimeout / 4, SLOWEST_SWEEP));
        sweep = setInterval(() => hub.closeIdle(clock.now() - idleTimeout), interval);
      },
      unload() {
        clearInterval(sweep);
        hub.exit(node);
      },
    };
  },
});

/** Returns what goes with each event of a connection, of its request. */
function dataOf({ client, auth, context }: ValueMap): ValueMap {
  const data: Record<string, Value> = {};
  if (client !== undefined) data.client = client;
  if (auth !== undefined) data.auth = auth;
  if (context !== undefined) data.context = context;
  return data;
}
