import { type Change, change, Entry, Id, type Operation, State } from "../../src/registry/mod.ts";
import type { Value } from "../../src/value/mod.ts";
import type { Random } from "../support/random.ts";

/** An entry without its id, as plain data. */
export interface Plain {
  kind: string;
  meta: Record<string, Value>;
  data: Value;
}

/** The expected entries of a state in the simplest form: by the text of their ids. */
export type Model = ReadonlyMap<string, Plain>;

const NAMESPACES = ["app", "app.sub", "lib", "é"];
const NAMES = ["a", "b", "c", "d-e", "Z"];
const GROUPS = ["red", "blue"];
/** Handlers are not asked about the last one. */
export const KINDS = ["service", "function.js", "registry.entry"];

/** Returns a state as a model. */
export function modelOf(entries: Iterable<Entry>): Model {
  return new Map(Array.from(entries, ({ id, kind, meta, data }) => [id.text, { kind, meta, data }]));
}

/** Returns a model after changes, made one by one. */
export function applied(model: Model, changes: readonly Change[]): Model {
  const result = new Map(model);
  for (const change of changes) {
    if (change.kind === "delete") result.delete(String(change.id));
    else {
      const { id, kind, meta = {}, data = null } = change.entry;
      result.set(String(id), { kind, meta, data });
    }
  }
  return result;
}

/** Returns a model after operations, carried out one by one. */
export function operated(model: Model, operations: readonly Operation[]): Model {
  return applied(
    model,
    operations.map((operation) =>
      operation.kind === "delete" ? change.delete(operation.id) : change.create(operation.entry)
    ),
  );
}

/** Returns a model as a list in the order of a state. */
export function listed(model: Model): [string, Plain][] {
  return [...model].sort(([a], [b]) => {
    const [x, y] = [Id.parse(a), Id.parse(b)];
    return byCodePoint(x.namespace, y.namespace) || byCodePoint(x.name, y.name);
  });
}

/** Compares strings by code point, slowly. */
export function byCodePoint(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (x[i]?.codePointAt(0) ?? -1) - (y[i]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function randomId(random: Random): string {
  return `${random.pick(NAMESPACES)}:${random.pick(NAMES)}`;
}

function randomPlain(random: Random, kind = random.pick(KINDS)): Plain {
  const meta: Record<string, Value> = {};
  if (random.chance(0.4)) {
    meta.depends_on = Array.from(
      { length: random.int(1, 2) },
      () =>
        random.chance(0.8)
          ? randomId(random)
          : random.chance(0.5)
          ? `group:${random.pick(GROUPS)}`
          : `ns:${random.pick(NAMESPACES)}`,
    );
  }
  if (random.chance(0.3)) meta.groups = [random.pick(GROUPS)];
  return { kind, meta, data: random.pick<Value>([null, random.int(0, 3), "text", { n: random.int(0, 2) }, [1, -0]]) };
}

/** Returns changes that fit the model, including several of one entry. */
export function randomChanges(random: Random, model: Model, most = 6): Change[] {
  const changes: Change[] = [];
  let now = model;
  for (let left = random.int(1, most); left > 0; left--) {
    const id = random.chance(0.2) && changes.length > 0 ? idOf(random.pick(changes)) : randomId(random);
    const found = now.get(id);
    const next = found === undefined
      ? change.create({ id, ...randomPlain(random) })
      : random.chance(0.4)
      ? change.delete(id)
      : change.update({ id, ...randomPlain(random, found.kind) });
    changes.push(next);
    now = applied(now, [next]);
  }
  return changes;
}

function idOf(change: Change): string {
  return change.kind === "delete" ? String(change.id) : String(change.entry.id);
}

/** Returns a state of random entries. */
export function randomState(random: Random, entries = random.int(0, 20)): State {
  return State.of(Array.from({ length: entries }, () => Entry.of({ id: randomId(random), ...randomPlain(random) })));
}
