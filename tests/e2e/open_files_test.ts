import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawConnection } from "../runtime/raw_connection.ts";
import { Weft } from "./weft.ts";

const FLOW = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "slow", port: "in" }] } },
  {
    kind: "snippet",
    name: "slow",
    language: "javascript",
    timeout: "10s",
    code:
      "export default ({ path }) => { if (path === '/slow') { const to = Date.now() + 2000; while (Date.now() < to); }" +
      " return path }",
  },
]);

const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

Deno.test({
  name:
    "more connections than the system allows files: the listeners and --admin go on, requests in flight are answered",
  ignore: Deno.build.os === "windows", // it has no such limit
  async fn() {
    await using server = await Weft.start({
      args: ["-f", "-", "--admin", "127.0.0.1:0"],
      input: FLOW,
      openFiles: 200,
    });
    const admin = server.out.flatMap((line) => /^admin\s+(\S+)/.exec(line)?.[1] ?? [])[0]!;
    for (const [url, name] of [[server.url, "listener"], [admin, "admin"]] as const) {
      const idle: RawConnection[] = [];
      using busy = await RawConnection.open(url);
      await busy.send(head("/slow"));
      // the last ones may find nobody who listens while the address is bound again
      for (let n = 0; n < 250; n++) {
        const opened = await RawConnection.open(url).catch(() => undefined);
        if (opened === undefined) continue;
        idle.push(opened);
        if (n % 2 === 0) await opened.send("GET / HTTP/1.1\r\nHo").catch(() => {}); // half a header
      }
      const port = new URL(url).port;
      assertMatch(
        await server.line(server.err, new RegExp(`warn .*:${port}: Too many open files`)),
        /cannot accept connections on 127\.0\.0\.1:\d+: Too many open files/,
      );
      let served = 0;
      for (let n = 0; n < 20 && served < 3; n++) {
        const status = await fetch(url).then(async (response) => (await response.body?.cancel(), response.status))
          .catch(() => 0);
        if (status !== 0) served++;
        else await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assertEquals(served, 3, `${name}: ${server.err.join("\n")}`);
      if (name === "listener") assertMatch(await busy.until(/\r\n\r\n\/slow/), /^HTTP\/1\.1 200 /);
      for (const connection of idle) connection[Symbol.dispose]();
    }
    assert(!server.err.some((line) => /Uncaught/.test(line)), server.err.join("\n"));
  },
});
