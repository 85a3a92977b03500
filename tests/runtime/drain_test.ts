import { assert, assertEquals } from "@std/assert";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

const yaml = (stream: boolean) => `
- { kind: listener, name: web, port: 0, stream: ${stream}, links: { out: [{ name: echo, port: in }] } }
- { kind: snippet, name: echo, language: javascript, code: "export default ({ body }) => body" }
`;

for (const stream of [false, true]) {
  const what = stream ? "streamed" : "read";
  Deno.test(`a body that is still being ${what} when the runtime is drained, or its listener deleted, arrives`, async () => {
    for (const close of ["drain", "delete"]) {
      await using world = await World.start(yaml(stream));
      const { runtime } = world;
      const [url] = await runtime.sockets.urls();
      using connection = await RawConnection.open(url!);
      await connection.send(
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\nhello",
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      const closed = close === "drain" ? runtime.drain() : deleteAll(world);
      await new Promise((resolve) => setTimeout(resolve, 200));
      // who comes now is too late
      const late = await fetch(url!).then((response) => response.body?.cancel().then(() => response.status), () => 503);
      assertEquals(late, 503);
      await connection.send("world");
      const answer = await connection.until(/world/);
      assert(answer.startsWith("HTTP/1.1 200"), answer);
      assert(/hello(\r\n5\r\n)?world$/.test(answer), answer);
      assert(await closed !== false, close);
    }
  });
}

async function deleteAll({ runtime: { registry } }: World): Promise<void> {
  const { change } = await import("../../src/registry/mod.ts");
  await registry.apply(registry.entries().map(({ id }) => change.delete(id)));
}
