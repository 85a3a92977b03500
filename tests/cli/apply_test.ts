import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";
import { linked, listener, nop, text } from "./specs.ts";

Deno.test("apply creates a version and prints what changed", async () => {
  await using project = new Project({ "flow.yaml": [listener("web", "hello"), text("hello", "hi")] });
  assertEquals(
    await project.weft("apply -f flow.yaml"),
    "created default:hello (snippet)\ncreated default:web (listener)\nversion 1",
  );
  assertEquals(Deno.statSync(".weft/registry.db").isFile, true);
});

Deno.test("an apply without changes creates no version", async () => {
  await using project = new Project({ "flow.yaml": [text("hello", "hi"), { kind: "nop" }] });
  await project.weft("apply flow.yaml");
  assertEquals(await project.weft("apply flow.yaml"), "no changes: head is version 1");
  assertEquals(await project.json("apply flow.yaml"), { version: 1, parent: 0, operations: [], runtimes: [] });
  assertEquals((await project.json("history")).length, 2);
});

Deno.test("an update shows the changed fields, and the changed lines of code", async () => {
  const code = (word: string) => `export default function ({ body }) {\n  return \`${word} \${body}\`;\n}\n`;
  const flow = (word: string, port: number) => [
    { kind: "snippet", name: "hello", language: "javascript", code: code(word), annotations: { owner: word } },
    listener("web", "hello", { port, maxBody: port === 1 ? 5 : undefined }),
  ];
  await using project = new Project({ "flow.yaml": flow("hello", 1) });
  await project.weft("apply -f flow.yaml");
  project.write("flow.yaml", flow("bye", 2));
  assertEquals(
    await project.weft("apply -f flow.yaml"),
    `updated default:hello (snippet)
  annotations.owner: "hello" -> "bye"
  code:
      export default function ({ body }) {
    -   return \`hello \${body}\`;
    +   return \`bye \${body}\`;
      }
updated default:web (listener)
  port: 1 -> 2
  maxBody: removed 5
version 2`,
  );
});

Deno.test("a spec whose kind changes is deleted and created, and keeps its id", async () => {
  await using project = new Project({ "flow.yaml": [nop("a")] });
  await project.weft("apply flow.yaml");
  const [before] = await project.json("get a");
  project.write("flow.yaml", [text("a", "x")]);
  assertEquals(
    await project.weft("apply flow.yaml"),
    "deleted default:a (nop)\ncreated default:a (snippet)\nversion 2",
  );
  const [after] = await project.json("get a");
  assertEquals([after.id, after.kind], [before.id, "snippet"]);
});

Deno.test("a spec with the id of another one replaces it", async () => {
  await using project = new Project({ "flow.yaml": [nop("a")] });
  await project.weft("apply flow.yaml");
  const [{ id }] = await project.json("get a");
  project.write("flow.yaml", [nop("b", { id })]);
  assertEquals(await project.weft("apply flow.yaml"), "deleted default:a (nop)\ncreated default:b (nop)\nversion 2");
});

Deno.test("a dry run writes nothing and creates no store", async () => {
  await using project = new Project({ "flow.yaml": [nop("a")] });
  assertEquals(await project.weft("apply flow.yaml --dry-run"), "create default:a (nop)\ndry run: no version created");
  assertEquals([...Deno.readDirSync(".")].map(({ name }) => name), ["flow.yaml"]);
  await project.weft("apply flow.yaml");
  project.write("flow.yaml", [text("a", "")]);
  const { version, parent, operations } = await project.json("apply flow.yaml --dry-run");
  assertEquals([version, parent, operations.length], [null, 1, 2]);
  assertEquals((await project.json("history")).length, 2);
});

Deno.test("files, folders and standard input are read together", async () => {
  await using project = new Project({
    "flows/a.yaml": [nop("a")],
    "flows/deep/b.yml": [nop("b")],
    "flows/c.json": [nop("c")],
    "flows/.hidden.yaml": "{{{",
    "flows/node_modules/d.yaml": "{{{",
    "flows/weft.yaml": "namespace: x",
    "flows/readme.md": "# no specs",
    "e.yaml": [nop("e")],
  });
  const out = await project.weft("apply -f flows/ -f e.yaml -f -", { input: "kind: nop\nname: f\n" });
  assertEquals(out.split("\n").map((line) => /default:(\w)/.exec(line)?.[1] ?? ""), ["a", "b", "c", "e", "f", ""]);
});

Deno.test("all errors in files are reported with positions, and nothing is written", async () => {
  await using project = new Project({
    "a.yaml": "- kind: snipet\n  name: a\n",
    "b.yaml": "- kind: snippet\n  name: b\n  language: javascript\n  code: |\n    export default function( {\n",
    "c.yaml": "- kind: if\n  name: c\n  when: 'true'\n  links: {out: [{name: nothere, port: in}]}\n",
    "d.yaml": "- kind: [\n",
    "empty/readme.md": "",
  });
  const [code, err] = await project.fail("apply a.yaml b.yaml c.yaml d.yaml");
  assertEquals(code, 1);
  const lines = err.split("\n");
  assertEquals(lines[0], 'a.yaml:1:9: unknown kind "snipet"; did you mean "snippet"?');
  assertMatch(lines[1]!, /^b\.yaml:5:\d+: /);
  assertMatch(lines[2]!, /^d\.yaml:\d+:\d+: invalid YAML/);
  assertEquals((await project.json("history")).length, 1, "only the initial version");
  assertMatch((await project.fail("apply c.yaml"))[1], /^c\.yaml:4:\d+: .*nothere/);
  assertEquals(await project.fail("apply nope.yaml"), [1, "no such file or folder: nope.yaml"]);
  assertEquals(await project.fail("apply empty"), [1, "no .yaml, .yml or .json files in empty"]);
  assertEquals((await project.fail("apply"))[0], 2);
});

Deno.test("a link may lead to a spec in the store", async () => {
  await using project = new Project({ "a.yaml": [nop("a")], "b.yaml": [linked("b", "a")] });
  assertEquals((await project.fail("apply b.yaml"))[0], 1);
  await project.weft("apply a.yaml");
  assertEquals(await project.weft("apply b.yaml"), "created default:b (snippet)\nversion 2");
});

Deno.test("--prune deletes the specs that are not in the files, in their namespaces", async () => {
  await using project = new Project({
    "all.yaml": [nop("a"), nop("b"), nop("c", { namespace: "shop" })],
    "a.yaml": [nop("a")],
  });
  await project.weft("apply all.yaml");
  assertEquals(await project.weft("apply a.yaml --prune"), "deleted default:b (nop)\nversion 2");
  assertEquals((await project.json("get")).map(({ name }: { name: string }) => name), ["a", "c"]);
});

Deno.test("--prune does not delete what the files link to", async () => {
  await using project = new Project({ "all.yaml": [linked("a", "b"), nop("b")], "a.yaml": [linked("a", "b")] });
  await project.weft("apply all.yaml");
  const [code, err] = await project.fail("apply a.yaml --prune");
  assertEquals(code, 1);
  assertMatch(err, /^a\.yaml:\d+:\d+: .*\bb\b/);
  assertEquals((await project.json("get")).length, 2);
});

Deno.test("--base fails if another version is head", async () => {
  await using project = new Project({ "a.yaml": [nop("a")], "b.yaml": [nop("b")] });
  await project.weft("apply a.yaml");
  assertEquals(await project.fail("apply b.yaml --base 0"), [
    1,
    'head is version 1, not 0; run "weft diff 0 1" to see what changed',
  ]);
  assertEquals(await project.fail("apply b.yaml --base 7"), [
    1,
    'no such version: 7; run "weft history" to list versions',
  ]);
  for (const base of ["head", "1", "v1"]) await project.weft(`apply b.yaml --dry-run --base ${base}`);
  await project.weft("apply b.yaml --base 1");
});

Deno.test("author and message are stored; the author defaults to the user", async () => {
  await using project = new Project({ "a.yaml": [nop("a")], "b.yaml": [nop("b")] });
  await project.weft("apply a.yaml");
  await project.weft("apply b.yaml --author ann -m 'more of it'");
  const [second, first] = await project.json("history");
  assertEquals([first.author, first.message], ["tester", null]);
  assertEquals([second.author, second.message], ["ann", "more of it"]);
});

Deno.test("--namespace applies to specs that do not name one", async () => {
  await using project = new Project({ "a.yaml": [nop("a"), nop("b", { namespace: "other" })] });
  const { operations } = await project.json("apply a.yaml --namespace shop");
  assertEquals(operations.map(({ id }: { id: string }) => id), ["other:b", "shop:a"]);
  assertEquals((await project.fail("apply a.yaml --namespace 'a b'"))[0], 2);
});

Deno.test("templates are checked as far as their variables are known, and stored unevaluated", async () => {
  await using project = new Project({
    "web.yaml": [listener("web", "hello", { port: "{{ env.PORT }}" }), text("hello", "")],
    "broken.yaml": [listener("web", "hello", { port: "{{ env.PORT + }}" }), text("hello", "")],
    "port.env": "PORT=none\n",
  });
  assertMatch((await project.fail("apply broken.yaml"))[1], /^broken\.yaml:\d+:\d+: invalid template: /);
  assertMatch((await project.fail("apply web.yaml --env PORT=none"))[1], /invalid port "none"/);
  assertMatch((await project.fail("apply web.yaml --env-file port.env"))[1], /invalid port "none"/);
  assertEquals(await project.fail("apply web.yaml --env-file no.env"), [1, "no such file: no.env"]);
  await project.weft("apply web.yaml --env PORT", { env: { PORT: "8000" } });
  assertEquals((await project.json("get web"))[0].port, "{{ env.PORT }}");
});

Deno.test("two concurrent applies both succeed, one on top of the other", async () => {
  await using project = new Project();
  for (let round = 0; round < 10; round++) {
    project.write("a.yaml", [text("a", `${round}`), nop(`a${round}`)]);
    project.write("b.yaml", [text("b", `${round}`), nop(`b${round}`)]);
    const versions = await Promise.all(["a", "b"].map(async (name) => {
      const { version, operations } = await project.json(`apply ${name}.yaml`);
      assertEquals(operations.length, 2);
      return version;
    }));
    assertEquals(versions.sort((a, b) => a - b), [2 * round + 1, 2 * round + 2]);
  }
  assertEquals((await project.json("get")).length, 22);
  const history = await project.json("history");
  assertEquals(history.map(({ id }: { id: number }) => id), Array.from({ length: 21 }, (_, index) => 20 - index));
});

Deno.test("two applies on the same base create one version and one clear error", async () => {
  await using project = new Project({ "first.yaml": [nop("first")] });
  await project.weft("apply first.yaml");
  for (let round = 1; round <= 5; round++) {
    project.write("a.yaml", [text("a", `${round}`)]);
    project.write("b.yaml", [text("b", `${round}`)]);
    const ran = await Promise.all(
      ["a", "b"].map((name) => project.run(["apply", `${name}.yaml`, "--base", `${round}`])),
    );
    assertEquals(ran.map(({ code }) => code).sort(), [0, 1]);
    const rejected = ran.find(({ code }) => code === 1)!;
    assertEquals(
      rejected.err,
      `head is version ${round + 1}, not ${round}; run "weft diff ${round} ${round + 1}" to see what changed`,
    );
  }
});
