import { assert, assertEquals, assertThrows } from "@std/assert";
import { kindOf, spec } from "../../tests/flow/units.ts";
import type { Spec } from "../spec/mod.ts";
import { flatten } from "./mod.ts";

/** A spec taken apart, its links as text: `{ outer/0: "out > outer/1.in" }`. */
function takenApart(of: Spec): Record<string, string> {
  const { nodes } = flatten(of, kindOf);
  return Object.fromEntries(nodes.map(({ name, links }) => [
    name,
    Object.entries(links).map(([port, to]) =>
      `${port} > ${to.map(({ target, port }) => `${target}.${port}`).join(" ")}`
    )
      .join(", "),
  ]));
}

/** What an in port of a spec stands for. */
function inbound(of: Spec, port: string, id = of.id): string[] | undefined {
  return flatten(of, kindOf).inbound.get(id)?.(port).map(({ target, port }) => `${target}.${port}`);
}

const nodes = (...names: string[]) => names.map((name) => ({ kind: "node", name }));

Deno.test("a plain spec is one node, its links by name or by id", () => {
  const of = spec("a", { out: "b c.in[1]", error: "#id-d" });
  assertEquals(takenApart(of), { a: "out > b.in c.in[1], error > id-d.in" });
  const [node] = flatten(of, kindOf).nodes;
  assertEquals([node!.id, node!.path, node!.kind.name], ["id-a", [], "node"]);
  assertEquals(inbound(of, "in"), undefined);
});

Deno.test("a spec without a name goes by its id", () => {
  const { name: _, ...nameless } = spec("a");
  assertEquals(flatten(nameless, kindOf).nodes.map(({ name }) => name), ["id-a"]);
});

Deno.test("ports get the names that the node has for them", () => {
  assertEquals(takenApart(spec("a", { out: "x", "out[0]": "y", "out[2]": "z" }, "switch")), {
    a: "out[0] > x.in y.in, out[2] > z.in",
  });
  assertEquals(takenApart(spec("a", { "out[0]": "x" }, "node")), { a: "out[0] > x.in" }); // no such port: as it is
});

Deno.test("init and term are no ports of a node", () => {
  assertEquals(takenApart(spec("a", { out: "x", init: "y", term: "z" })), { a: "out > x.in" });
});

Deno.test("a row: each node sends to the next, errors are the block's", () => {
  const row = spec("row", { out: "after", error: "catch", init: "other" }, "block", { specs: nodes("x", "y", "z") });
  assertEquals(takenApart(row), {
    "row/0": "out > id-row/1.in, error > catch.in",
    "row/1": "out > id-row/2.in, error > catch.in",
    "row/2": "out > after.in, error > catch.in",
  });
  assertEquals(inbound(row, "in"), ["id-row/0.in"]);
  assertEquals(flatten(row, kindOf).nodes.map(({ path }) => path), [["specs", 0], ["specs", 1], ["specs", 2]]);
});

Deno.test("a row that ends in a switch: its numbered ports lead on", () => {
  const row = spec("row", { "out[1]": "b", out: "a" }, "block", { specs: [...nodes("x"), { kind: "switch" }] });
  assertEquals(takenApart(row)["row/1"], "out[1] > b.in, out[0] > a.in");
});

Deno.test("a cluster: links inside by name, ports named by inbounds and outbounds", () => {
  const of = spec("cluster", { out: "after", "out[1]": "other", error: "nobody" }, "block", {
    specs: [
      { kind: "node", name: "x", links: { out: [{ name: "y", port: "in" }, { name: "stranger", port: "in" }] } },
      { kind: "node", name: "y" },
    ],
    inbounds: { in: [{ name: "x", port: "in" }], "in[1]": [{ name: "y", port: "in" }, { name: "x", port: "in" }] },
    outbounds: {
      out: [{ name: "y", port: "out" }],
      "out[1]": [{ name: "x", port: "error" }, { name: "y", port: "error" }],
    },
  });
  assertEquals(takenApart(of), {
    "cluster/0": "out > id-cluster/1.in, error > other.in",
    "cluster/1": "out > after.in, error > other.in",
  });
  assertEquals(inbound(of, "in"), ["id-cluster/0.in"]);
  assertEquals(inbound(of, "in[1]"), ["id-cluster/1.in", "id-cluster/0.in"]);
  assertEquals(inbound(of, "in[2]"), []);
});

Deno.test("blocks in blocks", () => {
  const inner = { kind: "block", specs: nodes("p", "q") };
  const outer = spec("outer", { out: "after" }, "block", { specs: [inner, { kind: "step", specs: [inner] }] });
  assertEquals(takenApart(outer), {
    "outer/0/0": "out > id-outer/0/1.in",
    "outer/0/1": "out > id-outer/1.in",
    "outer/1/0/0": "out > id-outer/1/0/1.in",
    "outer/1/0/1": "out > after.in",
  });
  const { nodes: flat, inbound: ins } = flatten(outer, kindOf);
  assertEquals([...ins.keys()].sort(), ["id-outer", "id-outer/0", "id-outer/1", "id-outer/1/0"]);
  assertEquals(inbound(outer, "in", "id-outer/1"), ["id-outer/1/0.in"]);
  assertEquals(flat[2]!.path, ["specs", 1, "specs", 0, "specs", 0]);
});

Deno.test("a part has its fields and nothing of what every spec has", () => {
  const part = {
    kind: "node",
    id: "x",
    name: "n",
    namespace: "s",
    meta: {},
    annotations: {},
    links: {},
    ports: {},
    own: 1,
  };
  assertEquals(flatten(spec("b", {}, "block", { specs: [part] }), kindOf).nodes[0]!.fields, { own: 1 });
});

Deno.test("an unknown kind inside is told", () => {
  assertThrows(() => flatten(spec("b", {}, "block", { specs: [{ kind: "nope" }] }), kindOf), Error, "no kind nope");
});

Deno.test("10,000 parts are taken apart in no time to speak of", () => {
  const began = performance.now();
  const { nodes: flat } = flatten(spec("b", {}, "block", { specs: Array(10_000).fill({ kind: "node" }) }), kindOf);
  assertEquals(flat.length, 10_000);
  assert(performance.now() - began < 30_000);
});
