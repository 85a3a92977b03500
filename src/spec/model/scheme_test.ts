import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { testScheme } from "../../../tests/spec/kinds.ts";
import { type KindDescription, nearest, nearestFirst, normalizePort, portsOf, Scheme, sourcePath } from "../mod.ts";

function kind(name: string, more: Partial<KindDescription> = {}): KindDescription {
  return { name, summary: "", fields: z.object({}), ports: { in: [], out: [] }, ...more };
}

Deno.test("kinds are found by name and alias, and sorted by name", () => {
  const scheme = new Scheme([kind("b", { aliases: ["z", "y"] }), kind("c")]).add(kind("a"));
  assertEquals(scheme.names(), ["a", "b", "c"]);
  assertEquals([...scheme].map(({ name }) => name), ["a", "b", "c"]);
  assertEquals(scheme.get("z"), scheme.get("b"));
  assertEquals(scheme.get("nothing"), undefined);
  assertEquals(scheme.get("constructor"), undefined);
  assertEquals(testScheme().nearest("lop"), "loop");
});

Deno.test("a name that is already in use is rejected, and the error names both kinds", () => {
  const scheme = new Scheme([kind("a", { aliases: ["b"] })]);
  const clashes: [KindDescription, string][] = [
    [kind("a"), 'invalid name "a" of kind a: it is already a name of kind a'],
    [kind("b"), 'invalid name "b" of kind b: it is already a name of kind a'],
    [kind("c", { aliases: ["d", "a"] }), 'invalid name "a" of kind c: it is already a name of kind a'],
    [
      kind("c", { fields: z.object({ links: z.string() }) }),
      'invalid field "links" of kind c: every spec has a field of that name',
    ],
    [
      kind("c", { fieldAliases: { name: "title" } }),
      'invalid field "name" of kind c: every spec has a field of that name',
    ],
  ];
  for (const [clash, message] of clashes) assertThrows(() => scheme.add(clash), Error, message);
  assertEquals(scheme.names(), ["a"]);
});

Deno.test("nearest returns the word that was most likely meant", () => {
  const known = ["listener", "router", "snippet", "if", "for", "Retry"];
  const cases: [string, string | undefined][] = [
    ["snipet", "snippet"],
    ["snippets", "snippet"],
    ["sinppet", "snippet"],
    ["ROUTER", "router"],
    ["retry", "Retry"],
    ["fi", "if"],
    ["fro", "for"],
    ["listen", "listener"],
    ["gateway", undefined],
    ["x", undefined],
    ["", undefined],
    ["snippetsnippet", undefined],
  ];
  for (const [word, wanted] of cases) assertEquals(nearest(word, known), wanted, word);
  assertEquals(nearest("ab", []), undefined);
  assertEquals(nearestFirst("inn", ["out", "error", "in", "inn"]), ["inn", "in", "out", "error"]);
});

Deno.test("normalizePort resolves the port names that links may use", () => {
  const ports = ["out", "item[]", "case[0]", "case[1]"];
  const cases: [string, string | undefined][] = [
    ["out", "out"],
    ["out[0]", undefined],
    ["item", "item[0]"],
    ["item[12]", "item[12]"],
    ["item[]", undefined],
    ["item[01]", undefined],
    ["item[-1]", undefined],
    ["case", "case[0]"],
    ["case[1]", "case[1]"],
    ["case[2]", undefined],
    ["", undefined],
    ["error", undefined],
  ];
  for (const [name, wanted] of cases) assertEquals(normalizePort(name, ports), wanted, name);
  // one of its own wins over the first of the numbered
  assertEquals(normalizePort("in", ["in", "in[]"]), "in");
  const scheme = testScheme();
  assertEquals(portsOf(scheme.get("merge")!, {}, scheme), { in: ["in[]"], out: ["out", "error"] });
  assertEquals(portsOf(scheme.get("block")!, { inbounds: { more: [] } }, scheme).in, ["in", "more"]);
});

Deno.test("sourcePath maps a path of validated fields to the path in the source", () => {
  const scheme = testScheme();
  const spec = {
    kind: "block",
    fields: {
      specs: [
        { kind: "switch", match: { when: "a" } },
        { kind: "block", specs: { kind: "switch", matches: [{ when: "b" }] } },
      ],
    },
  };
  const cases: [(string | number)[], (string | number)[]][] = [
    [["specs", 0, "matches", 0, "when"], ["specs", 0, "match", "when"]],
    [["specs", 1, "specs", 0, "matches", 0, "when"], ["specs", 1, "specs", "matches", 0, "when"]],
    [["specs", 0, "kind"], ["specs", 0, "kind"]],
    [["specs", 7, "matches"], ["specs", 7, "matches"]],
    [["nothing", 0, "x"], ["nothing", "x"]],
    [[], []],
  ];
  for (const [path, written] of cases) assertEquals(sourcePath(spec, scheme, path), written);
  assertEquals(sourcePath({ kind: "unheard-of", fields: { a: [1] } }, scheme, ["a", 0]), ["a", 0]);
});
