import { assertEquals, assertMatch } from "@std/assert";
import { listener, nop, text } from "../cli/specs.ts";
import { Weft, weft } from "./weft.ts";

async function answerOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

Deno.test("several writers, two runtimes and one store: no version is missed, and a killed runtime returns to head", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "weft-apply-" });
  const store = ["--store", `${folder}/registry.db`];
  const apply = (specs: unknown, ...args: string[]) =>
    weft(["apply", "-f", "-", "-o", "json", ...store, ...args], { input: JSON.stringify(specs) });
  const flow = [listener("web", "hello"), text("hello", "0")];
  await apply([...flow, ...flow.map((spec) => ({ ...spec, namespace: "shop" }))]);

  await using shop = await Weft.start({ args: ["--namespace", "shop", ...store] });
  {
    await using runtime = await Weft.start({ args: store });
    for (let round = 1; round <= 3; round++) {
      const ran = await Promise.all([
        apply(text("hello", `${round}`)),
        apply(text("hello", `${round}`, { namespace: "shop" })),
        apply(nop("end", { annotations: { round: `${round}` } })),
      ]);
      for (const { code, out, err } of ran) {
        assertEquals([code, err], [0, ""]);
        assertEquals(JSON.parse(out).runtimes.map(({ state }: { state: string }) => state), ["applied"]);
      }
      assertEquals(await Promise.all([runtime, shop].map(({ url }) => answerOf(url))), [`${round}`, `${round}`]);
    }
    runtime.signal("SIGKILL");
    await runtime.ended();
  }

  // the store still lists the killed runtime
  const { code, err } = await apply(text("hello", "4"), "--timeout", "300ms");
  assertEquals(code, 1);
  assertMatch(err, /version 11 not applied within 0\.3 s/);
  await using again = await Weft.start({ args: [...store, "--strict"] });
  assertEquals([await answerOf(again.url), await answerOf(shop.url)], ["4", "3"]);

  const history = JSON.parse((await weft(["history", ...store, "-o", "json"])).out);
  assertEquals(history.map(({ id, parent }: Record<string, number>) => [id, parent]), [
    ...Array.from({ length: 11 }, (_, index) => [11 - index, 10 - index]),
    [0, null],
  ]);
  Deno.removeSync(folder, { recursive: true });
});
