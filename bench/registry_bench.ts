/**
 * What the registry costs: `deno bench -A bench/registry_bench.ts`. On a memory history, with one handler that accepts,
 * unless a name says otherwise.
 */
import {
  type Change,
  change,
  creation,
  delta,
  Entry,
  type EntryInput,
  Finder,
  type History,
  MemoryHistory,
  type Operation,
  order,
  parseQuery,
  Registry,
  replacement,
  Resolver,
  SqliteHistory,
  squash,
  State,
} from "../src/registry/mod.ts";

function input(index: number, revision = 0): EntryInput {
  return {
    id: `app:entry-${index}`,
    kind: index % 4 === 0 ? "http.route" : "function.js",
    meta: { path: `/api/entry-${index}`, tags: [index % 2 === 0 ? "backend" : "frontend"], revision },
    data: { code: `export default () => ${index}`, timeout: 1000, revision },
  };
}

const inputs = (count: number, revision = 0) => Array.from({ length: count }, (_, i) => input(i, revision));

function open(history: History): Registry {
  const registry = new Registry(history);
  registry.handle({ kinds: "**", create() {}, update() {}, delete() {} });
  return registry;
}

async function filled(history: History, entries: number): Promise<Registry> {
  const registry = open(history);
  await registry.apply(inputs(entries).map(change.create));
  return registry;
}

let revision = 0;

/** So many updates, of other entries every time. */
function updates(count: number, entries: number): Change[] {
  revision++;
  return Array.from({ length: count }, (_, i) => change.update(input((revision * count + i) % entries, revision)));
}

for (const changes of [1, 10]) {
  for (const entries of [100, 1000, 10_000, 100_000]) {
    const registry = await filled(new MemoryHistory(), entries);
    Deno.bench({
      name: `apply ${changes} in a state of ${entries}`,
      group: `apply ${changes}`,
      baseline: entries === 100,
      fn: async () => void await registry.apply(updates(changes, entries)),
    });
  }
}

{
  const registry = await filled(new MemoryHistory(), 1000);
  for (let i = 0; i < 1000; i++) await registry.apply(updates(1, 1000));
  Deno.bench({
    name: "jump over 1,000 versions",
    group: "jump",
    fn: async () => void await registry.jump(registry.version.id === 1 ? 1001 : 1),
  });
}

{
  const resolver = new Resolver();
  const state = (revise: (index: number) => number) =>
    State.of(Array.from({ length: 5000 }, (_, i) => Entry.of(input(i, revise(i)))));
  const before = state(() => 0);
  const after = state((i) => i % 10 === 0 ? 1 : 0);
  Deno.bench({
    name: "delta of 5,000, a tenth changed",
    group: "delta",
    fn: () => void delta(before, after, resolver),
  });
  Deno.bench({ name: "delta of 5,000 new", group: "delta", fn: () => void delta(State.empty, after, resolver) });
}

{
  // In canonical order, as changesets are stored.
  const resolver = new Resolver();
  const entries = Array.from({ length: 21 }, (_, revision) => inputs(500, revision).map(Entry.of));
  const same = entries.slice(1).map((changed, i): Operation[] =>
    order(changed.map((entry, at) => replacement(entry, entries[i]![at]!)), resolver)
  );
  const others = Array.from({ length: 20 }, (_, i) => {
    const changed = inputs(500).map((one, at) => Entry.of({ ...one, id: `app:entry-${i * 500 + at}` }));
    return order(changed.map(creation), resolver);
  });
  Deno.bench({
    name: "squash 20 changesets of 500, of the same entries",
    group: "squash",
    fn: () => void order(squash(same), resolver),
  });
  Deno.bench({
    name: "squash 20 changesets of 500, of other entries",
    group: "squash",
    fn: () => void order(squash(others), resolver),
  });
}

{
  const registry = await filled(new MemoryHistory(), 10_000);
  const { state } = registry.snapshot();
  const queries = {
    "by kind and tag": { ".kind": "http.*", "*meta.tags": "backend" },
    "by path": { "~meta.path": "^/api/entry-77.*$" },
    "by kind": { ".kind": "http.route" },
    "by an equal field": { "meta.path": "/api/entry-777" },
  };
  for (const [name, query] of Object.entries(queries)) {
    Deno.bench({ name: `find ${name} in 10,000`, group: "find", fn: () => void new Finder().find(state, query) });
  }
  Deno.bench({
    name: "find by kind and tag in 10,000, cached",
    group: "find",
    fn: () => void registry.find(queries["by kind and tag"]),
  });
  const parsed = parseQuery([".kind=http.*", "*meta.tags=backend"]);
  Deno.bench({
    name: "find by a query that is kept in 10,000, cached",
    group: "find",
    fn: () => void registry.find(parsed),
  });
}

{
  const history = new MemoryHistory();
  await filled(history, 10_000);
  Deno.bench({
    name: "load of 10,000 entries",
    group: "load",
    async fn() {
      const registry = open(history);
      await registry.load();
    },
  });
}

{
  const folder = await Deno.makeTempDir();
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  for (const [changes, entries] of [[1, 1000], [1, 10_000], [1000, 10_000]] as const) {
    const registry = await filled(await SqliteHistory.open(`${folder}/${changes}-${entries}.db`), entries);
    Deno.bench({
      name: `apply ${changes} in a state of ${entries}, saved with SQLite`,
      group: "sqlite",
      fn: async () => void await registry.apply(updates(changes, entries)),
    });
  }
  Deno.bench({
    name: "open, fill with 10,000 entries at once, close: SQLite",
    group: "sqlite",
    async fn() {
      const registry = await filled(await SqliteHistory.open(`${folder}/fill-${revision++}.db`), 10_000);
      await registry.close();
    },
  });
  const history = await SqliteHistory.open(`${folder}/load.db`);
  await filled(history, 10_000);
  Deno.bench({
    name: "load of 10,000 entries from SQLite",
    group: "sqlite",
    async fn() {
      const registry = open(history);
      await registry.load();
    },
  });
}
