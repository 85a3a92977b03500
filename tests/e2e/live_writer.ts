/**
 * A process that changes a workflow in a store until it is killed: `live_writer.ts STORE [PAUSE]`. In version n, each of
 * three nodes in a row appends `n`, so that every response shows its version. Saved versions are printed immediately, one
 * per line. If another writer was faster, it follows head and tries again.
 */
import { type Change, change, ConflictError, Registry, SqliteHistory } from "../../src/registry/mod.ts";
import { specToEntry } from "../../src/runtime/mod.ts";
import type { Spec } from "../../src/spec/mod.ts";

const NAMES = ["a", "b", "c"];
const TYPE = { namespace: "default", meta: {} };

/** Returns the workflow of a version. */
export function workflow(version: number): Spec[] {
  const to = (name: string | undefined) => name === undefined ? {} : { out: [{ name, port: "in" }] };
  const nodes = NAMES.map((name, i): Spec => ({
    ...TYPE,
    id: idOf(i + 1),
    name,
    kind: "snippet",
    fields: {
      language: "javascript",
      code: `export default (payload) => ${i === 0 ? "''" : "payload"} + '${version} '`,
    },
    links: to(NAMES[i + 1]),
  }));
  return [
    { ...TYPE, id: idOf(0), name: "web", kind: "listener", fields: { port: 0 }, links: to(NAMES[0]) },
    ...nodes,
  ];
}

/** Returns the version of a response. @throws {Error} If it mixes versions. */
export function versionOf({ status, body }: { status: number; body: string }): number {
  const [first, ...rest] = body.trim().split(" ");
  if (status !== 200 || rest.length !== NAMES.length - 1 || rest.some((other) => other !== first)) {
    throw new Error(`response of mixed versions: ${status} ${body}`);
  }
  return Number(first);
}

/** Returns the changes of the next version. */
export function changesTo(version: number, registry: Registry): Change[] {
  return workflow(version).flatMap((spec): Change[] => {
    const entry = specToEntry(spec);
    if (registry.get(entry.id) === undefined) return [change.create(entry)];
    return spec.kind === "listener" ? [] : [change.update(entry)];
  });
}

function idOf(number: number): string {
  return `01935000-0000-7000-8000-00000000000${number}`;
}

if (import.meta.main) {
  const [store, pause = "0"] = Deno.args;
  const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  const registry = new Registry(await SqliteHistory.open(store!), { dispatch: "none" });
  print(`at ${(await registry.load()).id}`);
  for (;;) {
    try {
      print(`saved ${(await registry.apply(changesTo(registry.version.id + 1, registry))).id}`);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      await registry.follow(error.actual);
    }
    await new Promise((resolve) => setTimeout(resolve, Number(pause)));
  }
}
