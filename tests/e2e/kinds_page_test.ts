import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { blocksOf } from "../docs/page.ts";

// The author of a kind in an empty folder, who has docs/kinds.md and a checkout of Weft, and does what the page says.
// tests/docs/code_test.ts checks the types of what it shows.

const ROOT = new URL("../../", import.meta.url);

/** Writes the files of a page: the blocks that begin with a comment that is the name of a file. */
async function writeFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const { body } of blocksOf(await Deno.readTextFile(new URL("docs/kinds.md", ROOT)))) {
    const name = /^(?:\/\/|#) (\S+\.\w+)\n/.exec(body)?.[1];
    if (name === undefined) continue;
    names.push(name);
    // what depends on the machine: where the checkout is
    await Deno.writeTextFile(`${folder}/${name}`, body.replace('"../weft"', JSON.stringify(ROOT.pathname)));
  }
  return names;
}

Deno.test("the page about kinds leads from an empty folder to kinds with tests that run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const names = await writeFiles(folder);
    for (const name of ["greeting", "ticker", "journal", "weather"]) {
      assert(names.includes(`${name}.ts`) && names.includes(`${name}_test.ts`), names.join(" "));
    }
    const lines = (await Deno.readTextFile(`${folder}/greeting.ts`)).split("\n").length;
    assert(lines <= 25, `the first kind has ${lines} lines`);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "test", "--no-check"],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(code, 0, `${out}\n${err}`);
    assertStringIncludes(out!, "5 passed");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
