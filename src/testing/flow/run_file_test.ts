import { assert, assertEquals, assertMatch } from "@std/assert";
import { defineKind } from "@weft/weft/kind";
import { z } from "zod";
import { Coverage } from "./coverage.ts";
import { formatFile } from "./format.ts";
import type { FileResult } from "./results.ts";
import { type FlowTestOptions, type FlowTestSetup, runFile } from "./run_file.ts";

const SHOP = `
- kind: listener
  name: web
  port: 8000
  timeout: 20s
  links: { out: [{ name: router, port: in }] }
- kind: router
  name: router
  routes:
    - { method: POST, path: /orders, port: "out[0]" }
    - { method: GET, path: /late, port: "out[1]" }
    - { method: GET, path: /count, port: "out[2]" }
    - { method: GET, path: /boom, port: "out[3]" }
  links:
    "out[0]": [{ name: price, port: in }]
    "out[1]": [{ name: minute, port: in }]
    "out[2]": [{ name: count, port: in }]
    "out[3]": [{ name: boom, port: in }]
- kind: snippet
  name: price
  language: javascript
  code: "export default ({ body }) => ({ body: { amount: body.n * 10 } });"
  links: { out: [{ name: again, port: in }] }
- { kind: retry, name: again, attempts: 3, delay: 1s, links: { out: [{ name: charge, port: in }], error: [{ name: failed, port: in }] } }
- { kind: http, name: charge, url: "https://pay.example.com", method: POST, timeout: 5s, links: { out: [{ name: done, port: in }] } }
- { kind: snippet, name: done, language: cel, code: '{"status": 201, "body": {"id": self.body.id, "at": null}}' }
- { kind: snippet, name: failed, language: cel, code: '{"status": 502, "body": string(self)}' }
- { kind: sleep, name: minute, interval: 1m, links: { out: [{ name: done, port: in }] } }
- { kind: cache, name: count, key: self.path, ttl: 10s, links: { out: [{ name: number, port: in }] } }
- kind: snippet
  name: number
  language: javascript
  code: |
    let n = 0;
    export default () => ({ body: { n: ++n, now: Date.now() } });
- { kind: snippet, name: boom, language: javascript, code: "export default () => { throw new Error('boom') }" }
- { kind: interval, name: hourly, interval: 1h, links: { out: [{ name: tick, port: in }] } }
- { kind: log, name: tick, level: warn }
- { kind: watch, name: files, folder: data, links: { out: [{ name: tick, port: in }] } }
`;

/** Runs the tests of a text on the shop. */
async function run(
  text: string,
  { options, setup, files = {} }: {
    options?: FlowTestOptions;
    setup?: FlowTestSetup;
    files?: Record<string, string>;
  } = {},
): Promise<{ result: FileResult; lines: string[]; folder: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "weft-" });
  for (const [name, content] of Object.entries({ "shop.yaml": SHOP, "a_test.yaml": text, ...files })) {
    await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, content);
  }
  const result = await runFile(`${folder}/a_test.yaml`, { allowFiles: [`data=${folder}:ro`], ...options }, setup);
  const lines = formatFile(result).slice(1).map((line) => line.trim().replaceAll(`${folder}/`, ""));
  return { result, lines, folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const ORDER = "{ to: web, request: { path: /orders, method: POST, body: { n: 2 } } }";

Deno.test("a request goes through the listener, mocks answer, and time is virtual", async () => {
  const began = performance.now();
  await using ran = await run(`
tests:
  - name: charges once more after a timeout
    send: ${ORDER}
    mocks:
      - node: charge
        when: self.body.amount == 20
        answers: [{ timeout: true }, { payload: { body: { id: c1 } }, delay: 2s }]
    expect:
      answer: { status: 201, headers: { content-type: { match: json } }, body: { exactly: { id: c1, at: null } } }
      calls: { charge: 2, price: { times: 1, with: { payload: { body: { n: 2 } }, port: in } } }
      path: ["router.out[0]", price, charge, charge.out, done.in]
      clock: 8s
  - name: gives up
    send: ${ORDER}
    mocks: { node: charge, answer: { error: { code: connection_refused, message: closed } } }
    expect: { answer: { status: 502, body: { match: closed } }, calls: { charge: 3 }, clock: { atMost: 3s } }
  - name: a request that takes too long
    send: { to: web, request: { path: /late } }
    expect: { answer: { status: 500 }, clock: 20s }
  - name: other mocks of the node come into play, on executors as well
    send: ${ORDER}
    mocks:
      - { node: charge, when: self.body.amount == 1, answer: { that: '{"body": {"id": string(self.body.amount)}}' } }
      - { node: charge, answer: { error: never } }
      - { node: price, answer: { payload: { body: { amount: 1 } } } }
    expect: { answer: { body: { id: "1" } } }
`);
  // the second mock of the last test is not needed
  assertEquals(ran.lines.filter((line) => line.startsWith("a_test")), [
    "a_test.yaml:25:9: the mock of charge was never used",
  ]);
  assertEquals(ran.result.tests.map(({ status }) => status), ["passed", "passed", "passed", "failed"]);
  assert(performance.now() - began < 15_000);
});

Deno.test("each test has fresh nodes, and the clock moves what depends on it", async () => {
  await using ran = await run(`
defaults: { clock: 2030-01-01T00:00:00Z }
tests:
  - name: cache
    send:
      - { to: web, request: { path: /count }, expect: { answer: { body: { n: 1, now: 1893456000000 } } } }
      - { advance: 9s }
      - { to: web, request: { path: /count }, expect: { answer: { body: { n: 1 } } } }
      - { advance: 2s }
      - { to: web, request: { path: /count } }
    expect: { answer: { body: { n: 2, now: 1893456011000 } } }
  - name: cache again
    send: { to: web, request: { path: /count } }
    expect: { answer: { body: { n: 1 } } }
  - name: intervals and other sources
    send:
      - { advance: 3h }
      - { source: files, payload: { event: create } }
    expect:
      calls: { tick: 4 }
      log: [{ level: warn, node: tick, contains: create }]
      clock: 3h
  - name: what happens in between
    send:
      - { port: minute.in, payload: { body: { id: 1 } }, wait: false }
      - { advance: 59s }
      - { port: done.in, payload: { body: { id: 2 } } }
    expect: { answer: { status: 201 }, path: [minute, done.in, done.in], clock: 1m }
`);
  assertEquals(ran.lines, []);
});

Deno.test("a call that reaches outside fails the test, with its node, place and payload", async () => {
  await using ran = await run(`
tests:
  - { name: refused, send: ${ORDER} }
  - { name: wrong answer left, send: ${ORDER}, mocks: { node: charge, answers: [{ payload: { body: { id: 1 } } }, { nothing: true }] } }
  - { name: no answer left, send: { port: charge.in, payload: 1 }, mocks: { node: charge, when: self == 2, answer: { payload: 1 } } }
`);
  assertEquals(ran.lines.filter((line) => /^(shop|a_test)/.test(line)), [
    "shop.yaml:25:3: unexpected effect: charge (http) is called by its port in with " +
    '{"body":{"amount":20}}; mock charge, or allow it with effects: [charge]',
    "a_test.yaml:4:176: the mock of charge has 1 answer left: it was called once",
    "a_test.yaml:5:75: unexpected call of charge.in: no mock takes it; the payload is 1",
    "a_test.yaml:5:75: the mock of charge when self == 2 was never used",
  ]);
});

Deno.test("what is expected and does not hold is told with its place, and with the way of the packets", async () => {
  await using ran = await run(`
tests:
  - name: wrong
    send: ${ORDER}
    mocks: { node: charge, answer: { payload: { body: { id: c1 } } } }
    expect:
      answer: { status: 200, body: { exactly: { id: c2 } } }
      calls: { charge: 2, tick: { with: { payload: 1 } }, pirce: 1, price: { with: { payload: { body: { n: 3 } } } } }
      path: [charge, router]
      clock: { atLeast: 1s }
      log: [{ contains: nothing }]
`);
  assertEquals(ran.lines.filter((line) => line.startsWith("a_test")), [
    "a_test.yaml:7:25: answer.status: expected 200, got 201",
    'a_test.yaml:7:47: answer.body: expected exactly {"id":"c2"}, got {"id":"c1","at":null}',
    "a_test.yaml:8:24: expected charge to be called twice, but it was called once",
    "a_test.yaml:8:41: expected tick to be called at least once with what matches, but it was called never",
    'a_test.yaml:8:66: unknown node "pirce"; did you mean "price"?',
    "a_test.yaml:8:84: expected price to be called at least once with what matches, but it was called once",
    "a_test.yaml:9:22: expected a packet to come to router behind charge; none did",
    "a_test.yaml:11:13: no such line in the log",
    "a_test.yaml:10:14: expected at least 1000 ms to pass, but 0 ms have passed",
  ]);
  const way = ran.lines.slice(ran.lines.indexOf("way:") + 1);
  assertMatch(way[0]!, /^web\.out > router\.in \{"method":"POST"/);
  assertEquals(way.slice(2), [
    'price.out > again.in {"body":{"amount":20}}',
    'again.out > charge.in {"body":{"amount":20}}',
    'charge.out > done.in {"body":{"id":"c1"}}',
  ]);
});

Deno.test("unexpected errors, unknown nodes and code without end fail a test", async () => {
  await using ran = await run(`
tests:
  - { name: boom, send: { to: web, request: { path: /boom } } }
  - { name: expected, send: { port: boom.in }, expect: { error: { message: boom } } }
  - { name: none, send: { port: done.in, payload: { body: { id: 1 } } }, expect: { error: true } }
  - { name: unknown, send: [{ to: wep, request: { path: / } }, { port: done.on }, { source: hourli }] }
  - { name: mock, send: { advance: 1s }, mocks: { node: chrage, answer: { nothing: true } } }
  - { name: skipped, skip: not yet, send: { advance: 1s } }
`);
  assertEquals(ran.lines.filter((line) => line.startsWith("a_test")).map((line) => line.replace(/, got.*/, "")), [
    'a_test.yaml:3:25: unexpected answer: {"status":500,"headers":{"content-type":"application/json"},"body":{"error":"Internal ' +
    'Server Error","process":"' +
    `${ran.lines.join().match(/"process":"([^"]+)/)![1]}"}}`,
    "a_test.yaml:5:91: error: expected an error",
    'a_test.yaml:6:35: unknown node "wep"; did you mean "web"?',
    'a_test.yaml:6:72: unknown in port "on" of done',
    'a_test.yaml:6:93: unknown node "hourli"; did you mean "hourly"?',
    'a_test.yaml:7:57: invalid mock: unknown node "chrage"; did you mean "charge"?',
  ]);
  assertEquals(ran.result.tests.map(({ status }) => status), [
    "failed",
    "passed",
    "failed",
    "failed",
    "failed",
    "skipped",
  ]);
});

Deno.test("what is wrong with the specs, or that there are none, is told once", async () => {
  await using broken = await run("specs: bad.yaml\ntests: []", { files: { "bad.yaml": "- { kind: nop, nane: a }" } });
  assertEquals(broken.lines, ['bad.yaml:1:16: unknown field "nane" of nop; did you mean "name"?']);
  await using missing = await run("specs: none.yaml\ntests: []");
  assertEquals(missing.lines, ["a_test.yaml:1:8: invalid specs: no such file or folder: none.yaml"]);
  await using empty = await run("specs: empty\ntests: []", { files: { "empty/x.txt": "" } });
  assertEquals(empty.lines, ["a_test.yaml:1:1: no specs in empty: name them with specs"]);
});

Deno.test("snapshots are written when asked, compared, and forgotten with their tests", async () => {
  const text = (id: string, name: string) => `
tests:
  - name: ${name}
    send: { port: done.in, payload: { body: { id: ${id} } } }
    expect: { snapshot: true }
`;
  await using first = await run(text("1", "a"), { options: { update: true } });
  assertEquals(first.lines, []);
  const path = `${first.folder}/__snapshots__/a_test.snap`;
  const again = async (content: string, options?: FlowTestOptions) => {
    await Deno.writeTextFile(`${first.folder}/a_test.yaml`, content);
    return formatFile(await runFile(`${first.folder}/a_test.yaml`, options)).slice(1).map((line) => line.trim());
  };
  assertEquals(await again(text("1", "a")), []);
  const changed = await again(text("2", "a"));
  assertMatch(changed[1]!, /the answer differs from .*a_test\.snap; weft test --update accepts it$/);
  assertEquals(changed.filter((line) => /^[-+] /.test(line)), ['-     "id": 1,', '+     "id": 2,']);
  assertMatch((await again(text("1", "b")))[1]!, /no snapshot "b" in .*; weft test --update writes it$/);
  await again(text("1", "b"), { update: true });
  assertEquals(Object.keys(JSON.parse(await Deno.readTextFile(path))), ["b"]);
});

Deno.test("coverage has every link, and whether a packet has taken it", async () => {
  const coverage = new Coverage();
  await using ran = await run(
    `tests: [{ name: a, send: { to: web, request: { path: /count } } }]`,
    { setup: { coverage } },
  );
  assertEquals(ran.lines, []);
  const links = coverage.list();
  assertEquals(links.filter(({ isTaken }) => isTaken).map(({ from, to }) => `${from} > ${to}`), [
    "web.out > router.in",
    "router.out[2] > count.in",
    "count.out > number.in",
  ]);
  const { position } = links.find(({ from }) => from === "router.out[1]")!;
  assertEquals([position?.line, position?.column], [16, 16]);
});

Deno.test("effects that are allowed are real, by node, by kind, or all", async () => {
  await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return Response.json({ id: (await request.json()).amount });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const shop = SHOP.replace("https://pay.example.com", url);
  const text = ["[charge]", "[http]", "real"].map((effects, index) =>
    `  - { name: "${index}", effects: ${effects}, send: ${ORDER}, expect: { answer: { body: { id: 20 } }, clock: 0 } }`
  );
  await using ran = await run(`tests:\n${text.join("\n")}\n`, {
    options: { allowPrivate: ["127.0.0.1"] },
    files: { "shop.yaml": shop.replace("port: 8000", "port: 0") },
  });
  assertEquals(ran.lines, []);
});

Deno.test("kinds of one's own are run, and the clock waits for what a process commits at its end", async () => {
  const deposit = defineKind({
    name: "deposit",
    summary: "Pays in.",
    place: "host",
    fields: z.object({}),
    ports: { in: ["in"], out: ["out", "error"] },
    prepare: ({ transaction }) => ({
      async in(payload, call) {
        await transaction(call, "bank", () => ({
          commit: () => new Promise<void>((resolve) => setTimeout(resolve, 50)),
          rollback() {},
        }));
        return payload;
      },
    }),
  });
  await using ran = await run(
    `
specs: bank.yaml
tests:
  - { name: allowed, effects: deposit, send: { port: bank.in, payload: 5 }, expect: { answer: 5, clock: 0 } }
  - { name: refused, send: { port: bank.in, payload: 5 } }
`,
    { options: { kinds: [deposit] }, files: { "bank.yaml": "- { kind: deposit, name: bank }" } },
  );
  assertEquals(ran.result.tests.map(({ status }) => status), ["passed", "failed"]);
  assertMatch(
    ran.lines.join("\n"),
    /bank\.yaml:1:3: unexpected effect: bank \(deposit\) is called by its port in with 5;/,
  );
});

Deno.test("with clock: real a test has the time of the machine", async () => {
  await using ran = await run(`
tests:
  - name: now
    clock: real
    send: [{ advance: 30ms }, { to: web, request: { path: /count } }]
    expect: { answer: { body: { now: { that: "self > 1790000000000.0" } } }, clock: { atLeast: 30ms, atMost: 20s } }
`);
  assertEquals(ran.lines, []);
});
