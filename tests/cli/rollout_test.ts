import { assertEquals, assertMatch } from "@std/assert";
import type { RuntimeReport } from "../../src/runtime/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { until } from "../support/until.ts";
import { Project } from "./project.ts";
import { listener, nop, text } from "./specs.ts";

const WEB = [listener("web", "hello"), text("hello", "hi")];

/** Registers a runtime that does nothing more. @param age The age of its heartbeat, in milliseconds. */
async function register(id: string, report: Partial<RuntimeReport>, age = 0): Promise<void> {
  await using store = await openStore(".weft/registry.db");
  const data = { namespace: "default", version: 1, urls: [], pid: 7, started: new Date().toISOString(), ...report };
  await store.presence.heartbeat({ id, time: new Date(Date.now() - age), data: data as never });
}

async function answerOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

Deno.test("apply waits for the runtimes of its namespaces, and status shows them", async () => {
  await using project = new Project({ "web.yaml": WEB });
  await project.weft("apply web.yaml");
  const runtime = await project.runtime();
  const other = await project.runtime({ namespace: "shop" });
  const [url] = await runtime.sockets.urls();
  assertEquals(await answerOf(url!), "hi");

  project.write("web.yaml", [WEB[0], text("hello", "bye")]);
  assertEquals(
    await project.weft("apply web.yaml"),
    `updated default:hello (snippet)\n  code: "hi" -> "bye"\nversion 2\nruntime ${Deno.pid} (namespace default) applied version 2`,
  );
  assertEquals(await answerOf(url!), "bye");
  const { version, runtimes } = await project.json("rollback 1");
  assertEquals([version, runtimes.length], [1, 1]);
  const { id, ...outcome } = runtimes[0];
  assertMatch(id, /^[0-9a-f-]{36}$/);
  assertEquals(outcome, { namespace: "default", pid: Deno.pid, version: 1, state: "applied" });
  assertEquals(await answerOf(url!), "hi");

  assertEquals((await project.json("apply - --no-wait", { input: "kind: nop\nname: x" })).runtimes, []);
  assertEquals((await project.json("apply - -n shop", { input: "kind: nop\nname: y" })).runtimes.length, 1);
  // runtimes of other namespaces follow head as well
  await project.weft("apply - -n third", { input: "kind: nop\nname: z" });
  await until("both runtimes are current", async () => {
    const { head, runtimes } = await project.json("status");
    assertEquals(head, 5);
    return runtimes.every(({ state }: { state: string }) => state === "current");
  });
  const lines = (await project.weft("status --strict")).split("\n");
  assertEquals(lines.slice(0, 2), ["head is version 5; 2 runtimes", lines[1]]);
  assertMatch(lines[1]!, /^NAMESPACE +PID +VERSION +STATE +LAST SEEN +LISTENING$/);
  assertMatch(lines[2]!, new RegExp(`^default +${Deno.pid} +5 +current +\\d+s +${url}$`));
  assertMatch(lines[3]!, new RegExp(`^shop +${Deno.pid} +5 +current +\\d+s$`));
  assertEquals((await project.json("status -n shop")).runtimes.length, 1);

  await runtime.close();
  await other.close();
  assertEquals(await project.weft("status"), "head is version 5; 0 runtimes");
});

Deno.test("status shows when nodes run next", async () => {
  await using project = new Project({
    "times.yaml":
      "[{ kind: cron, name: yearly, schedule: 0 0 1 1 * }, { kind: interval, name: often, interval: 1h, once: false }]",
  });
  await project.weft("apply times.yaml");
  const runtime = await project.runtime({ heartbeat: 50 });
  const year = new Date().getUTCFullYear() + 1;
  let lines: string[] = [];
  await until("the runtime has told it", async () => {
    lines = (await project.weft("status")).split("\n");
    return lines.length === 6 && lines[5]!.includes(`${year}`);
  });
  assertMatch(lines[3]!, /^NAMESPACE +PID +NODE +NEXT RUN$/);
  assertMatch(lines[4]!, new RegExp(`^default +${Deno.pid} +often +20.*Z$`));
  assertMatch(lines[5]!, new RegExp(`^default +${Deno.pid} +yearly +${year}-01-01T00:00:00.000Z$`));
  await runtime.close();
});

Deno.test("a runtime that rejects a version keeps its own, and apply and status show why", async () => {
  await using project = new Project({ "web.yaml": WEB });
  await project.weft("apply web.yaml");
  const runtime = await project.runtime();
  const [url] = await runtime.sockets.urls();
  const throws = {
    kind: "snippet",
    name: "late",
    language: "javascript",
    code: "throw new Error('not today');\nexport default () => 1;\n",
  };
  project.write("bad.yaml", [throws]);
  const { code, out } = await project.run(["apply", "bad.yaml"]);
  assertEquals(code, 1);
  const lines = out.split("\n");
  assertEquals(lines.slice(0, 3), [
    "created default:late (snippet)",
    "version 2",
    `runtime ${Deno.pid} (namespace default) rejected version 2, still running version 1:`,
  ]);
  assertMatch(lines[3]!, /^ {2}.*bad\.yaml:6:\d+: .*not today/);
  assertEquals(await answerOf(url!), "hi");

  const status = await project.json("status");
  assertEquals(status.head, 2);
  assertEquals([status.runtimes[0].version, status.runtimes[0].state], [1, "rejected"]);
  assertMatch(status.runtimes[0].reason, /not today/);
  assertMatch(await project.weft("status"), /\n {2}.*not today/);
  assertEquals((await project.run(["status", "--strict"])).code, 1);

  const ran = await project.run(["apply", "-", "-o", "json"], { input: "kind: nop\nname: more" });
  assertEquals(ran.code, 1, "the next version has the same snippet");
  assertMatch(ran.err, /rejected version 3/);
  assertEquals(JSON.parse(ran.out).runtimes[0].state, "rejected");

  await project.weft("rollback 1");
  assertEquals((await project.run(["status", "--strict"])).code, 0);
  await runtime.close();
});

Deno.test("a runtime applies concurrent versions", async () => {
  await using project = new Project({ "web.yaml": WEB });
  await project.weft("apply web.yaml");
  const runtime = await project.runtime();
  for (let round = 0; round < 5; round++) {
    const ran = await Promise.all(
      ["a", "b", "hello"].map((name) =>
        project.run(["apply", "-", "-o", "json"], { input: JSON.stringify(text(name, `${round}`)) })
      ),
    );
    for (const { code, out, err } of ran) {
      assertEquals([code, err], [0, ""]);
      assertEquals(JSON.parse(out).runtimes.map(({ state }: { state: string }) => state), ["applied"]);
    }
    assertEquals(await answerOf((await runtime.sockets.urls())[0]!), `${round}`);
  }
  assertEquals(runtime.registry.version.id, 16);
  await runtime.close();
});

Deno.test("a runtime that does not respond times out, a silent one is not waited for", async () => {
  await using project = new Project({ "a.yaml": [nop("a")], "b.yaml": [nop("b")] });
  await project.weft("apply a.yaml");
  await register("hung", { pid: 11 });
  await register("killed", { pid: 12 }, 20_000);
  await register("elsewhere", { pid: 13, namespace: "shop" });
  const { code, out } = await project.run(["apply", "b.yaml", "--timeout", "300ms"]);
  assertEquals([code, out.split("\n").at(-1)], [
    1,
    "runtime 11 (namespace default) timed out: version 2 not applied within 0.3 s, still running version 1",
  ]);
  const { runtimes } = await project.json("status");
  assertEquals(runtimes.map(({ pid, state }: { pid: number; state: string }) => [pid, state]).sort(), [
    [11, "behind"],
    [12, "silent"],
    [13, "behind"],
  ]);
  assertEquals((await project.fail("apply a.yaml --timeout soon"))[0], 2);
});
