/**
 * A process that writes to a store until it is killed: `writer.ts STORE [PAUSE]`. Version n sets one entry, so that
 * whoever knows n knows the whole state (`expectedAt`). What was answered is printed at once, a line a version. If
 * another writer was faster, it follows and tries again.
 */
import { change, ConflictError, Registry, SqliteHistory } from "../../src/registry/mod.ts";

/** How many entries there are at most. */
const ENTRIES = 20;

/** What is in force at a version. */
export function expectedAt(version: number): Map<string, number> {
  const expected = new Map<string, number>();
  for (let id = 1; id <= version; id++) expected.set(`a:${id % ENTRIES}`, id);
  return expected;
}

if (import.meta.main) {
  const [store, pause = "0"] = Deno.args;
  const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  const registry = new Registry(await SqliteHistory.open(store!));
  registry.handle({ kinds: "**", create() {}, update() {}, delete() {} });
  print(`at ${(await registry.load()).id}`);
  for (;;) {
    const next = registry.version.id + 1;
    const entry = { id: `a:${next % ENTRIES}`, kind: "k", data: next, meta: { text: "x".repeat(next % 3000) } };
    try {
      const { id } = await registry.apply([registry.get(entry.id) ? change.update(entry) : change.create(entry)]);
      print(`saved ${id}`);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      await registry.follow(error.actual);
    }
    await new Promise((resolve) => setTimeout(resolve, Number(pause)));
  }
}
