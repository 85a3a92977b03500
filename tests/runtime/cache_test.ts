import { assertEquals } from "@std/assert";
import { World } from "./world.ts";

// The kind `cache` between threads: what it keeps was made on one executor and is answered to processes on others.

Deno.test("one executor makes the answer that all others get", async () => {
  const specs = (body: string) =>
    JSON.stringify([
      { kind: "listener", name: "web", port: 0, links: { out: [{ name: "cache", port: "in" }] } },
      { kind: "cache", name: "cache", key: "self.path", links: { out: [{ name: "make", port: "in" }] } },
      {
        kind: "snippet",
        name: "make",
        language: "javascript",
        code: `let count = 0;
          export default async ({ path }) => {
            await new Promise((resolve) => setTimeout(resolve, 100));
            return { status: 201, header: { "X-Made": String(++count) }, body: { path, bytes: new Uint8Array([1]), at: "${body}" } };
          };`,
      },
    ]);
  await using world = await World.start(specs("first"), { executors: 2 });
  const answers = await Promise.all(Array.from({ length: 30 }, () => world.fetch("/a")));
  const told = ({ status, headers, text }: typeof answers[number]) => `${status} ${headers.get("x-made")} ${text}`;
  const first = '201 1 {"path":"/a","bytes":"AQ==","at":"first"}';
  assertEquals(new Set(answers.map(told)), new Set([first]));
  await world.apply(specs("second"));
  assertEquals([told(await world.fetch("/a")), (await world.fetch("/b")).text], [
    first,
    '{"path":"/b","bytes":"AQ==","at":"second"}',
  ]);
});
