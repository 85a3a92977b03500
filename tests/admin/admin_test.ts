import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Admin, parseAddress } from "../../src/admin/mod.ts";
import { Weft } from "../e2e/weft.ts";
import { serving } from "../pool/serving.ts";
import { RawConnection } from "../runtime/raw_connection.ts";
import { snippets, World } from "../runtime/world.ts";

async function get(admin: Admin, path: string, init: RequestInit = {}) {
  const answer = await fetch(new URL(path, admin.url), init);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

const SPECS = snippets({
  good: "export default () => 'fine'",
  bad: "export default () => { throw new Error('x') }",
  native:
    "export default () => { const s = 'a'.repeat(1 << 28); let n = 0; for (let i = 0; i < 10; i++) n += s.lastIndexOf('b' + i); return n }",
}, { timeout: 100 });

Deno.test("/health responds from the start, /ready once head runs and until draining begins", async () => {
  await using admin = new Admin("127.0.0.1:0");
  assertEquals((await get(admin, "/health")).text, "ok\n");
  for (const path of ["/ready", "/status", "/metrics"]) {
    const { status, text } = await get(admin, path);
    assertEquals([status, text], [503, "starting\n"]);
  }
  await using world = await World.start(SPECS);
  admin.attach(world.runtime);
  assertEquals((await get(admin, "/ready")).text, "ready\n");
  // rejecting a later version does not affect the running one
  await world.apply(snippets({ good: "for (;;); export default () => 1" })).catch(() => {});
  assertEquals((await get(admin, "/ready")).status, 200);
  admin.drain();
  assertEquals([(await get(admin, "/ready")).status, (await get(admin, "/ready")).text], [503, "draining\n"]);
  assertEquals((await get(admin, "/health")).status, 200);
  assertEquals(JSON.parse((await get(admin, "/status")).text).draining, true);
});

Deno.test("endpoints are read-only, and other paths are not found", async () => {
  await using admin = new Admin("127.0.0.1:0");
  const { status, headers } = await get(admin, "/health", { method: "POST", body: "x" });
  assertEquals([status, headers.get("allow")], [405, "GET, HEAD"]);
  assertEquals((await get(admin, "/")).status, 404);
  assertEquals((await get(admin, "/health", { method: "HEAD" })).status, 200);
});

/** Parses the text format of Prometheus as strictly as Prometheus does. */
function parseMetrics(text: string): { samples: Map<string, number>; types: Map<string, string> } {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  assert(text.endsWith("\n"));
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE (\w+) (counter|gauge|histogram)$/.exec(line);
    if (type !== null) {
      assert(!types.has(type[1]!), `duplicate type of ${type[1]}`);
      types.set(type[1]!, type[2]!);
    } else if (!/^# HELP \w+ \S/.test(line)) {
      const [, name, labels = "", value] = /^(\w+)(\{\w+="[^"\\\n]*"(?:,\w+="[^"\\\n]*")*\})? (\S+)$/.exec(line) ?? [];
      assert(name !== undefined, `invalid sample: ${line}`);
      assert(types.has(name.replace(/_(bucket|sum|count)$/, "")) || types.has(name), `${name} has no type`);
      assert(Number.isFinite(Number(value)), line);
      samples.set(name + labels, Number(value));
    }
  }
  return { samples, types };
}

Deno.test("/status and /metrics report requests and restarts", async () => {
  await using admin = new Admin("127.0.0.1:0");
  await using world = await World.start(SPECS);
  admin.attach(world.runtime);
  await serving(world);
  for (let i = 0; i < 5; i++) await world.fetch("/good");
  for (let i = 0; i < 2; i++) await world.fetch("/bad");
  await world.fetch("/nowhere");
  await world.fetch("/native");
  await serving(world);
  const status = JSON.parse((await get(admin, "/status")).text);
  assertEquals(status.requests, { 200: 5, 404: 1, 500: 3 });
  assertEquals(status.restarts, { time: 1, silence: 0, memory: 0, crash: 0, abort: 0, signal: 0, order: 0 });
  assertEquals([status.deaths[0].reason, status.deaths[0].node], ["time", "native"]);
  assertMatch(status.deaths[0].why, /one call took longer than 300 ms/);
  assertEquals(status.executors.map(({ state, inFlight }: Record<string, unknown>) => [state, inFlight]), [
    ["serving", 0],
    ["spare", 0],
  ]);
  assertEquals([status.version, status.symbols, status.processes, status.namespace], [1, 5, 0, "default"]);
  const { text, headers } = await get(admin, "/metrics");
  assertEquals(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const { samples, types } = parseMetrics(text);
  assertEquals(Object.fromEntries(types), {
    weft_ready: "gauge",
    weft_uptime_seconds: "gauge",
    weft_version: "gauge",
    weft_symbols: "gauge",
    weft_processes: "gauge",
    weft_executors: "gauge",
    weft_executor_packets_in_flight: "gauge",
    weft_executor_stops_total: "counter",
    weft_executor_restarts_total: "counter",
    weft_requests_total: "counter",
    weft_request_duration_seconds: "histogram",
    process_resident_memory_bytes: "gauge",
    weft_host_heap_bytes: "gauge",
    weft_metrics_dropped_total: "counter",
  });
  const expected: Record<string, number> = {
    'weft_requests_total{status="200"}': 5,
    'weft_requests_total{status="500"}': 3,
    'weft_executor_restarts_total{reason="time"}': 1,
    'weft_executor_restarts_total{reason="memory"}': 0,
    'weft_executors{state="serving"}': 1,
    'weft_request_duration_seconds_bucket{le="+Inf"}': 9,
    weft_request_duration_seconds_count: 9,
    weft_ready: 1,
    weft_version: 1,
    weft_symbols: 5,
    weft_processes: 0,
  };
  for (const [name, value] of Object.entries(expected)) assertEquals(samples.get(name), value, name);
  assert(samples.get("process_resident_memory_bytes")! > 20e6);
  // the killed call took more than 0.1 s
  const short = samples.get('weft_request_duration_seconds_bucket{le="0.1"}')!;
  assert(short <= 8 && short >= 1, text);
});

Deno.test("parseAddress parses addresses", () => {
  assertEquals(parseAddress("127.0.0.1:9180"), { hostname: "127.0.0.1", port: 9180 });
  assertEquals(parseAddress("[::1]:0"), { hostname: "::1", port: 0 });
  assertEquals(parseAddress("localhost:80"), { hostname: "localhost", port: 80 });
  for (const bad of ["", "9180", ":9180", "a:b", "a:70000", "http://a:1", "::1:80"]) {
    assertThrows(() => parseAddress(bad), Error, "expected HOST:PORT");
  }
});

Deno.test("an address in use is an error", async () => {
  await using admin = new Admin("127.0.0.1:0");
  assertThrows(() => new Admin(new URL(admin.url).host), Error, "is already in use");
});

Deno.test("start --admin serves the status, and status --admin prints it", async () => {
  await using weft = await Weft.start({ args: ["-f", "-", "--admin", "127.0.0.1:0"], input: SPECS });
  const url = /^admin\s+(\S+)/.exec(await weft.line(weft.out, /^admin/))![1]!;
  assertEquals(await (await fetch(new URL("/ready", url))).text(), "ready\n");
  const status = async (...more: string[]) => {
    const args = ["run", "-A", "--no-check", "--quiet", "main.ts", "status", "--store", "nowhere.db", ...more];
    const child = new Deno.Command(Deno.execPath(), { args, cwd: new URL("../../", import.meta.url), stdin: "null" });
    const { code, stdout, stderr } = await child.output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };
  const { code, out } = await status("--admin", url);
  assertEquals(code, 0);
  assertMatch(out, /default runs version 1: ready, 0 open requests, \d+ MiB, up \d+s/);
  assertMatch(out, /EXECUTOR +STATE +IN FLIGHT +PROCESSES\n1 +serving/);
  assertMatch(out, /no executor restarts/);
  assertEquals(JSON.parse((await status("--admin", new URL(url).host, "-o", "json")).out).admin.version, 1);
  const nobody = await status("--admin", "127.0.0.1:1");
  assertEquals(nobody.code, 1);
  assertMatch(nobody.err, /cannot reach a runtime at 127.0.0.1:1/);
});

Deno.test("on a loopback address it answers to addresses, localhost and the names given, and to no other host", async () => {
  await using admin = new Admin("127.0.0.1:0", { hosts: ["weft.test"] });
  const statusFor = async (host: string) => {
    using connection = await RawConnection.open(admin.url);
    await connection.send(`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return (await connection.rest()).slice(9, 12);
  };
  for (const host of ["127.0.0.1", "localhost:80", "[::1]", "weft.test:9180"]) {
    assertEquals(await statusFor(host), "200");
  }
  for (const host of ["evil.example", "weft.test.evil.example:9180"]) assertEquals(await statusFor(host), "403");
  assertEquals(await statusFor("a b"), "400");
  await using open = new Admin("0.0.0.0:0");
  using connection = await RawConnection.open(open.url);
  await connection.send("GET /health HTTP/1.1\r\nHost: weft\r\nConnection: close\r\n\r\n");
  assertMatch(await connection.rest(), /^HTTP\/1\.1 200 /);
});
