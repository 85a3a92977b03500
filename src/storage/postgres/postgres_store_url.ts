import { asError } from "../../value/mod.ts";
import { StorageError } from "../error.ts";

/** The schema of a URL that names none. */
const DEFAULT_SCHEMA = "weft";

/** Parameters of a URL that name files of this machine, and what they are. */
const FILES = { sslrootcert: "ca", sslcert: "cert", sslkey: "key" } as const;

/** What the URL of a store on PostgreSQL says. */
export interface PostgresStoreUrl {
  /** The URL without what is for the store alone. */
  readonly url: string;
  /** The schema of the tables. */
  readonly schema: string;
  /** Certificates, as PEM. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** The server and the database as messages name them, without password. */
  readonly name: string;
}

/**
 * Reads the URL of a store, and the files of certificates that it names.
 *
 * @throws {StorageError} `invalid`, if it is wrong, or a file cannot be read. The message does not have the URL, which may
 * hold a password.
 */
export async function readPostgresStoreUrl(text: string): Promise<PostgresStoreUrl> {
  if (!URL.canParse(text)) throw invalid("expected postgres://USER:PASSWORD@HOST:PORT/DATABASE");
  const url = new URL(text);
  const query = url.searchParams;
  const schema = query.get("schema") ?? DEFAULT_SCHEMA;
  query.delete("schema");
  if (!/^(?!pg_)[a-z_][a-z0-9_]{0,49}$/.test(schema)) {
    throw invalid(
      `invalid schema ${
        JSON.stringify(schema)
      }: expected up to 50 lower-case letters, digits and _, not beginning with pg_`,
    );
  }
  const tls: { ca?: string; cert?: string; key?: string } = {};
  for (const [parameter, field] of Object.entries(FILES)) {
    const path = query.get(parameter);
    query.delete(parameter);
    if (path === null) continue;
    try {
      tls[field] = await Deno.readTextFile(path);
    } catch (error) {
      throw invalid(`cannot read the file of ${parameter}: ${asError(error).message}`);
    }
  }
  const host = query.get("host") ?? url.hostname;
  const port = query.get("port") ?? url.port;
  const database = query.get("dbname") ?? url.pathname.slice(1);
  return { url: url.href, schema, tls, name: `postgres://${host || "localhost"}${port && `:${port}`}/${database}` };
}

/** Returns the error of a URL. */
export function invalid(message: string): StorageError {
  return new StorageError("invalid", `invalid store postgres: ${message}`);
}
