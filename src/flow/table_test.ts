import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { spec, unit, type Written } from "../../tests/flow/units.ts";
import type { Spec } from "../spec/mod.ts";
import { type Commit, SymbolTable, type Unit } from "./mod.ts";

/** A table, with what a test wants to know of a change by names. */
class Scene {
  readonly table = new SymbolTable();

  /** Inserts specs, each as a new unit, and removes those of these names. */
  async change(insert: Spec[], remove: string[] = []): Promise<Commit> {
    return await this.table.commit({ insert: insert.map(unit), remove: remove.map((name) => `id-${name}`) });
  }

  /** The names of the active units, sorted. */
  get active(): string[] {
    return [...this.table.units()].filter(({ active }) => active).map(({ unit }) => unit.spec.name!).sort();
  }

  /** Where a port of a node leads, in a generation; default the newest. */
  targets(node: string, port = "out", generation = this.table.generation): string[] {
    const [name, ...part] = node.split("/");
    const { nodes } = this.table.named(name!)!;
    const id = [`id-${name}`, ...part].join("/");
    const symbol = nodes.find(({ symbol }) => symbol.id === id)!.symbol;
    return (symbol.findOut(port)?.targets(generation) ?? []).map((to) => `${to.symbol.name}.${to.name}`);
  }
}

const names = (units: readonly Unit[]) => units.map(({ spec }) => spec.name!);

/** A plain node that sends to others. */
const to = (name: string, ...others: string[]): Spec =>
  spec(name, others.length === 0 ? {} : { out: others.join(" ") } satisfies Written);

Deno.test("units are loaded inner to outer and unloaded outer to inner", async () => {
  const scene = new Scene();
  const specs = [to("web", "router"), to("router", "a", "b"), to("b", "c"), to("a", "c"), to("c")];
  const { load, dangling } = await scene.change(specs);
  const at = (name: string) => names(load).indexOf(name);
  assertEquals(load.length, 5);
  for (const { name, links } of specs) for (const link of links.out ?? []) assert(at(link.name!) < at(name!));
  assertEquals(dangling, []);
  const { unload, retired } = await scene.change([], ["c", "a", "router", "web", "b"]);
  const left = (name: string) => names(unload).indexOf(name);
  assertEquals([unload.length, retired.length], [5, 5]);
  for (const { name, links } of specs) for (const link of links.out ?? []) assert(left(link.name!) > left(name!));
  assertEquals([...scene.table.units()], []);
});

Deno.test("cycles are loaded, each unit once, and unloaded", async () => {
  const scene = new Scene();
  const { load } = await scene.change([to("a", "b"), to("b", "c"), to("c", "a"), to("self", "self"), to("out", "a")]);
  assertEquals(names(load).toSorted(), ["a", "b", "c", "out", "self"]);
  assertEquals(names(load).indexOf("out") > names(load).indexOf("a"), true);
  // one that is missing makes all of a cycle inactive
  assertEquals(names((await scene.change([], ["b"])).unload).toSorted(), ["a", "b", "c", "out"]);
  assertEquals(scene.active, ["self"]);
});

Deno.test("a link to nothing keeps everything upstream inactive until its end is there", async () => {
  const scene = new Scene();
  const first = await scene.change([to("web", "router"), to("router", "late"), to("other")]);
  assertEquals(names(first.load), ["other"]);
  assertEquals(first.dangling, [{ from: "router", port: "out", to: { target: "late", port: "in" } }]);
  assertEquals(scene.active, ["other"]);
  const second = await scene.change([to("late")]);
  assertEquals(names(second.load), ["late", "router", "web"]);
  assertEquals(second.dangling, []);
  assertEquals(second.relinked.map(({ port }) => `${port.symbol.name}.${port.name}`), ["router.out"]);
  const third = await scene.change([], ["late"]);
  assertEquals(names(third.unload), ["web", "router", "late"]);
  assertEquals(third.dangling.map(({ from }) => from), ["router"]);
  assertEquals(scene.targets("router"), []);
});

Deno.test("a link to a port that is not there leads nowhere", async () => {
  const scene = new Scene();
  const { dangling } = await scene.change([
    spec("a", { out: "b.out" }),
    spec("c", { out: "s" }),
    to("b"),
    spec("s", {}, "source"),
  ]);
  assertEquals(dangling.map(({ from, to }) => `${from} > ${to.target}.${to.port}`), ["a > b.out", "c > s.in"]);
  assertEquals(scene.active, ["b", "s"]);
});

Deno.test("what did not change keeps its symbol, its links and gets no hook", async () => {
  const scene = new Scene();
  await scene.change([to("web", "router"), to("router", "a", "b"), to("a"), to("b")]);
  const before = scene.table.named("router")!;
  const old = scene.table.named("a")!;
  const { load, unload, retired, relinked } = await scene.change([to("a")]);
  assertEquals([names(load), names(unload), names(retired)], [["a"], ["a"], ["a"]]);
  assertStrictEquals(retired[0], old);
  assertStrictEquals(scene.table.named("router"), before);
  assertEquals(relinked.map(({ port }) => port.symbol.name), ["router"]);
  // each generation sees its own
  const port = before.nodes[0]!.symbol.out("out");
  assertStrictEquals(port.targets(1)[0]!.symbol, old.nodes[0]!.symbol);
  assertStrictEquals(port.targets(2)[0]!.symbol, scene.table.named("a")!.nodes[0]!.symbol);
  assertStrictEquals(port.targets(1)[1], port.targets(2)[1]);
  port.forget(2);
  assertEquals(port.history().length, 1);
  assertStrictEquals(port.targets(2)[0]!.symbol, scene.table.named("a")!.nodes[0]!.symbol);
});

Deno.test("a link goes by id as well as by name, and names may change hands", async () => {
  const scene = new Scene();
  await scene.change([spec("a", { out: "#id-b" }), spec("c", { out: "b" }), to("b")]);
  assertEquals([scene.targets("a"), scene.targets("c")], [["b.in"], ["b.in"]]);
  // the same spec by another name
  const renamed: Spec = { ...to("b"), name: "d" };
  await scene.change([renamed]);
  assertEquals([scene.targets("a"), scene.targets("c")], [["d.in"], []]);
  assertEquals(scene.active, ["a", "d"]);
  // another spec takes the name
  await scene.change([{ ...to("b"), id: "id-e" }]);
  assertEquals([scene.targets("a"), scene.targets("c")], [["d.in"], ["b.in"]]);
  // two exchange their names
  await scene.change([{ ...to("b"), name: "b" }, { ...to("b"), id: "id-e", name: "d" }]);
  assertEquals(scene.table.named("b")!.spec.id, "id-b");
  assertEquals(scene.table.named("d")!.spec.id, "id-e");
  assertEquals([scene.targets("a"), scene.targets("c")], [["b.in"], ["b.in"]]);
});

Deno.test("ports of blocks: rows, clusters, and blocks in blocks", async () => {
  const scene = new Scene();
  const inner = { kind: "block", specs: [{ kind: "node" }, { kind: "switch" }] };
  const row = spec("row", { "out[1]": "end", error: "end" }, "block", { specs: [{ kind: "node" }, inner] });
  const cluster = spec("cluster", { out: "row" }, "block", {
    specs: [{ kind: "node", name: "x" }, { kind: "node", name: "y" }],
    inbounds: { in: [{ name: "x", port: "in" }, { name: "y", port: "in" }] },
    outbounds: { out: [{ name: "x", port: "out" }] },
  });
  const { load, dangling } = await scene.change([to("start", "cluster"), cluster, row, to("end")]);
  assertEquals(names(load), ["end", "row", "cluster", "start"]);
  assertEquals(dangling, []);
  assertEquals(scene.targets("start"), ["cluster/0.in", "cluster/1.in"]);
  assertEquals(scene.targets("cluster/0"), ["row/0.in"]);
  assertEquals(scene.targets("row/0"), ["row/1/0.in"]);
  assertEquals(scene.targets("row/1/0"), ["row/1/1.in"]);
  assertEquals(scene.targets("row/1/1", "out[1]"), ["end.in"]);
  assertEquals(scene.targets("row/1/1", "error"), ["end.in"]);
  // a port that a cluster does not name leads nowhere
  const { dangling: lost } = await scene.change([spec("start", { out: "cluster.in[3]" })]);
  assertEquals(lost.map(({ from }) => from), ["start"]);
});

Deno.test("in[] and out[]: bare names are the first", async () => {
  const scene = new Scene();
  await scene.change([
    spec("s", { out: "j.in[1] j", "out[2]": "j.in[0]" }, "switch"),
    spec("j", {}, "join"),
  ]);
  assertEquals(scene.targets("s", "out[0]"), ["j.in[1]", "j.in[0]"]);
  assertEquals(scene.targets("s", "out[2]"), ["j.in[0]"]);
});

Deno.test("init and term: they have to lead somewhere, and come before what is linked there", async () => {
  const scene = new Scene();
  const first = await scene.change([spec("a", { init: "setup", term: "teardown" }), to("setup")]);
  assertEquals(first.dangling.map(({ port, to }) => `${port} > ${to.target}`), ["term > teardown"]);
  assertEquals(scene.active, ["setup"]);
  const second = await scene.change([to("teardown")]);
  assertEquals(names(second.load), ["teardown", "a"]);
  const a = scene.table.named("a")!;
  assertEquals(scene.table.init(a).map(({ symbol }) => symbol.name), ["setup"]);
  assertEquals(scene.table.init(scene.table.named("setup")!), []);
});

Deno.test("term leads to what was there before the change, though it goes with it", async () => {
  const scene = new Scene();
  await scene.change([spec("a", { term: "end" }), to("end"), spec("b", { term: "end", out: "gone" }), to("gone")]);
  const end = scene.table.named("end")!;
  const [a, b] = [scene.table.named("a")!, scene.table.named("b")!];
  // b is only made inactive; a goes, and so does what it says farewell to, which is replaced
  const { term, unload } = await scene.change([to("end")], ["a", "gone"]);
  assertEquals(names(unload).toSorted(), ["a", "b", "end", "gone"]);
  assertEquals([...term.keys()].map(({ spec }) => spec.name).sort(), ["a", "b"]);
  for (const unit of [a, b]) assertStrictEquals(term.get(unit)![0]!.symbol, end.nodes[0]!.symbol);
});

Deno.test("a change is seen by no process of the generation before, however long it takes", async () => {
  const scene = new Scene();
  await scene.change([to("a", "b"), to("b")]);
  const port = scene.table.named("a")!.nodes[0]!.symbol.out("out");
  const [old] = port.targets(1);
  let pauses = 0;
  const pause = (): Promise<void> => {
    pauses++;
    assertStrictEquals(port.targets(1)[0], old);
    return Promise.resolve();
  };
  await scene.table.commit({ insert: [unit(to("b"))], remove: [] }, pause);
  assert(pauses >= 3, `${pauses} pauses`);
  assertStrictEquals(port.targets(1)[0], old);
  assert(port.targets(2)[0] !== old);
});

Deno.test("a random history comes to what its end alone would", async () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  const scene = new Scene();
  const there = new Map<string, Spec>();
  const loaded = new Set<string>();
  for (let round = 0; round < 300; round++) {
    const insert = new Map<string, Spec>();
    const remove = new Set<string>();
    for (let i = 0; i <= random(4); i++) {
      const name = `n${random(12)}`;
      if (random(3) === 0 && there.has(name)) remove.add(name);
      else insert.set(name, to(name, ...Array.from({ length: random(3) }, () => `n${random(12)}`)));
    }
    for (const name of insert.keys()) remove.delete(name);
    for (const name of remove) there.delete(name);
    for (const [name, spec] of insert) there.set(name, spec);
    const { load, unload } = await scene.change([...insert.values()], [...remove]);
    for (const name of names(unload)) assert(loaded.delete(name), `${name} was unloaded twice`);
    for (const name of names(load)) {
      assert(!loaded.has(name), `${name} was loaded twice`);
      loaded.add(name);
    }
    assertEquals([...loaded].sort(), scene.active);

    const fresh = new Scene();
    await fresh.change([...there.values()]);
    assertEquals(scene.active, fresh.active);
    for (const name of there.keys()) assertEquals(scene.targets(name), fresh.targets(name), `round ${round}, ${name}`);
  }
});
