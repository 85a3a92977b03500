import { assertEquals, assertRejects } from "@std/assert";
import { contentsOf, writeProject } from "./write_project.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

Deno.test("files are written into folders that are made, and those that are there are kept", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, "mine");
    await Deno.symlink("nowhere", `${folder}/link`);
    const written = await writeProject(folder, { "a.txt": "a", link: "b", "new/deep/c.txt": "c" });
    assertEquals(written, { created: ["new/deep/c.txt"], kept: ["a.txt", "link"] });
    assertEquals(await Deno.readTextFile(`${folder}/a.txt`), "mine");
    assertEquals(await Deno.readTextFile(`${folder}/new/deep/c.txt`), "c");
    assertEquals(await namesIn(folder), ["a.txt", "link", "new"]);
  });
});

Deno.test("if a file cannot be written, none is left", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/flows`, "a file");
    const error = await assertRejects(
      () => writeProject(`${folder}`, { "a.txt": "a", "new/b.txt": "b", "flows/c.yaml": "c" }),
      Error,
    );
    assertEquals(error.message, `invalid folder "${folder}/flows": it is a file`);
    assertEquals(await namesIn(folder), ["flows"]);
    await assertRejects(() => writeProject(`${folder}/flows`, { a: "a" }), Error, "it is a file");
    assertEquals(await Deno.readTextFile(`${folder}/flows`), "a file");
  });
});

Deno.test("a folder counts as empty with what tools put there first", async () => {
  await inFolder(async (folder) => {
    assertEquals(await contentsOf(`${folder}/none`), []);
    await Deno.mkdir(`${folder}/.git`);
    await Deno.writeTextFile(`${folder}/package.json`, "{}");
    assertEquals(await contentsOf(folder), []);
    await Deno.writeTextFile(`${folder}/flow.yaml`, "");
    assertEquals(await contentsOf(folder), ["flow.yaml"]);
  });
});
