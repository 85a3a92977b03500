import { assertEquals, assertMatch } from "@std/assert";
import { Project } from "./project.ts";
import { linked, nop } from "./specs.ts";

Deno.test("a store goes into a file, and back, with its history", async () => {
  await using project = new Project({ "flow.yaml": [linked("a", "b"), nop("b")] });
  await project.weft("apply flow.yaml");
  assertMatch(
    await project.weft("backup shop.db"),
    /^backed up \.weft\/registry\.db to shop\.db: version 1, 2 versions$/,
  );
  assertEquals(await project.fail("backup shop.db"), [1, "shop.db already exists; use --force to replace it"]);
  await project.weft("delete b --force");
  assertEquals(await project.fail("restore shop.db"), [
    1,
    ".weft/registry.db already exists; use --force to replace it",
  ]);
  assertEquals((await project.json("restore shop.db --force")).head, 1);
  assertEquals((await project.json("get")).length, 2);
  assertEquals(await project.fail("backup"), [
    2,
    'missing argument FILE: expected the file to write\nSee "weft backup --help" for usage.',
  ]);
  assertEquals(await project.fail("restore none.db"), [1, "no such file: none.db"]);
});

Deno.test("export writes a file for each spec, which apply finds unchanged", async () => {
  await using project = new Project({ "flow.yaml": [linked("a", "b"), nop("b"), nop("c", { namespace: "shop" })] });
  await project.weft("apply flow.yaml");
  assertEquals(await project.weft("export out"), "3 specs written to out");
  assertEquals(await project.weft("apply -f out"), "no changes: head is version 1");
  assertEquals(await project.fail("export out"), [1, "out is not empty; use --force to write into it"]);
  project.write("out/other.txt", "stays");
  assertEquals((await project.json("export out -n shop --force")).files, ["shop/c.yaml"]);
  assertEquals(Array.from(Deno.readDirSync("out"), ({ name }) => name).sort(), ["default", "other.txt", "shop"]);
  assertEquals(Array.from(Deno.readDirSync("."), ({ name }) => name).sort(), [".weft", "flow.yaml", "out"]);
});
