import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { blocksOf } from "../docs/page.ts";
import { Weft } from "./weft.ts";

// A new user in an empty folder, who has docs/kinds.md and a checkout of Weft and does what the page says.

const ROOT = new URL("../../", import.meta.url);

/** Writes the files of a page: the blocks that begin with a comment that is the name of a file. */
async function writeFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const { body } of blocksOf(await Deno.readTextFile(new URL("docs/kinds.md", ROOT)))) {
    const name = /^(?:\/\/|#) (\S+\.\w+)\n/.exec(body)?.[1];
    if (name === undefined) continue;
    names.push(name);
    // the two things that depend on the machine: where the checkout is, and a port that is free
    const text = body.replace('"../weft"', JSON.stringify(ROOT.pathname)).replace("port: 8000", "port: 0");
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return names;
}

async function deno(folder: string, ...args: string[]): Promise<{ code: number; out: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Starts the workflow of the page. */
async function serving(folder: string, args: string[], test: (weft: Weft) => Promise<void>): Promise<void> {
  await using weft = await Weft.start({ args, folder, program: ["task"] });
  try {
    await test(weft);
  } finally {
    weft.signal("SIGTERM"); // passed on by the task
    await weft.ended();
  }
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
    // what the page shows compiles; the types once, and not again for each thread of the engine that the tests start
    const checked = await deno(folder, "check", ".");
    assertEquals(checked.code, 0, checked.out);
    const tested = await deno(folder, "task", "test", "--no-check");
    assertEquals(tested.code, 0, tested.out);
    assertStringIncludes(tested.out, "5 passed");
    await serving(folder, ["--extension", "greeting.ts", "-f", "flow.yaml"], async ({ url }) => {
      assertEquals(await (await fetch(new URL("/Ada", url))).text(), "Hello, /Ada");
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
