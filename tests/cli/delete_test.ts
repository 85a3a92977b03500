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

Deno.test("a name that is not there deletes nothing, and says which is near", async () => {
  await using project = new Project({ "flow.yaml": [nop("hello"), ...FLOW] });
  await project.weft("apply flow.yaml");
  assertEquals(await project.refusal("delete a helo"), [
    1,
    "there is no spec helo in the namespace default; did you mean hello?",
  ]);
  assertEquals(await project.refusal("delete c"), [
    1,
    "there is no spec c in the namespace default; there is shop:c",
  ]);
  assertEquals((await names(project)).length, 4);
});

Deno.test("what others link to is deleted with them or by force", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  assertEquals(await project.refusal("delete b"), [
    1,
    "default:a links to default:b (out)\ndelete those as well, or delete all the same with --force",
  ]);
  const { out, err } = await project.run(["delete", "b", "--force"]);
  assertEquals([out, err], ["deleted default:b (nop)\nversion 2", "warning: default:a links to default:b (out)"]);
});

Deno.test("the specs of files are deleted, those that are not there passed over", async () => {
  await using project = new Project({ "flow.yaml": FLOW, "more.yaml": [nop("b"), linked("a", "b"), nop("zzz")] });
  await project.weft("apply flow.yaml");
  assertEquals((await project.json("delete -f more.yaml")).operations.length, 2);
  const [code, err] = await project.refusal("delete -f -", { input: "- {" });
  assertEquals(code, 1);
  assertMatch(err, /^<stdin>:1:\d+: invalid YAML/);
  assertEquals(await names(project), ["c"]);
});

Deno.test("--all deletes a namespace", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  assertEquals(
    await project.weft("delete --all --dry-run"),
    "delete default:a (snippet)\ndelete default:b (nop)\nnothing is written",
  );
  await project.weft("delete --all -m 'clear the table'");
  assertEquals(await names(project), ["c"]);
  assertEquals((await project.json("history"))[0].message, "clear the table");
  assertEquals(await project.weft("delete --all"), "nothing changes: head is version 2");
});

Deno.test("the files that weft.yaml names are not deleted by surprise", async () => {
  await using project = new Project({ "flow.yaml": FLOW, "weft.yaml": "file: flow.yaml" });
  await project.weft("apply");
  const [code, err] = await project.refusal("delete");
  assertEquals(code, 2);
  assertMatch(err, /^there is nothing to delete: give names/);
});

Deno.test("--base refuses where another version is head", async () => {
  await using project = new Project({ "flow.yaml": FLOW });
  await project.weft("apply flow.yaml");
  assertEquals((await project.refusal("delete --all --base 0"))[0], 1);
  assertEquals((await names(project)).length, 3);
});
