import { assertEquals, assertMatch } from "@std/assert";
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { schemeOf } from "../../src/runtime/mod.ts";
import { World } from "./world.ts";

/** A kind of the host whose answer is the payload's path with a field that no response has. */
const foreign: Kind = defineKind({
  name: "foreign",
  summary: "Answers as another engine does.",
  place: "host",
  effect: "none",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out"] },
  examples: [{ title: "Answer", spec: { kind: "foreign" } }],
  prepare: () => ({ in: () => ({ statusCode: 404, body: "none" }) }),
});

function flow(code: string, kind = "snippet"): string {
  const node = kind === "snippet"
    ? `{ kind: snippet, name: maker, language: javascript, code: ${JSON.stringify(code)} }`
    : `{ kind: ${kind}, name: maker }`;
  return `
- { kind: listener, name: web, port: 0, links: { out: [{ name: way, port: in }] } }
- { kind: nop, name: idle }
- { kind: if, name: way, when: "true", links: { "out[0]": [{ name: maker, port: in }] } }
- ${node}
`;
}

const warnings = (world: World) => world.log.filter((line) => / warn /.test(line));

Deno.test("an answer that is nearly a response is sent as before, and warned of once for each node", async () => {
  await using world = await World.start(flow("export default () => ({ statusCode: 404, body: 'none' })"), {
    executors: 2,
  });
  const ask = () => Promise.all(Array.from({ length: 20 }, () => world.fetch("/")));
  for (const { status, text } of await ask()) {
    assertEquals([status, text], [200, '{"statusCode":404,"body":"none"}']);
  }
  assertMatch(
    await world.logged(/ warn /),
    /warn {2}\[[0-9a-f-]{36}\] maker: unknown field "statusCode" of a response; did you mean "status"\? /,
  );
  assertEquals(warnings(world).length, 1);

  // of the next version of the node it is warned again
  await world.apply(flow("export default () => ({ status: 404, boddy: 'none' })"));
  await ask();
  await world.logged(/ warn .* maker: unknown field "boddy" of a response; did you mean "body"\? /);
  await world.apply(flow("export default () => ({ status: 404, body: 'none' })"));
  for (const { status, text } of await ask()) assertEquals([status, text], [404, "none"]);
  assertEquals(warnings(world).length, 2);
});

Deno.test("so is an answer of a node of the host", async () => {
  await using world = await World.start(flow("", "foreign"), {
    scheme: schemeOf({ kinds: [foreign], origins: new Map() }),
  });
  for (let time = 0; time < 3; time++) {
    const { status, text } = await world.fetch("/");
    assertEquals([status, text], [200, '{"statusCode":404,"body":"none"}']);
  }
  const line = await world.logged(/ warn /);
  assertMatch(line, /maker: unknown field "statusCode" of a response; did you mean "status"\? /);
  assertEquals(warnings(world).length, 1);
});
