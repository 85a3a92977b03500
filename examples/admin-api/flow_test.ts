import { assert, assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "../../tests/e2e/text_line_stream.ts";
import { Weft } from "../../tests/e2e/weft.ts";

const TOKEN = "a token of operators";

Deno.test("specs, values and processes are managed over HTTP, by those who have a token", async (test) => {
  await using weft = await Weft.start({
    args: ["-f", "examples/admin-api/flow.yaml", "-e", "PORT=0", "-e", "ADMIN_TOKEN"],
    env: { ADMIN_TOKEN: TOKEN },
    allow: ["--allow-env=ADMIN_TOKEN"],
  });
  const ask = async (method: string, path: string, body?: unknown, token = TOKEN) => {
    const response = await fetch(new URL(path, weft.url), {
      method,
      headers: { "content-type": "application/json", "x-admin-token": token },
      ...body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) },
    });
    // deno-lint-ignore no-explicit-any -- the test knows the shape
    return { status: response.status, body: await response.json().catch(() => null) as any };
  };

  await test.step("nobody gets in without a token", async () => {
    for (const token of ["", "wrong"]) assertEquals((await ask("GET", "/v1/specs", undefined, token)).status, 401);
  });

  const changes = await fetch(new URL("/v1/changes", weft.url), { headers: { "x-admin-token": TOKEN } });
  const lines = changes.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  const next = async () => JSON.parse((await lines.read()).value!);
  const head = await next();
  assertEquals(head.event, "registry.head");

  // a port that is free now
  const probe = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = probe.addr;
  probe.close();

  await test.step("what is created serves at once, and can be changed and deleted", async () => {
    const specs = [
      { kind: "listener", name: "shop", port, links: { out: [{ name: "hi", port: "in" }] } },
      { kind: "snippet", name: "hi", language: "text", code: "hi" },
    ];
    const created = await ask("POST", "/v1/specs", specs);
    assertEquals([created.status, created.body.length], [201, 2], JSON.stringify(created.body));
    const serves = async () =>
      await (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } })).text();
    assertEquals(await serves(), "hi");
    assertEquals((await ask("PATCH", "/v1/specs", { name: "hi", code: "hello" })).status, 200);
    assertEquals(await serves(), "hello");
    assertEquals((await ask("GET", "/v1/specs?kind=snippet&name=hi")).body[0].code, "hello");
    assert((await ask("GET", "/v1/symbols")).body.some(({ name }: { name: string }) => name === "hi"));
    assertEquals((await ask("DELETE", "/v1/specs/shop")).status, 200);
    assertEquals((await ask("DELETE", "/v1/specs/shop")).status, 404);
  });

  await test.step("values are managed the same way", async () => {
    assertEquals((await ask("POST", "/v1/values", { name: "limits", data: { max: 3 } })).status, 201);
    assertEquals((await ask("PATCH", "/v1/values", { name: "limits", data: { min: 1 } })).status, 200);
    assertEquals((await ask("GET", "/v1/values")).body[0].data, { max: 3, min: 1 });
    assertEquals((await ask("DELETE", "/v1/values/limits")).status, 200);
  });

  await test.step("what is wrong changes nothing, and says why", async () => {
    const before = (await ask("GET", "/v1/specs")).body;
    const wrong: [method: string, path: string, body: unknown, status: number, error: RegExp][] = [
      ["POST", "/v1/specs", { kind: "snipet", name: "a" }, 400, /unknown kind "snipet"; did you mean "snippet"\?/],
      ["POST", "/v1/specs", { kind: "nop", name: "hi" }, 400, /already in use/],
      ["PATCH", "/v1/specs", { name: "nobody", code: "" }, 400, /unknown spec "default:nobody"/],
      ["PATCH", "/v1/specs", { name: "admin-web", port: 1 }, 403, /admin-web belongs to the API/],
      ["DELETE", "/v1/specs/admin-web", undefined, 403, /belongs to the API/],
      ["DELETE", "/v1/processes/none", undefined, 404, /nothing of that name/],
    ];
    for (const [method, path, body, status, error] of wrong) {
      const answer = await ask(method, path, body);
      assertEquals(answer.status, status, JSON.stringify(answer.body));
      assertMatch(answer.body.error, error);
    }
    assertEquals((await ask("POST", "/v1/specs", "{")).status, 400);
    assertEquals(await ask("PUT", "/v1/specs", {}), { status: 405, body: { error: "Method Not Allowed" } });
    assertEquals(await ask("GET", "/v2/specs"), { status: 404, body: { error: "Not Found" } });
    assertEquals((await ask("GET", "/v1/specs")).body, before);
  });

  await test.step("a process that waits is listed, and can be ended", async () => {
    const spec = { kind: "listener", name: "slow", port, links: { out: [{ name: "wait", port: "in" }] } };
    await ask("POST", "/v1/specs", [spec, { kind: "sleep", name: "wait", interval: "20s" }]);
    const waiting = fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } });
    // each request is a process too, but one that ends
    const ids = async () => (await ask("GET", "/v1/processes")).body.map(({ id }: { id: string }) => id);
    let lasting: string[] = [];
    while (lasting.length === 0) {
      const [before, after] = [await ids(), await ids()];
      lasting = before.filter((id: string) => after.includes(id));
    }
    assertEquals((await ask("DELETE", `/v1/processes/${lasting[0]}`)).status, 200);
    const response = await waiting;
    assertEquals(response.status, 500);
    await response.body?.cancel();
  });

  await test.step("all of it was told, a line for each change", async () => {
    const events: string[] = [];
    for (let event = await next();; event = await next()) {
      events.push(event.event === "registry.commit" ? "commit" : `${event.event.slice("entry.".length)} ${event.name}`);
      if (event.name === "wait") break;
    }
    assertEquals(events.slice(0, 3), ["create hi", "create shop", "commit"]);
    assert(events.includes("update hi") && events.includes("delete shop") && events.includes("create limits"));
    await lines.cancel();
  });
});
