import { assert, assertEquals, assertMatch } from "@std/assert";
import { Stream } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { RawConnection } from "./raw_connection.ts";
import { World } from "./world.ts";

// A listener with `stream: true` hands bodies on unread.
const CODES: Record<string, string> = {
  echo: "({ body }) => body",
  wrapped: `({ body, header }) => ({ status: 201, header: { "Content-Type": header["Content-Type"] }, body })`,
  ignore: `() => "ignored"`,
  fail: `() => { throw new Error("no") }`,
  inside: "({ body }) => ({ a: [body] })",
  empty: "({ body }) => body === null",
  look: "({ body }) => ({ keys: Reflect.ownKeys(body), text: JSON.stringify(body), read: typeof body.getReader })",
};
const names = Object.keys(CODES);

const NODES = JSON.stringify([
  {
    kind: "listener",
    name: "web",
    port: 0,
    stream: true,
    timeout: "500ms",
    links: { out: [{ name: "router", port: "in" }] },
  },
  {
    kind: "router",
    name: "router",
    routes: names.map((name, i) => ({ path: `/${name}`, port: `out[${i}]` })),
    links: Object.fromEntries(names.map((name, i) => [`out[${i}]`, [{ name, port: "in" }]])),
  },
  ...names.map((name) => ({
    kind: "step",
    name,
    specs: [
      { kind: "snippet", language: "javascript", code: `export default ${CODES[name]}` },
      { kind: "snippet", language: "cel", code: "self" },
    ],
  })),
]);

const CHUNK = 64 * 1024;

/** So many bytes, each chunk saying which it is, one every now and then if there is a pause. */
function body(size: number, pause = 0): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      if (sent === size) return controller.close();
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      controller.enqueue(new Uint8Array(CHUNK).fill(sent / CHUNK % 251));
      sent += CHUNK;
    },
  }, { highWaterMark: 0 });
}

/** Reads what `body` made. @returns How many bytes there were. @throws {Error} If one is not what was sent. */
async function check(stream: ReadableStream<Uint8Array>, watch: (size: number) => void = () => {}): Promise<number> {
  let at = 0;
  for await (const chunk of stream) {
    for (let i = 0; i < chunk.length; i += 1_000) {
      if (chunk[i] !== Math.floor((at + i) / CHUNK) % 251) throw new Error(`byte ${at + i} is ${chunk[i]}`);
    }
    at += chunk.length;
    watch(chunk.length);
  }
  return at;
}

Deno.test("bodies handed on as streams", async (t) => {
  await using world = await World.start(NODES);
  const { processes } = world.runtime;
  const [url] = await world.runtime.sockets.urls();
  const post = (path: string, body: BodyInit) =>
    fetch(`${url}${path}`, { method: "POST", body, headers: { "content-type": "video/x" } });

  await t.step("200 MB through two snippets and back, and memory stays flat", async () => {
    // Deno's own server buffers without end what a client sends faster than it is taken; this one stays 1 MB ahead.
    const lockstep = async (size: number) => {
      let sent = 0;
      let received = 0;
      let most = 0;
      const ahead = body(size).pipeThrough(
        new TransformStream({
          async transform(chunk, controller) {
            controller.enqueue(chunk);
            sent += chunk.length;
            await until("it comes back", () => sent - received < 2 ** 20);
          },
        }),
      );
      const response = await post("/echo", ahead);
      const count = await check(response.body!, (size) => {
        received += size;
        most = Math.max(most, Deno.memoryUsage().rss);
      });
      assertEquals(count, size);
      return most;
    };
    const before = await lockstep(800 * CHUNK);
    const growth = (await lockstep(3200 * CHUNK) - before) / 2 ** 20;
    // what both ends have read and not collected yet comes and goes
    assert(growth < 64, `memory grew by ${growth} MiB`);
  });

  await t.step("whoever does not read is not sent to: the sender waits", async () => {
    let taken = 0;
    const counted = body(800 * CHUNK).pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          taken += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    );
    const { body: echoed } = await post("/echo", counted);
    let last = -1;
    while (last !== taken) {
      last = taken;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert(taken < 25 * 2 ** 20, `${taken} bytes were taken`);
    await echoed!.cancel();
  });

  await t.step("as the body of a response, with a status and a type of its own", async () => {
    const response = await post("/wrapped", body(3 * CHUNK));
    assertEquals([response.status, response.headers.get("content-type")], [201, "video/x"]);
    assertEquals(await check(response.body!), 3 * CHUNK);
    const plain = await post("/echo", body(CHUNK));
    assertEquals(plain.headers.get("content-type"), "application/octet-stream");
    assertEquals(await check(plain.body!), CHUNK);
  });

  await t.step("one that takes longer than the request may: it has been answered", async () => {
    const response = await post("/echo", body(10 * CHUNK, 100));
    assertEquals(await check(response.body!), 10 * CHUNK);
  });

  await t.step("a request without a body has none", async () => {
    assertEquals((await world.fetch("/empty")).text, "true");
    assertEquals((await world.fetch("/empty", { method: "POST" })).text, "true");
    assertEquals(await (await post("/empty", "x")).text(), "false");
  });

  await t.step("a snippet holds it and cannot read it", async () => {
    const response = await post("/look", "secret");
    assertEquals(await response.json(), { keys: [], text: "{}", read: "undefined" });
  });

  await t.step("one that nobody reads does no harm", async () => {
    for (let i = 0; i < 5; i++) {
      const response = await post("/ignore", body(20 * CHUNK)).catch(() => undefined);
      if (response !== undefined) assertEquals(await response.text(), "ignored");
    }
    using connection = await RawConnection.open(url!);
    await connection.send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx");
    assertMatch(await connection.until(/ignored$/), /^HTTP\/1\.1 200 /);
  });

  await t.step("one that is answered as less than the body is an error", async () => {
    for (const path of ["/fail", "/inside"]) {
      const response = await post(path, body(CHUNK));
      assertEquals(response.status, 500, path);
      await response.text();
    }
  });

  await t.step("a client that stops half way ends it, and nothing else", async () => {
    const other = post("/echo", body(20 * CHUNK, 20));
    for (const path of ["/echo", "/ignore", "/wrapped"]) {
      using connection = await RawConnection.open(url!);
      await connection.send(
        `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: 1000000\r\n\r\nxyz`,
      );
      await connection.until(path === "/ignore" ? /ignored/ : /xyz/);
    }
    assertEquals(await check((await other).body!), 20 * CHUNK);
  });

  await t.step("so does one that stops reading", async () => {
    const abort = new AbortController();
    const response = await fetch(`${url}/echo`, { method: "POST", body: body(800 * CHUNK), signal: abort.signal });
    await response.body!.getReader().read();
    abort.abort();
    assertEquals((await world.fetch("/empty")).text, "true");
  });

  await t.step("and nothing of them is kept", async () => {
    await until("no process is left", () => processes.size === 0);
    assertEquals(Stream.kept, 0);
  });
});
