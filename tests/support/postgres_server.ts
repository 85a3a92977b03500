import { neededProgram } from "./programs.ts";
import { until } from "./until.ts";

/** PostgreSQL; tests without it are left out. */
export const postgres = neededProgram("postgres");

/** How long a server may take to start or to stop, in milliseconds. */
const PATIENCE = 60_000;

/** Options of a server. */
export interface PostgresServerOptions {
  /** Settings of the server by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A certificate and its key as PEM, with which the server speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A PostgreSQL server in a temporary folder, on a port of its own. It keeps nothing when it is stopped for good. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #user: { uid?: number; gid?: number };
  #child: Deno.ChildProcess | undefined;

  private constructor(folder: string, port: number, user: { uid?: number; gid?: number }) {
    this.#folder = folder;
    this.port = port;
    this.#user = user;
  }

  /** Makes a server and starts it. */
  static async start({ settings = {}, tls }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const folder = await Deno.makeTempDir({ prefix: "weft-postgres-" });
    const user = await serverUser();
    const server = new PostgresServer(folder, freePort(), user);
    try {
      if (user.uid !== undefined) await Deno.chown(folder, user.uid, user.gid ?? null);
      await server.#run("initdb", [
        "--auth=trust",
        "--username=weft",
        "--encoding=UTF8",
        "--no-sync",
        "-D",
        `${folder}/data`,
      ]);
      const lines = Object.entries({
        listen_addresses: "127.0.0.1",
        port: String(server.port),
        unix_socket_directories: folder,
        fsync: "off",
        full_page_writes: "off",
        ...tls !== undefined && { ssl: "on", ssl_cert_file: "server.crt", ssl_key_file: "server.key" },
        ...settings,
      }).map(([name, value]) => `${name} = '${value}'\n`);
      await Deno.writeTextFile(`${folder}/data/postgresql.conf`, lines.join(""), { append: true });
      for (const [name, text] of [["server.crt", tls?.cert], ["server.key", tls?.key]] as const) {
        if (text === undefined) continue;
        const path = `${folder}/data/${name}`;
        await Deno.writeTextFile(path, text, { mode: 0o600 });
        if (user.uid !== undefined) await Deno.chown(path, user.uid, user.gid ?? null);
      }
      await server.begin();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** The URL of a database. */
  url(database = "postgres", query = ""): string {
    return `postgres://weft@127.0.0.1:${this.port}/${database}${query}`;
  }

  /** The folder of its socket. */
  get folder(): string {
    return this.#folder;
  }

  /** Starts the server again, with the data that it has. */
  async begin(): Promise<void> {
    let isUp = false;
    await until("the server accepts connections", async () => {
      if (!isUp) {
        // right after a crash it ends at once, as programs of its connections still hold its memory
        isUp = true;
        this.#child = this.#command("postgres", ["-D", `${this.#folder}/data`]).spawn();
        void this.#child.status.then(() => isUp = false);
      }
      const { code } = await this.#command("pg_isready", ["-q", "-h", "127.0.0.1", "-p", String(this.port)]).output();
      return code === 0;
    }, PATIENCE);
  }

  /** Ends the server: `SIGINT` ends what is open, `SIGKILL` as a crash does. */
  async end(signal: "SIGINT" | "SIGKILL" = "SIGINT"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.kill(signal);
    await child.status;
  }

  /** Runs SQL by the server's own client. @returns What it prints, without headings. */
  async psql(text: string): Promise<string> {
    const args = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", String(this.port)];
    return await this.#run("psql", [...args, "-U", "weft", "-d", "postgres", "-c", text]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #run(program: string, args: string[]): Promise<string> {
    const { success, stdout, stderr } = await this.#command(program, args, "piped").output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`${program}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout).trim();
  }

  #command(program: string, args: string[], output: "piped" | "null" = "null"): Deno.Command {
    return new Deno.Command(postgres.path.replace(/[^/]*$/, program), {
      args,
      ...this.#user,
      cwd: this.#folder,
      env: { TZ: "UTC", LC_ALL: "C" },
      stdin: "null",
      stdout: output,
      stderr: output,
    });
  }
}

/** Returns whom the server runs as: it refuses to run as root. */
async function serverUser(): Promise<{ uid?: number; gid?: number }> {
  if (Deno.uid() !== 0) return {};
  const line = (await Deno.readTextFile("/etc/passwd")).split("\n").find((line) => line.startsWith("postgres:"));
  if (line === undefined) throw new Error("root cannot run PostgreSQL, and there is no user postgres");
  const [, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
