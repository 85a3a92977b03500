import { assertEquals } from "@std/assert";
import { encodeResponse, headerText, requestPayload } from "../../src/http/mod.ts";
import type { Answer, Value, ValueMap } from "../../src/value/mod.ts";

/** A real server whose requests are payloads and whose responses are answers. */
async function served(
  answer: (payload: ValueMap) => Answer,
  use: (origin: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const headers = headerText(request.headers);
    const body = request.body === null ? null : await request.bytes();
    const payload = requestPayload({ method: request.method, url: request.url, protocol: "HTTP/1.1", headers, body });
    const response = encodeResponse(answer(payload), {
      method: request.method,
      accept: request.headers.get("accept") ?? undefined,
    }, { process: "p" });
    const pairs: [string, string][] = [];
    for (let i = 0; i < response.headers.length; i += 2) pairs.push([response.headers[i]!, response.headers[i + 1]!]);
    return new Response(response.body as BodyInit | null, { status: response.status, headers: pairs });
  });
  try {
    await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** Sends the head of a request as it stands, and reads the whole response. */
async function raw(origin: string, ...lines: string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(origin).port) });
  await connection.write(new TextEncoder().encode([...lines, "Connection: close", "", ""].join("\r\n")));
  return await new Response(connection.readable).text();
}

Deno.test("what a client sends arrives, and what is answered reaches it", async () => {
  await served(
    ({ method, path, query, body }) => ({ method: method!, path: path!, query: query!, body: body! }),
    async (origin) => {
      const form = new FormData();
      form.append("name", "wéft");
      form.append("file", new File(["a,b"], "täble.csv", { type: "text/csv" }));
      const response = await fetch(`${origin}/caf%C3%A9?a=1&a=2`, { method: "POST", body: form });
      assertEquals(response.headers.get("content-type"), "application/json");
      const { body, ...rest } = await response.json() as Record<string, Value>;
      assertEquals(rest, { method: "POST", path: "/caf%C3%A9", query: { a: ["1", "2"] } });
      const { values, files } = body as { values: ValueMap; files: { file: ValueMap[] } };
      assertEquals(values, { name: ["wéft"] });
      assertEquals([files.file[0]!.filename, files.file[0]!.size, files.file[0]!.data], ["täble.csv", 3, "a,b"]);
    },
  );
});

Deno.test("header, status and HEAD keep what the answer says", async () => {
  await served(
    () => ({ status: 201, header: { "Set-Cookie": ["a=1", "b=2"], "X-N": 1 }, body: "pöng" }),
    async (origin) => {
      for (const method of ["GET", "HEAD"]) {
        const response = await fetch(`${origin}/`, { method });
        assertEquals([response.status, response.headers.get("content-length")], [201, "5"], method);
        assertEquals([response.headers.getSetCookie(), response.headers.get("x-n")], [["a=1", "b=2"], "1"]);
        assertEquals(await response.text(), method === "GET" ? "pöng" : "");
      }
    },
  );
});

Deno.test("a host header cannot become a part of the path", async () => {
  await served(({ host, path }) => ({ host: host!, path: path! }), async (origin) => {
    const sent = async (...lines: string[]) => JSON.parse((await raw(origin, ...lines)).split("\r\n\r\n")[1]!);
    assertEquals(await sent("GET /x HTTP/1.1", "Host: a/admin?b"), { host: "a/admin?b", path: "/x" });
    assertEquals(await sent("GET /x/../y//z HTTP/1.1", "Host: a:1"), { host: "a:1", path: "/x/../y//z" });
    assertEquals(await sent("GET http://other:9/x HTTP/1.1", "Host: a"), { host: "other:9", path: "/x" });
  });
});
