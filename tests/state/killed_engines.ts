import { assert, assertEquals } from "@std/assert";
import { type Database, PostgresDatabase, SqliteDatabase } from "../../src/database/mod.ts";
import { DatabaseKv } from "../../src/kinds/state/database_kv.ts";
import { DatabaseQueue } from "../../src/kinds/state/database_queue.ts";
import { PostgresServer } from "../support/postgres_server.ts";
import type { Random } from "../support/random.ts";
import { delay, until } from "../support/until.ts";
import { socketTo } from "./backends.ts";

/** How many messages an engine holds at a time; see `engine_to_kill.ts`. */
const HELD = 16;
const ROOT = new URL("../../", import.meta.url);

/** What was seen of engines that were killed. */
export interface Seen {
  /** How many messages were pushed. */
  readonly pushed: number;
  /** How many of them were worked on, each counted once. */
  readonly worked: number;
  /** How often one was worked on again. */
  readonly again: number;
  readonly kills: number;
}

/** An engine in a program of its own, and what it has said. */
class Engine implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<void>;
  text = "";

  constructor(type: string, where: string, begin: number) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "tests/state/engine_to_kill.ts", type, where, String(begin)],
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const { stdout } = this.#child;
    this.#read = (async () => {
      for await (const part of stdout.pipeThrough(new TextDecoderStream())) this.text += part;
    })();
  }

  /** Kills it as nothing else does. Resolves when all that it has said was read. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#child.status;
    await this.#read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/**
 * Kills engines, and the server of the database, at random moments, and checks what is left: no message is lost whose push was
 * answered, none is worked on again but those that a dead engine held, and no value is lost that was set.
 *
 * @param rounds How many engines are started and killed.
 */
export async function killEngines(type: "sqlite" | "postgres", rounds: number, random: Random): Promise<Seen> {
  await using cleanUp = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "weft-killed-" });
  cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
  const settings = { fsync: "on", full_page_writes: "on" };
  const server = type === "postgres" ? await PostgresServer.start({ settings }) : undefined;
  if (server !== undefined) cleanUp.use(server);
  const where = server?.url() ?? `${folder}/killed.db`;
  let said = "";
  let kills = 0;
  for (let round = 0; round < rounds; round++) {
    await using engine = new Engine(type, where, round * 1_000_000);
    await until("the engine works", () => engine.text.includes("got "));
    await delay(random.int(50, 500));
    if (server !== undefined && round % 2 === 1) {
      await server.end("SIGKILL");
      kills++;
      await server.begin();
      const before = engine.text.length;
      await until("the engine works again", () => engine.text.slice(before).includes("got "));
      await delay(random.int(50, 300));
    }
    await engine.kill();
    kills++;
    said += engine.text;
  }
  const database = type === "sqlite"
    ? await SqliteDatabase.open({ path: where })
    : PostgresDatabase.open({ url: where, open: socketTo });
  cleanUp.defer(() => database.close());
  return { ...await checkLeft(database, said, kills), kills };
}

async function checkLeft(database: Database, said: string, kills: number): Promise<Omit<Seen, "kills">> {
  const lines = said.split("\n").slice(0, -1).map((line) => line.split(" "));
  const numbers = (word: string) => lines.filter(([first]) => first === word).map((line) => line.slice(1).map(Number));
  const pushed = new Set(numbers("pushed").map(([n]) => n!));
  const got = numbers("got");
  for (const [n, attempt] of await drain(database)) got.push([n, attempt]);
  const attempts = Map.groupBy(got, ([n]) => n!);
  const lost = [...pushed].filter((n) => !attempts.has(n));
  assertEquals(lost, [], "messages are lost");
  for (const [n, some] of attempts) {
    const all = some.map(([, attempt]) => attempt!);
    // each time it is taken it counts, and nobody has it at the same time
    assertEquals(new Set(all).size, all.length, `message ${n} was taken twice at a time: ${all}`);
  }
  const again = got.length - attempts.size;
  assert(again <= HELD * kills, `${again} messages were worked on again after ${kills} kills`);

  const kv = await DatabaseKv.open(database, "kv");
  const known = new Map(numbers("set").map(([client, n]) => [client!, n!]));
  for (const [client, n] of known) {
    const entry = await kv.get(`client${client}`);
    assert(entry !== undefined && (entry.value as number) >= n, `client ${client}: ${entry?.value} is older than ${n}`);
  }
  await kv.close();
  return { pushed: pushed.size, worked: attempts.size, again };
}

/** Takes all that is left, also what dead engines held. @returns Payloads and attempts. */
async function drain(database: Database): Promise<[number, number][]> {
  const queue = await DatabaseQueue.open(database, "q");
  const left: [number, number][] = [];
  await until("nothing is left", async () => {
    const some = await queue.take("q", 1_000, 60_000, "drain");
    left.push(...some.map(({ payload, attempt }): [number, number] => [payload as number, attempt]));
    await Promise.all(some.map((one) => queue.acknowledge(one)));
    return some.length === 0 && await queue.wait("q") === undefined;
  });
  await queue.close();
  return left;
}
