import { type DataKind, defineDataKind, type HostContext } from "@weft/weft/kind";
import { createHash } from "node:crypto";
import { z } from "zod";
import { Broker } from "./broker.ts";
import { duration, secret } from "./fields.ts";

const maybeSecret = (description: string) => z.string().min(1).describe(`${description} Or env:NAME or file:NAME.`);

const data = z.strictObject({
  url: z.string().refine((text) => isReference(text) || /^mqtts?:\/\/[^/?#@]+\/?$/.test(text), {
    error: "expected mqtt://HOST:PORT or mqtts://HOST:PORT without user and password, or env:NAME or file:NAME",
    params: { secret: true },
  }).describe("The broker: `mqtt://HOST:1883`, or `mqtts://HOST:8883` with TLS. Or env:NAME or file:NAME."),
  user: maybeSecret("The name of the user.").optional(),
  password: secret().optional().describe("The password: env:NAME or file:NAME."),
  clientId: z.string().min(1).max(128).optional().describe(
    "The name by which the broker knows this engine. With it, the broker keeps the subscriptions and what comes while " +
      "the engine is away; no two engines may have the same. Default: a random one, for which nothing is kept.",
  ),
  keepalive: duration().default(30_000).describe(
    "How long nothing may pass before the connection is tried. Default 30s.",
  ),
  version: z.literal([4, 5]).default(4).describe("The version of the protocol: 4, which is 3.1.1, or 5. Default 4."),
  sessionExpiry: duration().default(86_400_000).describe(
    "For how long the broker keeps what it keeps for a `clientId`, with version 5. Default 24h.",
  ),
  receiveMaximum: z.int().min(1).max(65_535).default(100).describe(
    "How many messages the broker may send that are not acknowledged, with version 5. Default 100.",
  ),
  timeout: duration().default(10_000).describe("How long the broker may take to accept a connection. Default 10s."),
  tls: z.strictObject({
    ca: maybeSecret("The certificates that the broker's is checked by, as PEM, in place of the well-known ones.")
      .optional(),
    cert: maybeSecret("The certificate that is shown to the broker, as PEM.").optional(),
    key: secret().optional().describe("The private key of that certificate: env:NAME or file:NAME."),
  }).optional().describe("How the certificate of the broker is checked."),
});

/** The data of a connection. */
export type ConnectionData = z.infer<typeof data>;

/** Describes a broker. */
export const connection: DataKind = defineDataKind({
  name: "mqtt",
  summary: "Describes an MQTT broker: where it is, and how to log in.",
  data,
  about: `
All nodes that name a connection share one client. It connects when the first of them needs it, and again, at growing
intervals of half a second to half a minute, when the connection was lost.
`.trim(),
  examples: [
    {
      title: "A broker that keeps messages while the engine is away",
      spec: {
        kind: "mqtt",
        name: "broker",
        data: {
          url: "mqtts://broker.example.com:8883",
          clientId: "shop-1",
          user: "shop",
          password: "env:MQTT_PASSWORD",
        },
      },
    },
  ],
});

/** Returns the client of a connection, which all nodes that name it share. @throws {Error} If a secret is not granted. */
export async function useBroker(
  { dataOf, secret, useShared, connect, log }: Pick<
    HostContext<unknown, string>,
    "dataOf" | "secret" | "useShared" | "connect" | "log"
  >,
  name: string,
): Promise<Broker> {
  const { url, user, password, tls = {}, ...rest } = dataOf("mqtt", name) as unknown as ConnectionData;
  const valueOf = async (text: string) => isReference(text) ? await secret(text) : text;
  const options = {
    ...rest,
    url: await valueOf(url),
    user: user === undefined ? undefined : await valueOf(user),
    password: password === undefined ? undefined : await secret(password),
    tls: Object.fromEntries(
      await Promise.all(Object.entries(tls).map(async ([key, text]) => [key, await valueOf(text)])),
    ) as { ca?: string; cert?: string; key?: string },
  };
  if (!URL.canParse(options.url)) throw new Error(`invalid url of connection "${name}": expected mqtt://HOST:PORT`);
  // another one for other data, from which it cannot be told what they are
  const digest = createHash("sha256").update(JSON.stringify(options)).digest("base64url");
  return await useShared(
    `mqtt ${name} ${digest}`,
    () => Broker.open({ ...options, name, connect, log }),
    (broker) => broker.close(),
  );
}

function isReference(text: string): boolean {
  return /^(?:env|file):/.test(text);
}
