import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";
import { nop, text } from "./specs.ts";

/** Creates a store whose head is version 3, a child of 1, as is 2. */
async function branched(): Promise<Project> {
  const project = new Project({ "flow.yaml": [text("a", "1")] });
  await project.weft("apply flow.yaml -m one");
  project.write("flow.yaml", [text("a", "2")]);
  await project.weft("apply flow.yaml -m two --author bob");
  await project.weft("rollback 1");
  project.write("flow.yaml", [text("a", "3"), nop("b")]);
  await project.weft("apply flow.yaml");
  return project;
}

function ids(versions: { id: number }[]): number[] {
  return versions.map(({ id }) => id);
}

Deno.test("history draws the tree and marks head", async () => {
  await using project = await branched();
  const lines = (await project.weft("history")).replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "TIME").split("\n");
  assertEquals(lines, [
    "*    3  TIME  tester  2 operations  head",
    "| o  2  TIME  bob  1 operation  two",
    "|/",
    "o    1  TIME  tester  1 operation  one",
    "o    0  TIME  0 operations",
  ]);
});

Deno.test("history as JSON", async () => {
  await using project = await branched();
  const versions = await project.json("history");
  for (const version of versions) assertMatch(version.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertEquals(versions.map(({ time: _, ...version }: { time: string }) => version), [
    { id: 3, parent: 1, head: true, author: "tester", message: null, operations: 2 },
    { id: 2, parent: 1, head: false, author: "bob", message: "two", operations: 1 },
    { id: 1, parent: 0, head: false, author: "tester", message: "one", operations: 1 },
    { id: 0, parent: null, head: false, author: null, message: null, operations: 0 },
  ]);
});

Deno.test("prune removes versions older than a version, except ancestors of the others", async () => {
  await using project = await branched();
  assertEquals(
    await project.weft("history prune --before 2"),
    "1 version pruned; the history begins with version 1",
  );
  assertEquals(ids(await project.json("history")), [3, 2, 1]);
  assertEquals((await project.json("get --at 1"))[0].code, "1");
  assertEquals(
    await project.weft("history prune --before v3"),
    "2 versions pruned; the history begins with version 3",
  );
  assertEquals(ids(await project.json("history")), [3]);
  assertEquals((await project.json("get")).length, 2);
  assertEquals((await project.json("diff")).operations, []);
});

Deno.test("prune by time keeps newer versions", async () => {
  await using project = await branched();
  assertEquals((await project.json("history prune --before 1h")).removed, []);
  assertEquals((await project.json("history prune --before 2020-01-01")).removed, []);
  const { root, removed } = await project.json("history prune --before 0s");
  assertEquals([root, removed], [3, [0, 1, 2]]);
  assertEquals((await project.json("get")).length, 2);
});

Deno.test("prune requires --before, and --before requires prune", async () => {
  await using project = await branched();
  for (
    const line of [
      "history prune",
      "history --before 2",
      "history prun --before 2",
      "history prune x --before 2",
      "history prune --before head",
    ]
  ) {
    assertEquals((await project.fail(line))[0], 2, line);
  }
  assertEquals((await project.json("history")).length, 4);
});

Deno.test("diff compares head with its parent, with a version, or two versions", async () => {
  await using project = await branched();
  const change = (from: string, to: string) => [{ path: "code", from, to }];
  const diff = await project.json("diff");
  assertEquals([diff.from, diff.to, diff.operations[0].changes], [1, 3, change("1", "3")]);
  const since = await project.json("diff 2");
  assertEquals([since.from, since.to, since.operations[0].changes], [2, 3, change("2", "3")]);
  const back = await project.json("diff 3 2");
  assertEquals(back.operations.map(({ operation, id }: { operation: string; id: string }) => `${operation} ${id}`), [
    "update default:a",
    "delete default:b",
  ]);
  assertEquals(await project.weft("diff 3 3"), "from version 3 to version 3: no changes");
  assertEquals(
    await project.weft("diff head~1 2"),
    'from version 1 to version 2:\nupdate default:a (snippet)\n  code: "1" -> "2"',
  );
  assertEquals((await project.json("diff -n shop")).operations, []);
  assertEquals((await project.fail("diff 1 9"))[1], 'no such version: 9; run "weft history" to list versions');
});

Deno.test("diff shows created and deleted specs in full", async () => {
  await using project = await branched();
  const [{ id }] = await project.json("get b");
  const lines = ["- kind: nop", "  namespace: default", "  name: b", `  id: ${id}`];
  const created = (await project.weft("diff")).split("\n").slice(3);
  assertEquals(created, ["create default:b (nop)", ...lines.map((line) => `  + ${line}`)]);
  const deleted = (await project.weft("diff 3 1")).split("\n").slice(3);
  assertEquals(deleted, ["delete default:b (nop)", ...lines.map((line) => `  - ${line}`)]);
});

Deno.test("rollback moves head back and forward", async () => {
  await using project = await branched();
  const out = await project.weft("rollback 2");
  assertMatch(out, /^updated default:a \(snippet\)\n {2}code: "3" -> "2"\ndeleted default:b \(nop\)\n/);
  assertMatch(out, /\nversion 2$/);
  assertEquals((await project.json("history")).length, 4);
  assertEquals((await project.json("get"))[0].code, "2");
  assertEquals(await project.weft("rollback 2"), "no changes: head is version 2");
  await project.weft("rollback 3");
  assertEquals((await project.json("get")).length, 2);
});

Deno.test("rollback has a dry run, and fails on another base", async () => {
  await using project = await branched();
  assertMatch(await project.weft("rollback head~1 --dry-run"), /dry run: no version created$/);
  assertEquals(
    (await project.fail("rollback 1 --base 2"))[1],
    'head is version 3, not 2; run "weft diff 2 3" to see what changed',
  );
  assertEquals((await project.fail("rollback 1 2"))[0], 2);
  assertEquals((await project.fail("rollback"))[0], 2);
  assertEquals((await project.fail("rollback 12"))[0], 1);
  assertEquals((await project.json("history"))[0].head, true);
});

Deno.test("rollback with a namespace restores only that, as a new version", async () => {
  await using project = new Project({ "flow.yaml": [text("a", "1"), text("b", "1", { namespace: "shop" })] });
  await project.weft("apply flow.yaml");
  project.write("flow.yaml", [text("a", "2"), text("b", "2", { namespace: "shop" })]);
  await project.weft("apply flow.yaml");
  const { version, parent } = await project.json("rollback 1 --namespace shop -m 'shop was wrong'");
  assertEquals([version, parent], [3, 2]);
  assertEquals((await project.json("get")).map(({ code }: { code: string }) => code), ["2", "1"]);
  assertEquals((await project.json("history"))[0].message, "shop was wrong");
});

Deno.test("a missing store is an error, and none is created", async () => {
  await using project = new Project();
  for (
    const line of [
      "get",
      "find .kind=x",
      "history",
      "diff",
      "status",
      "rollback 1",
      "delete x",
      "history prune --before 1",
    ]
  ) {
    assertEquals(
      await project.fail(line),
      [1, 'no such store: .weft/registry.db; run "weft apply" to create it'],
      line,
    );
  }
  assertEquals([...Deno.readDirSync(".")], []);
});

Deno.test("a file that is not a store is an error", async () => {
  await using project = new Project({ "notes.db": "these are notes, and long enough to be looked at twice" });
  const [code, err] = await project.fail("get --store notes.db");
  assertEquals(code, 1);
  assertMatch(err, /notes\.db is damaged or not a SQLite database/);
  assertEquals((await project.fail("get --store postgres://x"))[0], 1);
});
