import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";
import { linked, nop, text } from "./specs.ts";

const CODE = "export default function ({ body }) {\n  return `# ${body}`;\n}\n";
const FLOW = [
  {
    kind: "snippet",
    name: "hello",
    language: "javascript",
    code: CODE,
    annotations: { tags: "backend web", path: "/api/v1/x" },
  },
  linked("first", "hello", { annotations: { tags: "backend" } }),
  nop("end", { namespace: "shop" }),
];

function names(specs: { name: string }[]): string[] {
  return specs.map(({ name }) => name);
}

Deno.test("get lists specs and what they link to", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  assertEquals(
    await project.weft("get"),
    `NAMESPACE  NAME   KIND     LINKS TO
default    first  snippet  hello
default    hello  snippet
shop       end    nop`,
  );
  assertEquals(names(await project.json("get --namespace shop")), ["end"]);
  assertEquals(names(await project.json("get --namespace shop --all-namespaces")), ["first", "hello", "end"]);
  assertEquals(names(await project.json("get hello shop:end")), ["hello", "end"]);
  assertEquals(
    (await project.fail("get helo"))[1],
    'no spec "helo" in namespace "default"; did you mean "hello"?',
  );
});

Deno.test("get as YAML has code in literal blocks, and can be applied again", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  const yaml = await project.weft("get -o yaml");
  assertMatch(yaml, /^ {2}code: \|\n {4}export default function \(\{ body \}\) \{\n {6}return/m);
  assertEquals(await project.weft("apply -f -", { input: yaml }), "no changes: head is version 1");
  assertEquals(
    await project.weft("apply - --dry-run --store new.db", { input: yaml }),
    "create default:first (snippet)\ncreate default:hello (snippet)\ncreate shop:end (nop)\ndry run: no version created",
  );
});

Deno.test("get as JSON prints the specs as written, with their ids", async () => {
  await using project = new Project({ "flow.yaml": [text("hello", "hi")] });
  await project.weft("apply flow.yaml");
  const [{ id, ...spec }] = await project.json("get");
  assertMatch(id, /^[0-9a-f-]{36}$/);
  assertEquals(spec, { kind: "snippet", namespace: "default", name: "hello", language: "text", code: "hi" });
});

Deno.test("--at shows an older version", async () => {
  await using project = new Project({ "flow.yaml": [text("hello", "hi")] });
  await project.weft("apply flow.yaml");
  project.write("flow.yaml", [text("hello", "bye"), nop("end")]);
  await project.weft("apply flow.yaml");
  assertEquals((await project.json("get hello --at 1"))[0].code, "hi");
  assertEquals((await project.json("get --at head~1")).length, 1);
  assertEquals(await project.json("get --at 0"), []);
  assertEquals(names(await project.json("find .kind=nop --at head")), ["end"]);
  assertEquals(await project.json("find .kind=nop --at 1"), []);
  assertEquals((await project.fail("get --at head~9"))[0], 1);
  assertEquals((await project.fail("get --at then"))[0], 2);
});

Deno.test("find supports every form of criterion", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  for (
    const [criteria, found] of [
      [".kind=snippet", ["first", "hello"]],
      [".kind=*p", ["end"]],
      ["*meta.tags=backend", ["first", "hello"]],
      ["*meta.tags=web", ["hello"]],
      ["'~meta.path=/api/v[12]/.*'", ["hello"]],
      ["'^.name=fi'", ["first"]],
      ["'$.name=llo'", ["hello"]],
      [".kind=snippet '^.name=h'", ["hello"]],
      [".ns=shop", ["end"]],
      [".kind=snippet -n shop", []],
      [".id=default:hello", ["hello"]],
    ] as const
  ) assertEquals(names(await project.json(`find ${criteria}`)), [...found], criteria);
  assertMatch(await project.weft("find .kind=nop -o yaml"), /^- kind: nop\n {2}namespace: shop\n/);
});

Deno.test("an invalid criterion is wrong usage", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  for (const criterion of ["kind=snippet", ".knd=snippet", ".kind", "'~.name=('"]) {
    assertEquals((await project.fail(`find ${criterion}`))[0], 2, criterion);
  }
  assertEquals(
    (await project.fail("find"))[1],
    'missing argument CRITERION; run "weft get" to list all specs\nSee "weft find --help" for usage.',
  );
});

Deno.test("control characters are escaped", async () => {
  await using project = new Project({ "flow.yaml": [text("a", "x"), text("b", "\u001b[31m\n\u0007second")] });
  await project.weft("apply flow.yaml");
  const out = await project.weft("diff");
  assertEquals(out.includes("\u001b"), false);
  assertEquals(out.includes("\u0007"), false);
});
