import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";
import { linked, nop } from "./specs.ts";

const FLOW = [linked("a", "b"), nop("b"), nop("c", { namespace: "shop" })];

async function names(project: Project): Promise<string[]> {
  return (await project.json("get -A")).map(({ name }: { name: string }) => name);
}

Deno.test("specs are deleted by name, by namespace:name and by id", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  const [{ id }] = await project.json("get a");
  assertEquals(
    await project.weft(`delete shop:c ${id} b`),
    "deleted default:a (snippet)\ndeleted default:b (nop)\ndeleted shop:c (nop)\nversion 2",
  );
  assertEquals(await names(project), []);
});

Deno.test("an unknown name deletes nothing and suggests the nearest", async () => {
  await using project = new Project({ "flow.yaml": [nop("hello"), ...FLOW] });
  await project.weft("apply flow.yaml");
  assertEquals(await project.fail("delete a helo"), [
    1,
    'no spec "helo" in namespace "default"; did you mean "hello"?',
  ]);
  assertEquals(await project.fail("delete c"), [
    1,
    'no spec "c" in namespace "default"; did you mean "shop:c"?',
  ]);
  assertEquals((await names(project)).length, 4);
});

Deno.test("a spec that others link to is deleted together with them or with --force", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  assertEquals(await project.fail("delete b"), [
    1,
    "default:a links to default:b (out)\ndelete these specs as well, or use --force",
  ]);
  const { out, err } = await project.run(["delete", "b", "--force"]);
  assertEquals([out, err], ["deleted default:b (nop)\nversion 2", "warning: default:a links to default:b (out)"]);
});

Deno.test("the specs of files are deleted, and missing ones skipped", async () => {
  await using project = new Project({ "flow.yaml": FLOW, "more.yaml": [nop("b"), linked("a", "b"), nop("zzz")] });
  await project.weft("apply flow.yaml");
  assertEquals((await project.json("delete -f more.yaml")).operations.length, 2);
  const [code, err] = await project.fail("delete -f -", { input: "- {" });
  assertEquals(code, 1);
  assertMatch(err, /^<stdin>:1:\d+: invalid YAML/);
  assertEquals(await names(project), ["c"]);
});

Deno.test("--all deletes a namespace", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  assertEquals(
    await project.weft("delete --all --dry-run"),
    "delete default:a (snippet)\ndelete default:b (nop)\ndry run: no version created",
  );
  await project.weft("delete --all -m 'clear the table'");
  assertEquals(await names(project), ["c"]);
  assertEquals((await project.json("history"))[0].message, "clear the table");
  assertEquals(await project.weft("delete --all"), "no changes: head is version 2");
});

Deno.test("the files that weft.yaml names are not deleted by accident", async () => {
  await using project = new Project({ "flow.yaml": FLOW, "weft.yaml": "file: flow.yaml" });
  await project.weft("apply");
  const [code, err] = await project.fail("delete");
  assertEquals(code, 2);
  assertMatch(err, /^missing argument NAME: expected names/);
});

Deno.test("--base fails if another version is head", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  assertEquals((await project.fail("delete --all --base 0"))[0], 1);
  assertEquals((await names(project)).length, 3);
});
