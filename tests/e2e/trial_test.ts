/** A version that ends the program while it is tried. */
import { assertEquals, assertMatch } from "@std/assert";
import { openStore } from "../../src/store/mod.ts";
import { until } from "../support/until.ts";
import { Weft, weft } from "./weft.ts";

/** A workflow whose snippet runs its top level for a while. */
const flow = (answer: string, ms: number) =>
  JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "hello", port: "in" }] } },
    {
      kind: "snippet",
      name: "hello",
      language: "javascript",
      code: `const end = Date.now() + ${ms}; while (Date.now() < end); export default () => ${JSON.stringify(answer)}`,
    },
  ]);

async function versionsTried(file: string): Promise<unknown[]> {
  await using store = await openStore(file);
  return (await store.presence.instances()).map(({ data }) => (data as { trying?: number }).trying);
}

Deno.test("a version that ended the program that tried it is not tried again until it is applied again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/registry.db`;
    const args = ["--store", file, "--executors", "1"];
    const apply = (text: string) => weft(["apply", "--store", file, "--no-wait", "-f", "-"], { input: text });
    {
      await using _ = await Weft.start({ args: [...args, "-f", "-"], input: flow("one", 0) });
    }
    {
      await using runtime = await Weft.start({ args });
      assertEquals((await apply(flow("two", 800))).code, 0);
      await until("version 2 is tried", async () => (await versionsTried(file)).includes(2));
      runtime.signal("SIGKILL");
      await runtime.ended();
    }
    {
      await using runtime = await Weft.start({ args });
      assertMatch(
        await runtime.line(runtime.err, /version 2/),
        /version 2 cannot be loaded: process \d+, which tried it at .*, has ended or hangs since/,
      );
      assertEquals(await (await fetch(runtime.url)).text(), "one");
      assertEquals((await weft(["status", "--store", file])).out.match(/rejected/)?.[0], "rejected");
      // applied again, it is tried again, and this time it is not interrupted
      assertEquals((await apply(flow("two", 800))).code, 0);
      await until("version 2 is served", async () => await (await fetch(runtime.url)).text() === "two");
      // killed before it has said so, the program would be suspected again
      await until("its trial is over", async () => !(await versionsTried(file)).includes(2));
    }
    await using runtime = await Weft.start({ args });
    assertEquals(await (await fetch(runtime.url)).text(), "two");
    assertEquals(runtime.err.filter((line) => / (warn|error) /.test(line)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
