import { assert, assertEquals } from "@std/assert";
import { listener, text } from "../cli/specs.ts";
import { until } from "../support/until.ts";
import { answerOf, folder } from "./files.ts";
import { Weft, weft } from "./weft.ts";

/** A snippet that is busy for some milliseconds before it returns. */
function busy(milliseconds: number) {
  const code = `export default function () {
  for (const end = Date.now() + ${milliseconds}; Date.now() < end;);
  return "done";
}
`;
  return { kind: "snippet", name: "busy", language: "javascript", timeout: "1m", code };
}

/** Waits until a server with `--admin` has a request in flight. */
async function inFlight(server: Weft): Promise<void> {
  const admin = /^admin\s+(\S+)/.exec(server.out.find((line) => line.startsWith("admin"))!)![1]!;
  await until(
    "a request is in flight",
    async () => /^weft_processes 1$/m.test(await answerOf(String(new URL("/metrics", admin)))),
  );
}

Deno.test("SIGTERM finishes requests in flight, accepts no new ones and exits with 0", async () => {
  const flow = [listener("web", "busy"), busy(1_000)];
  await using server = await Weft.start({ args: ["-f", "-", "--admin", "127.0.0.1:0"], input: JSON.stringify(flow) });
  const answer = answerOf(server.url);
  await inFlight(server);
  server.signal("SIGTERM");
  await server.line(server.err, /stopping: finishing requests in flight/);
  await until("connections are refused", () => answerOf(server.url).then(() => false, () => true));
  assertEquals(await answer, "done");
  assertEquals(await server.ended(), 0);
});

Deno.test("SIGINT with no requests in flight exits immediately with 0, and deregisters the runtime", async () => {
  const path = folder({ "web.yaml": [listener("web", "hello"), text("hello", "hi")] });
  const store = `${path}/registry.db`;
  await using server = await Weft.start({ args: ["-f", `${path}/web.yaml`, "--store", store] });
  const began = performance.now();
  server.signal("SIGINT");
  assertEquals(await server.ended(), 0);
  assert(performance.now() - began < 30_000);
  assertEquals((await weft(["status", "--store", store])).out, "head is version 1; 0 runtimes\n");
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a second signal exits immediately with 1; two within half a second count as one", async () => {
  const flow = [listener("web", "busy"), busy(20_000)];
  await using server = await Weft.start({ args: ["-f", "-", "--admin", "127.0.0.1:0"], input: JSON.stringify(flow) });
  const answer = answerOf(server.url).catch(() => "cut short");
  await inFlight(server);
  server.signal("SIGINT");
  server.signal("SIGINT");
  await server.line(server.err, /stopping/);
  await new Promise((resolve) => setTimeout(resolve, 700));
  const ended = server.ended();
  assertEquals(await Promise.race([ended, Promise.resolve("drains")]), "drains");
  const began = performance.now();
  server.signal("SIGTERM");
  assertEquals(await ended, 1);
  assert(performance.now() - began < 30_000);
  assertEquals(await answer, "cut short");
});
