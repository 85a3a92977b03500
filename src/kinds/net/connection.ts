import { type DataKind, defineDataKind } from "@weft/weft/kind";
import { z } from "zod";
import { duration, port, secret } from "../../spec/mod.ts";

/** A value that may come from where the secrets are: as it is written, or `env:NAME`, `file:NAME`. */
function maybeSecret(description: string) {
  return z.string().min(1).meta({ description: `${description} Or env:NAME or file:NAME.` });
}

/** What stands for a value that comes from where the secrets are. @param expected What the value may be itself. */
function reference(expected: string) {
  return z.string().regex(
    /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^/\0][^\0]*)$/,
    `expected ${expected}, or env:NAME or file:NAME`,
  );
}

const tls = z.strictObject({
  ca: maybeSecret("The certificates that the server's is checked by, as PEM, in place of the well-known ones.")
    .optional(),
  cert: maybeSecret("The certificate that is shown to the server, as PEM.").optional(),
  key: secret().optional().meta({ description: "The private key of that certificate: env:NAME or file:NAME." }),
}).meta({ description: "How the server's certificate is checked." });

const login = {
  user: maybeSecret("The name of the user."),
  password: secret().meta({ description: "The password: env:NAME or file:NAME." }),
};

const http = z.strictObject({
  type: z.literal("http"),
  baseUrl: maybeSecret("What URLs begin with: https://api.example.com/v1."),
  header: z.record(z.string(), z.string()).default({}).meta({
    description: "Headers of every request, by name. A value env:NAME or file:NAME is a secret.",
  }),
  query: z.record(z.string(), z.string()).default({}).meta({
    description: "Parameters of every request, by name. A value env:NAME or file:NAME is a secret.",
  }),
  auth: z.union([
    z.strictObject({ bearer: secret().meta({ description: "The token: env:NAME or file:NAME." }) }),
    z.strictObject(login),
  ], { error: "expected bearer, or user and password" }).optional().meta({
    description: "What the header Authorization is made of: `bearer`, a token, or `user` and `password`.",
  }),
  tls: tls.optional(),
  limits: z.strictObject({
    connections: z.int().min(1).default(64).meta({
      description: "How many connections to one server may be open at a time; further requests wait. Default 64.",
    }),
    idle: duration().default(15_000).meta({
      description: "How long a connection is kept while no request needs it. Default 15s.",
    }),
  }).prefault({}).meta({ description: "How many connections there are." }),
});

/** How connections to mail servers may be protected. */
export const SECURITIES = ["starttls", "tls", "none"] as const;

const smtp = z.strictObject({
  type: z.literal("smtp"),
  host: maybeSecret("The server."),
  port: z.union([port(), reference("a port, 0 to 65535")]).optional()
    .meta({
      description: "Its port. Default 587; 465 with `security: tls`, 25 with `none`. Or env:NAME or file:NAME.",
    }),
  security: z.union([z.enum(SECURITIES), reference(SECURITIES.join(", "))]).default("starttls").meta({
    description:
      "How the connection is protected: `starttls`, without which nothing is sent, `tls` from the first byte " +
      "on, or `none`. Default starttls. Or env:NAME or file:NAME.",
  }),
  auth: z.strictObject(login).optional().meta({ description: "What to log in with." }),
  tls: tls.optional(),
  timeout: duration().default(30_000).meta({
    description: "How long the server may take to accept a connection, to greet, and to answer. Default 30s.",
  }),
  limits: z.strictObject({
    connections: z.int().min(1).default(5).meta({
      description: "How many connections may be open at a time; further messages wait. Default 5.",
    }),
    idle: duration().default(15_000).meta({
      description: "How long a connection is kept while no message needs it. Default 15s.",
    }),
  }).prefault({}).meta({ description: "How many connections there are." }),
});

const migrations = z.string().min(1).optional().meta({
  description:
    "A folder of SQL files, relative to where the engine was started. Those that were not applied yet are, in " +
    "the order of their names, before the first node uses the connection.",
});

const health = z.boolean().default(false).meta({
  description: "Whether `/ready` of the admin server asks the database, and answers 503 if it cannot be reached. " +
    "Default false.",
});

const sqlite = z.strictObject({
  type: z.literal("sqlite"),
  file: maybeSecret(
    "The file, relative to where the engine was started; it is created if it is not there. `:memory:` " +
      "is a database that ends with the engine.",
  ),
  readOnly: z.boolean().default(false).meta({ description: "Whether nothing may be written. Default false." }),
  durable: z.boolean().default(true).meta({
    description:
      "Whether a commit waits until the disk has it. Otherwise a loss of power, but not of the engine, may " +
      "undo what was committed last, and writes are many times faster. Default true.",
  }),
  migrations,
  health,
  limits: z.strictObject({
    connections: z.int().min(1).max(64).default(4).meta({
      description: "How many programs may have the file open at a time, each for one transaction. Default 4.",
    }),
    idle: duration().default(15_000).meta({
      description: "How long those beyond the first are kept while nothing needs them. Default 15s.",
    }),
  }).prefault({}).meta({ description: "How many connections there are." }),
});

const postgres = z.strictObject({
  type: z.literal("postgres"),
  url: z.string().min(1).refine((text) => !hasPassword(text), {
    error: "expected a URL without password, which is not written into a spec: use password, or a URL env:NAME",
    params: { secret: true },
  }).meta({
    description: "The database: `postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full`. Or env:NAME or file:NAME, " +
      "where it may have a password.",
  }),
  password: secret().optional().meta({ description: "The password of the user: env:NAME or file:NAME." }),
  tls: tls.optional(),
  timeout: duration().default(10_000).meta({
    description: "How long the server may take to accept a connection. Default 10s.",
  }),
  migrations,
  health,
  limits: z.strictObject({
    connections: z.int().min(1).max(1_000).default(10).meta({
      description: "How many connections may be open at a time, each for one statement or transaction. Default 10.",
    }),
    idle: duration().default(60_000).meta({
      description: "How long a connection is kept while nothing needs it. Default 60s.",
    }),
  }).prefault({}).meta({ description: "How many connections there are." }),
});

/** Reports whether a URL has a password, wherever URLs of PostgreSQL may have one. */
export function hasPassword(url: string): boolean {
  return /^[a-z]+:\/\/[^/?#]*:[^/?#]*@/i.test(url) || /[?&]password=/i.test(url);
}

/** The data of a connection, by its type. */
export const connectionData = z.discriminatedUnion("type", [http, smtp, sqlite, postgres]);

/** The data of a connection to an HTTP server. */
export type HttpConnectionData = z.infer<typeof http>;
/** The data of a connection to a mail server. */
export type SmtpConnectionData = z.infer<typeof smtp>;
/** The data of a connection to a file of SQLite. */
export type SqliteConnectionData = z.infer<typeof sqlite>;
/** The data of a connection to a PostgreSQL server. */
export type PostgresConnectionData = z.infer<typeof postgres>;
/** How certificates are checked. */
export type TlsData = z.infer<typeof tls>;

/** Describes a server or a database that nodes talk to. */
export const connection: DataKind = defineDataKind({
  name: "connection",
  summary:
    "Describes a server or database that nodes talk to: where it is, how to log in, how many connections there are.",
  data: connectionData,
  about: `
A node names a connection by its field \`connection\`; all nodes that name one share its sockets. When the connection
changes, its nodes are prepared again with it; a change with which one of them cannot be prepared is rejected.

A secret is not written into a spec, where everybody who reads specs, versions and logs sees it, but named: \`env:NAME\` is
a variable that \`start --env NAME\` grants, \`file:NAME\` a file in the folder of \`start --secrets\`. It is read when the
node is prepared.

Templates are not evaluated in data; what differs between places is a variable, as \`baseUrl: env:API\`.
`.trim(),
  examples: [
    {
      title: "An API with a token",
      spec: {
        kind: "connection",
        name: "shop",
        data: { type: "http", baseUrl: "https://api.example.com/v1", auth: { bearer: "env:SHOP_TOKEN" } },
      },
    },
    {
      title: "A mail server",
      spec: {
        kind: "connection",
        name: "mail",
        data: { type: "smtp", host: "smtp.example.com", auth: { user: "shop", password: "env:MAIL_PASSWORD" } },
      },
    },
    {
      title: "A database that ends with the engine",
      spec: { kind: "connection", name: "db", data: { type: "sqlite", file: ":memory:" } },
    },
    {
      title: "A file of SQLite, with its migrations",
      spec: { kind: "connection", name: "todos", data: { type: "sqlite", file: "todos.db", migrations: "migrations" } },
    },
    {
      title: "A PostgreSQL server",
      spec: {
        kind: "connection",
        name: "orders",
        data: {
          type: "postgres",
          url: "postgres://shop@db.example.com/shop?sslmode=verify-full",
          password: "env:DATABASE_PASSWORD",
          health: true,
        },
      },
    },
  ],
});
