import { assertEquals, assertThrows } from "@std/assert";
import { Entry, type EntryInput, groupsOf, type Reference, RegistryError, Resolver } from "../mod.ts";

function texts(resolver: Resolver, input: Partial<EntryInput>): string[] {
  return resolver.references(Entry.of({ id: "app:self", kind: "k", ...input })).map(textOf).sort();
}

function textOf(reference: Reference): string {
  switch (reference.to) {
    case "entry":
      return reference.id.text;
    case "group":
      return `group:${reference.group}`;
    case "namespace":
      return `ns:${reference.namespace}`;
  }
}

Deno.test("an entry depends on what its meta names", () => {
  const resolver = new Resolver();
  const cases: [Partial<EntryInput>, string[]][] = [
    [{}, []],
    [{ meta: { depends_on: "db" } }, ["app:db"]],
    [{ meta: { depends_on: "lib:db" } }, ["lib:db"]],
    [{ meta: { depends_on: ["db", "lib:x", "db", "", 5, null] } }, ["app:db", "lib:x"]],
    [{ meta: { depends_on: ["group:red", "ns:lib"] } }, ["group:red", "ns:lib"]],
    [{ meta: { depends_on: { a: "x", b: "y:z", c: 1 } } }, ["app:x", "y:z"]],
    [{ meta: { depends_on: 7 } }, []],
    [{ data: { depends_on: "db" } }, []],
  ];
  for (const [input, expected] of cases) assertEquals(texts(resolver, input), expected, JSON.stringify(input));
});

Deno.test("patterns reach into meta and data, and stars match keys and items", () => {
  const data = {
    imports: { one: "lib:a", two: "lib:b", bad: 3 },
    contracts: [{ methods: { get: "f:get", set: "f:set" } }, { methods: { get: "g:get" } }, "text"],
    storages: ["s:1", "s:2"],
    main_env: "e:1",
    other_env: "e:2",
    env: "e:3",
    "with.dot": "d:1",
  };
  const cases: [string, boolean, string[]][] = [
    ["data.imports", false, ["lib:a", "lib:b"]],
    ["data.imports.*", true, ["lib:a", "lib:b"]],
    ["data.imports.*", false, []],
    ["data.imports.one", false, ["lib:a"]],
    ["data.contracts.*.methods.*", true, ["f:get", "f:set", "g:get"]],
    ["data.contracts.*.methods.g*", true, ["f:get", "g:get"]],
    ["data.contracts.0.methods.get", false, []],
    ["data.storages", false, ["s:1", "s:2"]],
    ["data.storages.*", true, ["s:1", "s:2"]],
    ["data.*_env", true, ["e:1", "e:2"]],
    ["data.main*env", true, ["e:1"]],
    ["data.with.dot", false, []],
    ["client", false, []],
    ["data.imports.constructor", false, []],
  ];
  for (const [path, allowWildcard, expected] of cases) {
    const resolver = new Resolver();
    resolver.register({ path, allowWildcard });
    assertEquals(texts(resolver, { data }), expected, path);
  }
  const resolver = new Resolver();
  resolver.register({ path: "meta.server", description: "the server of a route" });
  assertEquals(texts(resolver, { meta: { server: "web", depends_on: "web" } }), ["app:web"]);
  assertEquals(texts(resolver, { data: "server" }), []);
  assertEquals(resolver.patterns.at(-1), { path: "meta.server", description: "the server of a route" });
});

Deno.test("a pattern without a path is rejected", () => {
  assertThrows(() => new Resolver().register({ path: "" }), RegistryError, "path");
});

Deno.test("groups are a string or a list of strings", () => {
  const groups = (value: unknown) => groupsOf(Entry.of({ id: "a", kind: "k", meta: { groups: value as string } }));
  assertEquals(groups("red"), ["red"]);
  assertEquals(groups(["red", 1, "blue"]), ["red", "blue"]);
  assertEquals(groups(3), []);
  assertEquals(groupsOf(Entry.of({ id: "a", kind: "k" })), []);
});
