import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";
import { listener, nop, text } from "./specs.ts";

const ENTRIES = [
  listener("web", "hello", { meta: { tags: ["backend", "api"], path: "/api/users", server: "gateway" } }),
  text("hello", "hi", { annotations: { tags: ["backend"], owner: { team: "core" }, version: 1.1 } }),
  { kind: "registry.entry", name: "cfg", meta: { name: "user-settings", port: 8080 }, data: { a: 1, list: [1, "x"] } },
  { kind: "registry.entry", name: "empty" },
  { kind: "registry.entry", name: "text", data: "just text" },
  { kind: "ns.requirement", name: "database", data: { default: "main", targets: [{ entry: "cfg", path: ".a" }] } },
  {
    kind: "ns.dependency",
    name: "mail",
    meta: { path: "/apiHandler" },
    data: { component: "acme/mail", version: "1" },
  },
  { kind: "ns.definition", namespace: "other", name: "other", data: { readme: "line\nline\n" } },
];

Deno.test("entries of every kind are applied, printed and applied again without a change", async () => {
  await using project = new Project({ "all.json": ENTRIES });
  const { out, err } = await project.run(["check", "all.json"]);
  assertEquals(out, "8 specs in 1 file: no errors");
  assertMatch(err, /^all\.json:\d+:\d+: warning: mail imports nothing; the field "from" says where a module is$/);
  assertEquals((await project.json("apply -f all.json")).operations.length, 8);
  assertEquals(await project.weft("apply -f all.json"), "no changes: head is version 1");
  const yaml = await project.weft("get -A -o yaml");
  for (const flags of ["", " --prune"]) {
    assertEquals(await project.weft(`apply -f -${flags}`, { input: yaml }), "no changes: head is version 1", yaml);
  }
  const json = await project.json("get cfg hello text empty");
  assertEquals(json[0], {
    kind: "registry.entry",
    namespace: "default",
    name: "cfg",
    meta: { name: "user-settings", port: 8080 },
    data: { a: 1, list: [1, "x"] },
  });
  // the older name of meta stays as it was written, with numbers as strings
  assertEquals(json[1].annotations, { tags: ["backend"], owner: { team: "core" }, version: "1.1" });
  assertEquals([json[2].data, "data" in json[3]], ["just text", false]);
  assertMatch(await project.weft("get"), /^default {4}cfg {7}registry\.entry$/m);
});

Deno.test("entries of every kind are changed, compared, pruned and deleted alike", async () => {
  await using project = new Project({ "all.json": ENTRIES });
  await project.weft("apply -f all.json");
  const changed = ENTRIES.filter(({ name }) => name !== "mail" && name !== "text")
    .map((entry) => entry.name === "cfg" ? { ...entry, data: { a: 2, list: [1, "x"] } } : entry);
  project.write("all.json", changed);
  assertEquals(
    await project.weft("apply -f all.json --prune"),
    "updated default:cfg (registry.entry)\n  data.a: 1 -> 2\ndeleted default:mail (ns.dependency)\n" +
      "deleted default:text (registry.entry)\nversion 2",
  );
  const diff = await project.weft("diff");
  for (const line of ["  data.a: 1 -> 2", "  -   data: just text", "  -   meta:"]) {
    assertEquals(diff.includes(line), true);
  }
  assertEquals(await project.weft("delete cfg --force"), "deleted default:cfg (registry.entry)\nversion 3");
  assertEquals((await project.json("rollback 1")).version, 1);
  // an entry may become a node and back
  await project.weft("apply -f -", { input: "kind: nop\nname: cfg\n" });
  assertEquals((await project.json("get cfg"))[0].kind, "nop");
  assertMatch(
    await project.weft("apply -f -", { input: "{kind: registry.entry, name: cfg, data: 1}" }),
    /^deleted default:cfg \(nop\)\ncreated default:cfg \(registry\.entry\)\n/,
  );
});

Deno.test("every form of a criterion works from the command, on nodes and on data", async () => {
  await using project = new Project({ "all.json": ENTRIES });
  await project.weft("apply -f all.json");
  const names = async (criterion: string) =>
    (await project.json(`find ${criterion}`)).map(({ name }: { name: string }) => name);
  const criteria: [criterion: string, names: string[]][] = [
    [".kind=registry.*", ["cfg", "empty", "text"]],
    [".kind=ns.*", ["database", "mail", "other"]],
    ["'~meta.path=/api/.*'", ["web"]],
    ["'*meta.tags=backend'", ["hello", "web"]],
    ["'^meta.name=user'", ["cfg"]],
    ["'$meta.path=Handler'", ["mail"]],
    ["meta.port=8080", ["cfg"]],
    ["meta.owner.team=core", ["hello"]],
    [".ns=other", ["other"]],
    [".id=default:cfg .kind=registry.entry", ["cfg"]],
  ];
  for (const [criterion, want] of criteria) assertEquals(await names(criterion), want, criterion);
});

Deno.test("an entry that holds data is checked in files", async () => {
  await using project = new Project({
    "bad.yaml": `- kind: registry.entry
  data: 1
- kind: registry.entry
  name: a
  dta: 1
- kind: registry.entry
  name: b
  id: 0190163d-8694-739b-aea5-966c26f8ad91
  links: {out: [{name: c, port: in}]}
- kind: nop
  name: c
  links: {init: [{name: a, port: in}]}
- kind: registry.entri
  name: d
- kind: step
  name: e
  specs: [{kind: registry.entry, name: f}]
- kind: nop
  name: g
  meta: [x]
- kind: nop
  name: h
  meta: {a: 1}
  annotations: {a: 1}
`,
  });
  const [code, err] = await project.fail("check bad.yaml");
  const known = "known fields are kind, namespace, name, meta, annotations, data";
  assertEquals([code, err.split("\n").slice(0, 4)], [1, [
    'bad.yaml:1:3: missing field "name" of registry.entry: expected the name by which the entry is found',
    'bad.yaml:5:3: unknown field "dta" of registry.entry; did you mean "data"?',
    `bad.yaml:8:3: unknown field "id" of registry.entry; ${known}`,
    `bad.yaml:9:3: unknown field "links" of registry.entry; ${known}`,
  ]]);
  assertMatch(err, /^bad\.yaml:12:25: unknown node "a"/m);
  assertMatch(err, /^bad\.yaml:13:9: unknown kind "registry\.entri"; did you mean "registry\.entry"\?$/m);
  assertMatch(
    err,
    /^bad\.yaml:17:18: invalid kind "registry\.entry": expected a node, and entries of this kind hold data$/m,
  );
  assertMatch(err, /^bad\.yaml:20:9: invalid meta: expected a map, got a list of 1$/m);
  assertMatch(err, /^bad\.yaml:24:3: both meta and annotations are given; they are the same field; give one$/m);
});

const EXTENSION = `
import { defineDataKind } from "@weft/weft/kind";
import { z } from "zod";
export default [defineDataKind({
  name: "app.database",
  summary: "A database.",
  data: z.strictObject({ url: z.string(), server: z.string().optional() }),
  dependencies: ["data.server"],
})];
`;

Deno.test("an extension registers kinds of data, with their check and what they depend on", async () => {
  const server = { kind: "app.database", name: "z", data: { url: "x" } };
  await using project = new Project({
    "data.ts": EXTENSION,
    "weft.yaml": "extension: data.ts\ndependencies: [meta.server, data.imports.*]\n",
    "all.json": [
      { kind: "app.database", name: "a", data: { url: "y", server: "z" } },
      server,
      { kind: "registry.entry", name: "b", meta: { server: "y" }, data: { imports: { first: "x" } } },
      { kind: "registry.entry", name: "x" },
      { kind: "registry.entry", name: "y" },
      nop("end"),
    ],
  });
  const order = (report: { operations: { id: string }[] }) =>
    report.operations.map(({ id }) => id.replace("default:", ""));
  assertEquals(order(await project.json("apply -f all.json")), ["end", "x", "y", "b", "z", "a"]);
  const yaml = await project.weft("get -o yaml");
  assertEquals(await project.weft("apply -f -", { input: yaml }), "no changes: head is version 1");
  assertEquals(order(await project.json("delete --all")), ["a", "b", "end", "x", "y", "z"]);
  assertEquals(await project.fail("check -", { input: "{kind: app.database, name: q, data: {ur: x}}" }), [
    1,
    '<stdin>:1:37: missing field "url" of data: expected a string\n' +
    '<stdin>:1:38: unknown field "ur" of data; did you mean "url"?',
  ]);
  assertMatch(await project.weft("kinds"), /^app\.database +- +A database\.$/m);
  assertMatch(await project.weft("schema"), /"kind\.app\.database"/);
  project.write("weft.yaml", "dependencies: [server]\n");
  assertEquals(await project.fail("get"), [
    1,
    'invalid path "server" of dependencies: expected one such as meta.server or data.imports.*',
  ]);
});
