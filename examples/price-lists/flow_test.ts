import { assertEquals } from "@std/assert";
import { readmeAllow, Weft } from "../../tests/e2e/weft.ts";
import { until } from "../../tests/support/until.ts";

async function start(folder: string): Promise<Weft> {
  return await Weft.start({
    args: [
      ...["-f", "examples/price-lists/flow.yaml", "--allow-files", `lists=${folder}/lists:ro`],
      ...["-e", "PORT=0", "-e", `DATABASE=${folder}/prices.db`],
    ],
    allow: [`--allow-write=${folder}`, ...await readmeAllow("examples/price-lists/README.md")],
  });
}

Deno.test("a table has the rows of the files in a folder", async () => {
  const folder = await Deno.makeTempDir();
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => Deno.remove(folder, { recursive: true }));
  const list = (name: string) => `${folder}/lists/${name}.csv`;
  await Deno.mkdir(`${folder}/lists`);
  await Deno.writeTextFile(list("before"), "tea;450\n");
  /** Waits until an item has prices, each with its file and line. */
  const costs = async (weft: Weft, item: string, ...prices: string[]) => {
    let found: string[] = [];
    const read = async () => {
      const response = await fetch(new URL(`/prices/${item}`, weft.url));
      const rows = await response.json() as { cents: number; file: string; line: number }[];
      found = rows.map(({ cents, file, line }) => `${cents} ${file}:${line}`);
      return found.join() === prices.join();
    };
    await until(`${item} costs ${prices.join()}`, read).catch(() => assertEquals(found, prices, weft.err.join("\n")));
  };
  {
    await using weft = await start(folder);
    await costs(weft, "tea", "450 before.csv:1");
    await Deno.writeTextFile(list("monday"), "cake;300\n\ntea;400\n");
    await costs(weft, "tea", "400 monday.csv:3", "450 before.csv:1");
    // all rows of a file or none, and those of before stay
    await Deno.writeTextFile(list("monday"), "tea;1\ntea;cheap\n");
    await until(
      "the mistake is told",
      () => weft.err.some((line) => line.includes("monday.csv:2: expected ITEM;CENTS")),
    );
    await costs(weft, "tea", "400 monday.csv:3", "450 before.csv:1");
    await Deno.writeTextFile(list("monday"), "tea;390\n");
    await costs(weft, "tea", "390 monday.csv:1", "450 before.csv:1");
    await Deno.writeTextFile(list("before"), "");
    await costs(weft, "tea", "390 monday.csv:1");
  } // the engine is killed
  await Deno.writeTextFile(list("tuesday"), "tea;380\n");
  await using weft = await start(folder);
  await costs(weft, "tea", "380 tuesday.csv:1", "390 monday.csv:1");
  await Deno.remove(list("monday"));
  await costs(weft, "tea", "380 tuesday.csv:1");
});
