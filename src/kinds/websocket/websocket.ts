import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { TOKEN, UNSENDABLE } from "../../http/mod.ts";
import { duration, size } from "../../spec/mod.ts";
import { type Answer, failure, NONE } from "../../value/mod.ts";
import { NO_CONNECTION, readHttpConnection } from "../http/http_connection.ts";
import { internalsOf } from "../internals.ts";
import type { HttpConnectionData } from "../net/connection.ts";
import { keyFor } from "../net/resolved_secrets.ts";
import { loadPackage } from "./client_socket.ts";
import { Events } from "./events.ts";
import { encodeMessage, readOutgoing } from "./message.ts";
import { type ClientNode, type ClientOptions, type Reconnect, WebSocketClient } from "./websocket_client.ts";
import { websocketUrl } from "./websocket_url.ts";

const reconnect = z.strictObject({
  attempts: z.int().min(1).optional().meta({
    description: "After how many failed attempts in a row it gives up. Default never.",
  }),
  delay: duration().default(1_000).meta({ description: "How long the first wait is. Default 1s." }),
  factor: z.number().min(1).default(2).meta({ description: "What each further wait is multiplied by. Default 2." }),
  max: duration().default(30_000).meta({ description: "How long a wait may be. Default 30s." }),
  jitter: z.number().min(0).max(1).default(0.5).meta({
    description: "Which part of a wait is random, so that not all come back at the same moment. Default 0.5.",
  }),
});

const fields = z.object({
  url: z.string().min(1).optional().meta({
    description: "The URL, such as `wss://example.com/feed`, or a path below that of the connection.",
  }),
  connection: z.string().min(1).optional().meta({
    description: "The name of a connection of type http: what the URL begins with, credentials, certificates.",
  }),
  protocols: z.array(z.string().regex(TOKEN, "invalid subprotocol")).default([]).meta({
    description: "The subprotocols that are offered, the best first.",
  }),
  header: z.record(z.string().regex(TOKEN, "invalid header name"), z.string()).default({}).meta({
    description: "Headers of the request, by name.",
  }),
  format: z.enum(["text", "json"]).default("text").meta({
    description: "What texts are: `text`, or `json`, which is decoded and encoded. Bytes are bytes. Default text.",
  }),
  reconnect: z.union([z.boolean(), reconnect]).default(true).meta({
    description: "Whether it connects again when the connection is lost or was refused, or after which waits.",
  }),
  connectTimeout: duration().default(10_000).meta({ description: "How long the server may take. Default 10s." }),
  wait: duration().default(5_000).meta({
    description: "How long what is sent waits for the connection to be open. Default 5s.",
  }),
  ping: duration().default(30_000).meta({
    description:
      "How often the server is pinged; where none was answered, it connects again. 0 for never. Default 30s.",
  }),
  heartbeat: z.strictObject({
    interval: duration().meta({ description: "How often it is sent." }),
    message: z.any().meta({ description: "What is sent." }),
  }).optional().meta({ description: "A message that is sent again and again, for servers that want one." }),
  maxMessage: size().default(1024 * 1024).meta({
    description: "How many bytes a message may have; a larger one ends the connection. Default 1MiB.",
  }),
  timeout: duration().default(30_000).meta({ description: "How long the process of a message may take. Default 30s." }),
});

const ABOUT = `
It connects when it is loaded, and again when the connection is lost, after longer and longer waits. Each message opens a
process by \`out\`, one after another, with \`url\`, \`type\` (1 for text, 2 for bytes) and \`data\`; what it answers is sent
back, if it is neither nothing nor null. While messages wait, the server is slowed down. \`open\` tells that it is connected:
its answer is the place for what has to be sent first, such as a subscription. \`close\` has \`code\` and \`reason\`.

A packet to \`in\` is sent: a map with \`data\` and \`type\`, as a gateway has it, or else the message itself. It waits for
the connection to be open, and is answered with nothing once it was handed to the system. A packet to \`io\` makes it
connect now, also after it has given up, and is answered once it is.

Private addresses are refused as by \`http\`; redirects are not followed. A change of the spec keeps the connection, unless
it changes where and how to connect.
`.trim();

/** Talks to a websocket server. */
export const websocket: Kind = defineKind({
  name: "websocket",
  summary: "Connects to a websocket server, again when that is lost: each message opens a process; in sends.",
  place: "host",
  effect: "once",
  ordered: false,
  fields,
  ports: { in: ["io", "in"], out: ["out", "open", "close", "error"] },
  about: ABOUT,
  portSummaries: {
    io: "Connects now; answered with nothing once it is connected.",
    in: "A message to the server.",
    out: "Each message; the answer is sent back.",
    open: "It is connected; the answer is sent.",
    close: "The connection is gone, with `code` and `reason`.",
    error: "Why a message was not sent, or could not be handled.",
  },
  errors: {
    invalid: "The URL is none, or a payload is no message.",
    forbidden_address: "The address is private, and the operator has not allowed it.",
    dns: "The name of the host cannot be resolved.",
    connection_refused: "The server does not accept the connection, or no way leads to it.",
    connection_lost: "There is no connection, or it was lost before the message was sent.",
    tls: "The connection cannot be secured: the certificate of the server is not valid.",
    bad_status: "The server answers with another status than 101.",
    redirect: "The server redirects.",
    timeout: "The server did not answer in time, or a process exceeded `timeout`.",
    not_a_value: "A payload cannot be a message, such as a stream.",
  },
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: "http" }],
  examples: [
    {
      title: "A feed that wants a subscription",
      spec: { kind: "websocket", url: "wss://feed.example.com/v1", format: "json", reconnect: { max: "1m" } },
    },
    {
      title: "A server that wants to see a message now and then",
      spec: {
        kind: "websocket",
        url: "wss://chat.example.com",
        protocols: ["chat.v2"],
        heartbeat: { interval: "20s", message: "ping" },
      },
    },
  ],
  check({ url, connection, header }) {
    const wrong = Object.entries(header).find(([, value]) => UNSENDABLE.test(value))?.[0];
    if (wrong !== undefined) {
      return [{ location: { path: ["header", wrong] }, message: `invalid header ${wrong}: expected one line` }];
    }
    if (url === undefined && connection === undefined) {
      return [{ location: { path: [] }, message: "missing url: expected one, or a connection" }];
    }
    if (connection !== undefined) return [];
    try {
      websocketUrl(undefined, url);
      return [];
    } catch (error) {
      return [{ location: { path: ["url"] }, message: (error as Error).message }];
    }
  },
  async prepare(context) {
    const { fields, clock, random, log, metrics, secret, use, dataOf } = context;
    const internals = internalsOf(context);
    const { symbol, privateHosts, sockets } = internals;
    // what cannot be loaded is no reason to try again and again
    await loadPackage();
    const { connection: name, format, heartbeat, wait } = fields;
    const connection = name === undefined
      ? NO_CONNECTION
      : await readHttpConnection(dataOf("connection", name) as unknown as HttpConnectionData, secret);
    const url = websocketUrl(connection.base, fields.url);
    for (const [key, value] of Object.entries(connection.query)) url.searchParams.set(key, value);
    const given = {
      protocols: fields.protocols,
      headers: { ...fields.header, ...connection.header },
      tls: connection.tls,
      connectTimeout: fields.connectTimeout,
      maxMessage: fields.maxMessage,
      reconnect: reconnectOf(fields.reconnect),
      ping: fields.ping,
      heartbeat: heartbeat && { interval: heartbeat.interval, message: encodeMessage(heartbeat.message, format) },
    };
    const options: ClientOptions = { ...given, url, privateHosts, clock, random, draining: sockets.draining };
    const client = await use(keyFor(symbol.id, [url.href, given]), () => new WebSocketClient(options));
    const node: ClientNode = { format, events: new Events(internals, clock, fields.timeout), log, metrics };
    return {
      async io(_, call): Promise<Answer> {
        client.connect();
        await client.connected(wait, call.signal);
        return NONE;
      },
      async in(payload, call): Promise<Answer> {
        const { to, message } = readOutgoing(payload, format);
        if (to !== undefined) throw failure("invalid to of a message: there is one server", { code: "invalid" });
        const socket = await client.connected(wait, call.signal);
        await socket.send(message);
        metrics.count("sent");
        return NONE;
      },
      load: () => client.enter(node),
      unload: () => client.exit(node),
    };
  },
});

function reconnectOf(given: z.infer<typeof fields>["reconnect"]): Reconnect | undefined {
  if (given === false) return undefined;
  return given === true ? reconnect.parse({}) : given;
}
