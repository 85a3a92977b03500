import { assert, assertEquals, assertMatch } from "@std/assert";
import { defineKind } from "@weft/weft/kind";
import { startWorkflow } from "@weft/weft/testing";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { Stream, type ValueMap } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

// Streams that nobody reads: whatever a flow makes of an answer with one, nothing of it is left behind.

/** A server whose answers do not end before their connection does. The path is the content type. */
async function endless() {
  const sockets = new Set<unknown>();
  let asked = 0;
  const server = createServer(({ url }, response) => {
    asked++;
    response.writeHead(200, { "content-type": url!.slice(1) || "application/octet-stream" });
    response.write("begin".repeat(1_000));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get open() {
      return sockets.size;
    },
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What answers with a stream. */
const SOURCES = (url: string, root: string): Record<string, Record<string, unknown>> => ({
  http: { kind: "http", method: "GET", url, stream: true },
  static: { kind: "static", root },
  events: { kind: "events" },
  listener: { kind: "snippet", language: "javascript", code: "export default ({ body }) => ({ body })" },
});

/** What becomes of the answer of `source`: nodes, the first of which gets the request. */
const FLOWS: Record<string, readonly Record<string, unknown>[]> = {
  "a snippet takes its place": [
    { kind: "pipe", links: { "out[0]": "source", "out[1]": "next" } },
    { kind: "snippet", name: "next", language: "text", code: "ok" },
  ],
  "a snippet fails with it": [
    { kind: "pipe", links: { "out[0]": "source", "out[1]": "next" } },
    { kind: "snippet", name: "next", language: "javascript", code: "export default () => { throw new Error('no') }" },
  ],
  "a snippet answers with a part of it": [
    { kind: "pipe", links: { "out[0]": "source", "out[1]": "next" } },
    {
      kind: "snippet",
      name: "next",
      language: "javascript",
      code: "export default ({ status }) => ({ status, body: 'x' })",
    },
  ],
  "it cannot be sent": [
    { kind: "pipe", links: { "out[0]": "source", "out[1]": "next" } },
    {
      kind: "snippet",
      name: "next",
      language: "javascript",
      code: "export default ({ body }) => ({ header: { 'X-Bad': 'a\\nb' }, body })",
    },
  ],
  "it is inside of data": [
    { kind: "pipe", links: { "out[0]": "source", "out[1]": "next" } },
    { kind: "snippet", name: "next", language: "javascript", code: "export default ({ body }) => ({ a: [body] })" },
  ],
  "a status has no body": [
    { kind: "pipe", links: { "out[0]": "source", "out[1]": "next" } },
    {
      kind: "snippet",
      name: "next",
      language: "javascript",
      code: "export default ({ body }) => ({ status: 204, body })",
    },
  ],
  "nobody waits for it": [
    { kind: "fork", links: { out: "source" } },
  ],
  "it was answered before": [
    { kind: "respond", status: 202, body: "later", links: { out: "source" } },
  ],
  "the host sends it on and drops it": [
    { kind: "pipe", links: { "out[0]": "source", "out[1]": "next" } },
    { kind: "log", name: "next", links: { out: "last" } },
    { kind: "snippet", name: "last", language: "text", code: "ok" },
  ],
};

/** Returns the specs of all sources in all flows, each at a path of its own, and these paths. */
function combined(sources: Record<string, Record<string, unknown>>): { specs: string; paths: string[] } {
  const specs: Record<string, unknown>[] = [];
  const paths: string[] = [];
  const firsts: string[] = [];
  for (const [source, sourceSpec] of Object.entries(sources)) {
    for (const [flow, nodes] of Object.entries(FLOWS)) {
      const prefix = `n${paths.length}`;
      paths.push(`${source}: ${flow}`);
      firsts.push(`${prefix}-first`);
      const port = source === "events" ? "io" : "in";
      const to = (name: unknown) => [{ name: `${prefix}-${name}`, port: name === "source" ? port : "in" }];
      for (const [index, { name = "first", links = {}, ...fields }] of nodes.entries()) {
        const entries = Object.entries(links as object).map(([out, target]) => [out, to(target)]);
        specs.push({
          ...fields,
          name: `${prefix}-${index === 0 ? "first" : name}`,
          links: Object.fromEntries(entries),
        });
      }
      specs.push({ ...sourceSpec, name: `${prefix}-source` });
    }
  }
  const links = Object.fromEntries(firsts.map((name, index) => [`out[${index}]`, [{ name, port: "in" }]]));
  const routes = firsts.map((_, index) => ({ path: `/${index}/*`, port: `out[${index}]` }));
  specs.push({
    kind: "listener",
    name: "web",
    port: 0,
    stream: true,
    links: { out: [{ name: "router", port: "in" }] },
  });
  specs.push({ kind: "router", name: "router", routes, links });
  return { specs: JSON.stringify(specs), paths };
}

Deno.test("a stream that a flow drops is closed, and so is the connection that it comes from", async (test) => {
  await using upstream = await endless();
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${root}/large.bin`, new Uint8Array(1_000_000));
    const before = Stream.kept;
    const { specs, paths } = combined(SOURCES(upstream.url, root));
    await using world = await World.start(specs, { allowPrivate: ["127.0.0.0/8"] });
    const [web] = await world.runtime.urls();
    for (const [index, what] of paths.entries()) {
      await test.step(what, async () => {
        const body = what.startsWith("listener") ? new Blob(["x".repeat(100_000)]).stream() : undefined;
        const method = body === undefined ? "GET" : "POST";
        const { asked } = upstream;
        const response = await fetch(`${web}/${index}/large.bin`, { method, ...body !== undefined && { body } });
        await response.body?.cancel();
        if (what.startsWith("http")) await until("the server was asked", () => upstream.asked > asked);
        await until("the server has no connection", () => upstream.open === 0);
        await until("no stream is left", () => Stream.kept === before);
      });
    }
    assertEquals(Stream.kept, before);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("when a client goes away, the connection that its answer comes from is closed", async (test) => {
  await using upstream = await endless();
  const link = (name: string) => [{ name, port: "in" }];
  await using world = await World.start(
    JSON.stringify([
      { kind: "listener", name: "web", port: 0, links: { out: link("source") } },
      { kind: "http", name: "source", url: upstream.url, stream: true },
    ]),
    { allowPrivate: ["127.0.0.0/8"] },
  );
  const [web] = await world.runtime.urls();
  const before = Stream.kept;
  for (const type of ["application/octet-stream", "text/plain", "text/event-stream"]) {
    await test.step(type, async () => {
      const controller = new AbortController();
      const headers = { "accept-encoding": type === "text/plain" ? "gzip" : "identity" };
      const response = await fetch(`${web}/${type}`, { headers, signal: controller.signal });
      assertEquals(response.headers.get("content-type"), type);
      assertEquals(upstream.open, 1);
      controller.abort();
      await response.body?.cancel().catch(() => {});
      await until("the server has no connection", () => upstream.open === 0);
      assertEquals(Stream.kept, before);
    });
  }
});

/** Ends its process some time after the answer, with an error if it is told so. */
const late = defineKind({
  name: "late",
  summary: "Ends its process later.",
  place: "host",
  effect: "none",
  fields: z.object({ fails: z.boolean().describe("Whether the process fails then.") }),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: ({ fields }) => ({
    in(payload, call) {
      call.process.onExit(async () => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        if (fields.fails) throw new Error("it cannot be committed");
      });
      return payload;
    },
  }),
});

Deno.test("a stream waits for what is to be done before the first byte leaves, and is closed if that fails", async () => {
  const root = await Deno.makeTempDir();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("x".repeat(1_000_000), { headers: { "content-type": "text/plain" } }),
  );
  try {
    // one is sent as it is, the other compressed as it is sent
    for (const file of ["large.bin", "large.txt"]) await Deno.writeFile(`${root}/${file}`, new Uint8Array(1_000_000));
    const sources = [
      { kind: "static", root },
      { kind: "http", method: "GET", url: `http://127.0.0.1:${server.addr.port}/`, stream: true },
    ];
    for (const fails of [false, true]) {
      for (const source of sources) {
        const before = Stream.kept;
        await using workflow = await startWorkflow([
          { kind: "listener", name: "web", port: 0, links: { out: [{ name: "late", port: "in" }] } },
          { kind: "late", name: "late", fails, links: { out: [{ name: "source", port: "in" }] } },
          { ...source, name: "source" },
        ], { kinds: [late], allow: true, allowPrivate: ["127.0.0.0/8"] });
        const [url] = await workflow.urls();
        for (const file of ["large.bin", "large.txt"]) {
          const response = await fetch(`${url}/${file}`);
          const { length } = await response.text();
          assertEquals([response.status, length === 1_000_000], fails ? [500, false] : [200, true], file);
          await until("no stream is left", () => Stream.kept === before);
        }
      }
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** Reads the stream of a request, which is then no answer any more. */
const reader = defineKind({
  name: "reader",
  summary: "Reads a stream.",
  place: "host",
  effect: "none",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: () => ({
    async in(payload) {
      const { body } = payload as ValueMap;
      await new Response((body as Stream).take()).bytes();
      return { body: body! };
    },
  }),
});

Deno.test("an answer with a stream that was read already is an error that says so", async () => {
  await using workflow = await startWorkflow([
    { kind: "listener", name: "web", port: 0, stream: true, links: { out: [{ name: "reader", port: "in" }] } },
    { kind: "reader", name: "reader" },
  ], { kinds: [reader], allow: true });
  const [url] = await workflow.urls();
  const response = await fetch(url!, { method: "POST", body: new Blob(["hello"]).stream() });
  assertEquals(response.status, 500);
  await response.body?.cancel();
  const errors = workflow.log.filter(({ level }) => level === "error");
  assert(errors.length > 0);
  assertMatch(errors[0]!.message, /the response cannot be sent: a stream can be read once/);
});
