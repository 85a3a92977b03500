import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";

const flow = (port: number) => `
- { kind: listener, name: web, port: ${port}, links: { out: [{ name: adult, port: in }] } }
- kind: if
  name: adult
  when: self.age >= 18
  links: { "out[0]": [{ name: noted, port: in }], "out[1]": [{ name: young, port: in }] }
- { kind: log, name: noted, links: { out: [{ name: greet, port: in }] } }
- { kind: snippet, name: greet, language: javascript, code: "export default ({ name }) => ({ hello: name })" }
- kind: snippet
  name: young
  language: javascript
  code: |
    export default ({ age }) => {
      throw Object.assign(new Error("too young", { cause: new Error("born late") }), { code: "young", details: { age } });
    };
`;

Deno.test("run sends a payload to a node, prints the answer, and shows the way; nothing is bound", async () => {
  // the address of the listener is taken
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using project = new Project({
    "flow.yaml": flow((taken.addr as Deno.NetAddr).port),
    "weft.yaml": "files: [flow.yaml]\n",
  });
  const { code, out, err } = await project.run(["run", "adult", "--payload", '{"name":"Ada","age":36}', "-v"]);
  assertEquals([code, JSON.parse(out)], [0, { hello: "Ada" }]);
  const payload = '{"name":"Ada","age":36}';
  assertEquals(err.split("\n").filter((line) => !line.includes("info")), [
    `adult.in  ${payload}`,
    `noted.in  ${payload}`,
    `greet.in  ${payload}`,
  ]);
  assertMatch(err, /info {2}\[[0-9a-f-]{36}\] noted: \{"name":"Ada","age":36\}/);
});

Deno.test("run of a store exits with 1 on an error answer, with its place, code, path, causes and details", async () => {
  await using project = new Project({ "flow.yaml": flow(0) });
  await project.weft("apply flow.yaml");
  const { code, out, err } = await project.run(["run", "adult", "--payload-yaml", "age: 3"]);
  assertEquals([code, out], [1, ""]);
  assertEquals(
    err,
    `flow.yaml:14:27: too young (young)
  path     run.out > adult.out[1] > young
  cause    born late
  details  {"age":3}`,
  );
  assertEquals((await project.json("history")).length, 2, "the store is left alone");
});

Deno.test("run says which nodes there are, and where to send what a source would", async () => {
  await using project = new Project({ "flow.yaml": flow(0) });
  assertEquals(await project.fail("run gret -f flow.yaml"), [1, 'unknown node "gret"; did you mean "greet"?']);
  assertEquals(await project.fail("run web -f flow.yaml"), [
    1,
    "web takes no packets, as a listener is a source; run a node behind it: adult",
  ]);
});

Deno.test("run needs one node, and one payload that can be read", async () => {
  await using project = new Project({ "flow.yaml": flow(0) });
  const usage = '\nSee "weft run --help" for usage.';
  assertEquals(await project.fail("run"), [2, `missing argument NODE: expected the name of a node${usage}`]);
  assertEquals(await project.fail("run a b"), [2, `unexpected argument "b"${usage}`]);
  const [code, err] = await project.fail("run a -f flow.yaml --payload hello");
  assertEquals(code, 2);
  assertMatch(
    err,
    /^invalid --payload "hello": .*; expected JSON such as '\{"name":"Ada"\}' or '"text"', @FILE or -\n/,
  );
  assertMatch(
    (await project.fail("run a -f flow.yaml --payload-yaml -", { input: "a: 1\nb: [" }))[1],
    /^invalid standard input: line 2, column \d+: /,
  );
  assertEquals(
    (await project.fail("run a -f flow.yaml --payload @no.json"))[1],
    "no such file: no.json of --payload @no.json",
  );
  assertEquals((await project.fail("run a -f flow.yaml --timeout soon"))[0], 2);
});
