import { assertEquals } from "@std/assert";
import { snippets, World } from "../runtime/world.ts";
import { serving } from "./serving.ts";

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`${isolation}: many large answers at once, which the host takes long to read, end nobody`, async () => {
    const codes = { large: "export default () => ({ status: 200, header: {}, body: 'é'.repeat(7e6) })" };
    await using world = await World.start(snippets(codes), { isolation });
    await serving(world);
    const answers = await Promise.all(Array.from({ length: 8 }, async () => {
      const { status, text } = await world.fetch("/large");
      return { status, length: text.length };
    }));
    assertEquals(world.runtime.pool.status().deaths, [], world.log.join("\n"));
    assertEquals(answers, Array.from({ length: 8 }, () => ({ status: 200, length: 7e6 })));
  });
}
