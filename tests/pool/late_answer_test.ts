import { assert, assertEquals } from "@std/assert";
import { snippets, World } from "../runtime/world.ts";
import { serving } from "./serving.ts";

const LIMIT = 300;

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`${isolation}: a large answer that is ready close to the limit of its call ends nobody`, async () => {
    const codes = {
      // texts take longer to hand over than is left
      late: "const texts = Array.from({ length: 3e5 }, (_, n) => 'text ' + n);" +
        "export default ({ query }) => {" +
        "for (const end = Date.now() + Number(query.ms[0]); Date.now() < end;); return texts }",
      good: "export default () => 'fine'",
    };
    await using world = await World.start(snippets(codes, { timeout: LIMIT }), { isolation });
    await serving(world);
    let late = 0;
    for (let ms = 150; ms < LIMIT - 20; ms += 20) {
      const { status } = await world.fetch(`/late?ms=${ms}`);
      if (status === 200) late = ms;
      assertEquals((await world.fetch("/good")).text, "fine");
    }
    assertEquals(world.runtime.pool.status().deaths, [], world.log.join("\n"));
    assert(late > 0);
  });
}
