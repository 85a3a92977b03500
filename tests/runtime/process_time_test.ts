import { assertEquals, assertMatch } from "@std/assert";
import { World } from "./world.ts";

Deno.test("a request that takes longer than the listener allows is a 500, whatever its nodes may take", async () => {
  await using world = await World.start(`
- { kind: listener, name: web, port: 0, timeout: 300ms, links: { out: [{ name: slow, port: in }] } }
- kind: snippet
  name: slow
  language: javascript
  timeout: 1m
  code: export default () => new Promise((resolve) => setTimeout(resolve, 60_000))
`);
  const { status, text } = await world.fetch("/");
  assertEquals(status, 500);
  assertMatch(await world.logged(new RegExp(JSON.parse(text).process)), / error .*web: the process took too long$/);
  assertEquals(world.runtime.processes.size, 0);
});
