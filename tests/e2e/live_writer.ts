/**
 * A process that changes a workflow in a store until it is killed: `live_writer.ts STORE [PAUSE]`. Version n makes each
 * of three nodes in a row add `n`, so that whoever sees an answer knows of which version it is. What was saved is printed
 * at once, a line a version. If another writer was faster, it follows and tries again.
 */
import { type Change, change, ConflictError, Registry, SqliteHistory } from "../../src/registry/mod.ts";
import { specToEntry } from "../../src/runtime/mod.ts";
import type { Spec } from "../../src/spec/mod.ts";

const NAMES = ["a", "b", "c"];
const TYPE = { namespace: "default", annotations: {} };

/** The workflow of a version, with its listener. */
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

/** The version that an answer is of. @throws {Error} If it is not of one alone. */
export function versionOf({ status, body }: { status: number; body: string }): number {
  const [first, ...rest] = body.trim().split(" ");
  if (status !== 200 || rest.length !== NAMES.length - 1 || rest.some((other) => other !== first)) {
    throw new Error(`an answer that is of no version: ${status} ${body}`);
  }
  return Number(first);
}

/** The changes that make the next version. */
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
