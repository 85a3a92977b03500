import { assert, assertEquals } from "@std/assert";
import {
  delta,
  type Entry,
  groupsOf,
  Id,
  MemoryHistory,
  type Operation,
  order,
  Registry,
  Resolver,
  reverse,
  sameEntry,
  squash,
  type State,
} from "../../src/registry/mod.ts";
import { plan } from "../../src/registry/plan.ts";
import { forAll, type Random } from "../support/random.ts";
import { applied, listed, type Model, modelOf, operated, randomChanges, randomState } from "./model.ts";

const CASES = 10_000;

Deno.test("delta, then apply, equals the target, with the fewest operations", () =>
  forAll("delta", CASES, (random) => {
    const [from, to] = [randomState(random), randomState(random)];
    const operations = delta(from, to, new Resolver());
    assertEquals(listed(modelOf(from.apply(operations))), listed(modelOf(to)));
    assertEquals(operations.length, fewest(from, to));
  }));

function fewest(from: State, to: State): number {
  const added = to.filter((entry) => from.get(entry.id) === undefined).length;
  const removed = from.filter((entry) => to.get(entry.id) === undefined).length;
  const changed = from.filter((entry) => to.get(entry.id) !== undefined && !sameEntry(entry, to.get(entry.id)!));
  const replaced = changed.filter((entry) => to.get(entry.id)!.kind !== entry.kind).length;
  return added + removed + changed.length + replaced;
}

Deno.test("a reversed changeset undoes it", () =>
  forAll("reverse", CASES, (random) => {
    const from = randomState(random);
    const operations = plan(randomChanges(random, modelOf(from)), from);
    assertEquals(from.apply(operations).apply(reverse(operations)).entries(), from.entries());
    assertEquals(reverse(reverse(operations)), operations);
  }));

Deno.test("a squashed changeset equals the sequence, and can be reversed", () =>
  forAll("squash", CASES, (random) => {
    const start = randomState(random);
    const changesets: Operation[][] = [];
    let state = start;
    for (let left = random.int(1, 6); left > 0; left--) {
      const operations = order(plan(randomChanges(random, modelOf(state)), state), new Resolver());
      changesets.push(operations);
      state = state.apply(operations);
    }
    const squashed = squash(changesets, () => {
      throw new Error("valid changesets do not contradict each other");
    });
    assertEquals(start.apply(squashed).entries(), state.entries());
    assertEquals(state.apply(reverse(squashed)).entries(), start.entries());
  }));

Deno.test("the order never depends on the order of the input, and keeps every constraint", () =>
  forAll("order", CASES, (random) => {
    const from = randomState(random);
    const resolver = new Resolver();
    const operations = delta(from, randomState(random), resolver);
    let cycles = 0;
    const ordered = order(operations, resolver, () => cycles++);
    assertEquals(order(random.shuffle(operations), resolver), ordered);
    assertEquals(order(ordered, resolver), ordered);
    for (const [first, second, hard] of constraints(ordered)) {
      if (cycles === 0 || hard) {
        assert(first < second, `${ordered[first]!.id} has to come before ${ordered[second]!.id}`);
      }
    }
    if (cycles === 0) assertEquals(ordered, slowlyOrdered(operations));
    from.apply(ordered);
  }));

/** Puts at each place the first operation, by id and kind, that waits for none of those left. */
function slowlyOrdered(operations: readonly Operation[]): Operation[] {
  const left = operations.toSorted((a, b) => Id.compare(a.id, b.id) || (a.kind < b.kind ? -1 : 1));
  const ordered: Operation[] = [];
  while (left.length > 0) {
    const waiting = new Set(Array.from(constraints(left), ([, second]) => second));
    const next = left.findIndex((_, i) => !waiting.has(i));
    ordered.push(...left.splice(next, 1));
  }
  return ordered;
}

/** Returns every pair of operations of which the first must come before the second, by definition. */
function* constraints(operations: readonly Operation[]): Iterable<[first: number, second: number, hard: boolean]> {
  for (const [i, x] of operations.entries()) {
    for (const [j, y] of operations.entries()) {
      if (x.kind === "delete" && y.kind === "create" && x.id === y.id) yield [i, j, true];
      if (x.id === y.id) continue;
      if (x.kind !== "delete" && y.kind !== "delete" && depends(y.entry, x.entry)) yield [i, j, false];
      if (x.kind !== "create" && y.kind === "delete" && depends(x.original, y.original)) yield [i, j, false];
    }
  }
}

function depends(entry: Entry, on: Entry): boolean {
  const references = (entry.meta.depends_on ?? []) as string[];
  return references.some((text) =>
    text.startsWith("group:")
      ? groupsOf(on).includes(text.slice(6))
      : text.startsWith("ns:")
      ? on.id.namespace === text.slice(3)
      : on.id.text === text
  );
}

Deno.test("a jump equals a replay, from anywhere to anywhere in a tree of versions", () =>
  forAll("jump", CASES / 10, async (random) => {
    await using registry = new Registry(new MemoryHistory(), { warn() {} });
    const handled = follower(registry);
    const models = await grow(registry, random, 10);
    for (let jumps = 0; jumps < 10; jumps++) {
      const target = random.int(0, models.length - 1);
      await registry.jump(target);
      assertEquals(listed(modelOf(registry.entries())), listed(models[target]!));
      assertEquals(listed(handled()), propagated(models[target]!));
      const replayed = new Registry(registry.history, { warn() {}, dispatch: "none" });
      await replayed.load(target);
      assertEquals(replayed.entries(), registry.entries());
      assertEquals((await registry.head()).version, target);
      const other = random.int(0, models.length - 1);
      assertEquals(listed(modelOf((await registry.stateAt(other)).entries())), listed(models[other]!));
    }
  }));

/** Creates versions at random places of the tree. Returns the expected entries of each. */
async function grow(registry: Registry, random: Random, versions: number): Promise<Model[]> {
  const models: Model[] = [new Map()];
  while (models.length <= versions) {
    if (random.chance(0.4)) await registry.jump(random.int(0, models.length - 1));
    const base = registry.version.id;
    const changes = randomChanges(random, models[base]!);
    const version = await registry.apply(changes);
    if (version.id === base) continue;
    assertEquals(version.parent, base);
    models[version.id] = applied(models[base]!, changes);
  }
  return models;
}

/** Registers a handler that keeps the entries it is given, and rejects operations that do not fit them. */
function follower(registry: Registry, refuses: () => boolean = () => false): () => Model {
  let model: Model = new Map();
  const check = (fits: boolean, undo: boolean) => {
    if (!fits) throw new Error("this does not fit what was before");
    if (!undo && refuses()) throw new Error("refused");
  };
  registry.handle({
    kinds: "**",
    create(entry, { undo, transaction: { operations: _ } }) {
      check(!model.has(entry.id.text), undo);
      model = new Map(model).set(entry.id.text, { kind: entry.kind, meta: entry.meta, data: entry.data });
    },
    update(entry, original, { undo }) {
      check(model.get(entry.id.text)?.kind === original.kind, undo);
      model = new Map(model).set(entry.id.text, { kind: entry.kind, meta: entry.meta, data: entry.data });
    },
    delete(original, { undo }) {
      check(model.has(original.id.text), undo);
      model = new Map([...model].filter(([id]) => id !== original.id.text));
    },
  });
  return () => model;
}

function propagated(model: Model): [string, unknown][] {
  return listed(new Map([...model].filter(([, { kind }]) => kind !== "registry.entry")));
}

Deno.test("what a handler refuses is undone, whatever it was and wherever it stopped", () =>
  forAll("refusal", CASES / 10, async (random) => {
    await using registry = new Registry(new MemoryHistory(), { warn() {} });
    let refusing = 0;
    const handled = follower(registry, () => random.chance(refusing));
    const models = await grow(registry, random, 6);
    for (let attempts = 0; attempts < 10; attempts++) {
      const before = registry.entries();
      const { version } = await registry.head();
      refusing = 0.3;
      const work = random.chance(0.5)
        ? registry.apply(randomChanges(random, modelOf(before)))
        : registry.jump(random.int(0, models.length - 1));
      const failed = await work.then(() => false, () => true);
      refusing = 0;
      if (failed) {
        assertEquals(registry.entries(), before);
        assertEquals((await registry.head()).version, version);
      }
      assertEquals(listed(handled()), propagated(modelOf(registry.entries())));
      models[registry.version.id] = modelOf(registry.entries());
    }
  }));

Deno.test("a state is its entries, ordered, however it came about", () =>
  forAll("state", CASES, (random) => {
    let state = randomState(random);
    let model = modelOf(state);
    for (let steps = random.int(1, 4); steps > 0; steps--) {
      const operations = plan(randomChanges(random, model), state);
      state = state.apply(operations);
      model = operated(model, operations);
    }
    assertEquals(state.entries().map(({ id }) => id.text), listed(model).map(([id]) => id));
    assertEquals(state.size, model.size);
    for (const entry of state) assert(state.get(entry.id.text) === entry);
  }));

Deno.test("a pruned history holds the states that it kept", () =>
  forAll("prune", 1000, async (random) => {
    await using registry = new Registry(new MemoryHistory(), { warn() {}, dispatch: "none" });
    const models = await grow(registry, random, 8);
    const { history } = registry;
    const before = random.int(0, 9);
    const { version: head } = await history.head();
    const { root, removed } = await history.prune(before);
    const kept = (await history.versions()).map(({ id }) => id);
    assertEquals([...kept, ...removed].sort((a, b) => a - b), models.map((_, id) => id));
    assert(kept.includes(head) && kept.includes(root));
    assertEquals(kept.filter((id) => id >= before), models.map((_, id) => id).filter((id) => id >= before));
    assertEquals((await history.baseline()).version, root);
    for (const id of random.shuffle(kept)) {
      await registry.follow(id);
      assertEquals(listed(modelOf(registry.entries())), listed(models[id]!));
    }
  }));
