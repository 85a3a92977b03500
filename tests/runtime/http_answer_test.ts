import { assert, assertEquals, assertMatch } from "@std/assert";
import { snippets, World } from "./world.ts";

// What a workflow answers, as a client gets it.
const ANSWERS: Record<string, string> = {
  text: `"pöng"`,
  empty: `""`,
  number: `7`,
  whole: `2n ** 70n`,
  boolean: `false`,
  null: `null`,
  nothing: `undefined`,
  list: `[1, "a", null]`,
  map: `({ b: 1, a: [true], text: "x" })`,
  bytes: `new Uint8Array([0, 255])`,
  date: `new Date(0)`,
  error: `({ body: new Error("told") })`,
  created: `({ status: 201, header: { Location: "/a/1" }, body: { id: 1 } })`,
  status: `({ status: 404 })`,
  header: `({ header: { "X-A": "1" } })`,
  body: `({ body: "b" })`,
  null_body: `({ status: 200, body: null })`,
  not_modified: `({ status: 304, header: { ETag: '"1"' }, body: "ignored" })`,
  no_response: `({ status: 201, body: "b", extra: 1 })`,
  text_status: `({ status: "new", body: "b" })`,
  broken_status: `({ status: 200.5 })`,
  no_map: `({})`,
  low_status: `({ status: 199 })`,
  high_status: `({ status: 600, body: "b" })`,
  typed: `({ header: { "content-type": "text/html" }, body: "<p>" })`,
  typed_json: `({ header: { "Content-Type": "application/problem+json" }, body: { title: "t" } })`,
  typed_form: `({ header: { "Content-Type": "application/x-www-form-urlencoded" }, body: { a: ["1", "x y"] } })`,
  cookies:
    `({ header: { "Set-Cookie": ["a=1; Path=/", "b=2"], "X-List": ["x", "y"], "X-Number": 5, "X-None": null } })`,
  hops: `({ header: { Connection: "close", "Transfer-Encoding": "chunked", "Content-Length": "1", "Keep-Alive": "1",
    Upgrade: "h2c", TE: "x", Trailer: "x", "X-Kept": "1" }, body: "long" })`,
  split: `({ header: { "X-A": "a\\r\\nX-Evil: 1" } })`,
  line: `({ header: { "X-A": "a\\nb" } })`,
  split_list: `({ header: { "X-A": ["a", "b\\r"] } })`,
  split_name: `({ header: { "X-A\\r\\nX-Evil": "1" } })`,
  wide: `({ header: { "X-A": "€" } })`,
  map_header: `({ header: { "X-A": { a: 1 } } })`,
};

const codes = Object.fromEntries(
  Object.entries(ANSWERS).map(([name, value]) => [name, `export default () => (${value})`]),
);

Deno.test("answers of every kind", async (t) => {
  await using world = await World.start(snippets(codes));
  const got = async (name: string, init: RequestInit = {}) => {
    const { status, text, headers } = await world.fetch(`/${name}`, init);
    return [status, headers.get("content-type"), text];
  };
  const accepting = (name: string, accept: string) => got(name, { headers: { accept } });
  const [TEXT, JSON_TYPE, FORM] = [
    "text/plain; charset=utf-8",
    "application/json",
    "application/x-www-form-urlencoded",
  ];

  await t.step("values are bodies, with the type that they have", async () => {
    assertEquals(await got("text"), [200, TEXT, "pöng"]);
    assertEquals(await got("empty"), [200, TEXT, ""]);
    assertEquals(await got("number"), [200, JSON_TYPE, "7"]);
    assertEquals(await got("whole"), [200, JSON_TYPE, "1180591620717411303424"]);
    assertEquals(await got("boolean"), [200, JSON_TYPE, "false"]);
    assertEquals(await got("null"), [200, JSON_TYPE, "null"]);
    assertEquals(await got("nothing"), [204, null, ""]);
    assertEquals(await got("list"), [200, JSON_TYPE, '[1,"a",null]']);
    assertEquals(await got("map"), [200, JSON_TYPE, '{"b":1,"a":[true],"text":"x"}']);
    assertEquals(await got("date"), [200, TEXT, "1970-01-01T00:00:00.000Z"]);
    assertEquals(await got("error"), [200, TEXT, "told"]);
  });

  await t.step("bytes stay bytes", async () => {
    const [url] = await world.runtime.sockets.urls();
    const response = await fetch(`${url}/bytes`);
    assertEquals(response.headers.get("content-type"), "application/octet-stream");
    assertEquals(await response.bytes(), new Uint8Array([0, 255]));
  });

  await t.step("a map of status, header and body is a response", async () => {
    assertEquals(await got("created"), [201, JSON_TYPE, '{"id":1}']);
    assertEquals((await world.fetch("/created")).headers.get("location"), "/a/1");
    assertEquals(await got("status"), [404, null, ""]);
    assertEquals(await got("header"), [200, null, ""]);
    assertEquals(await got("body"), [200, TEXT, "b"]);
    assertEquals(await got("null_body"), [200, null, ""]);
    assertEquals(await got("not_modified"), [304, null, ""]);
  });

  await t.step("any other map is the body", async () => {
    assertEquals(await got("no_response"), [200, JSON_TYPE, '{"status":201,"body":"b","extra":1}']);
    assertEquals(await got("text_status"), [200, JSON_TYPE, '{"status":"new","body":"b"}']);
    assertEquals(await got("broken_status"), [200, JSON_TYPE, '{"status":200.5}']);
    assertEquals(await got("no_map"), [200, JSON_TYPE, "{}"]);
  });

  await t.step("500 for a response that HTTP cannot carry", async () => {
    for (
      const name of ["low_status", "high_status", "split", "line", "split_list", "split_name", "wide", "map_header"]
    ) {
      const { status, text, headers } = await world.fetch(`/${name}`);
      assertEquals(status, 500, name);
      const { error, process, ...rest } = JSON.parse(text);
      assertEquals([error, rest, headers.has("x-evil")], ["Internal Server Error", {}, false]);
      assertMatch(await world.logged(new RegExp(process)), /the response cannot be sent: /);
    }
  });

  await t.step("a content type of the answer's own wins", async () => {
    assertEquals(await got("typed"), [200, "text/html", "<p>"]);
    assertEquals(await got("typed_json"), [200, "application/problem+json", '{"title":"t"}']);
    assertEquals(await got("typed_form"), [200, FORM, "a=1&a=x+y"]);
    assertEquals(await accepting("typed", "application/json"), [200, "text/html", "<p>"]);
  });

  await t.step("several values of a header stay several", async () => {
    const { headers } = await world.fetch("/cookies");
    assertEquals(headers.getSetCookie(), ["a=1; Path=/", "b=2"]);
    assertEquals([headers.get("x-list"), headers.get("x-number"), headers.has("x-none")], ["x, y", "5", false]);
  });

  await t.step("hop-by-hop headers are not the answer's to set", async () => {
    const { headers, text } = await world.fetch("/hops");
    const names = [...headers.keys()].filter((name) => name !== "date");
    assertEquals([names.sort(), text], [["content-length", "content-type", "x-kept"], "long"]);
    assertEquals(headers.get("content-length"), "4");
  });

  await t.step("Accept decides where a value has several forms", async () => {
    assertEquals(await accepting("text", "application/json"), [200, JSON_TYPE, '"pöng"']);
    assertEquals(await accepting("text", "application/json, text/*;q=0.1"), [200, TEXT, "pöng"]);
    assertEquals(await accepting("map", FORM), [200, FORM, "b=1&a=true&text=x"]);
    assertEquals(await accepting("map", "text/html"), [200, JSON_TYPE, '{"b":1,"a":[true],"text":"x"}']);
    assertEquals(await accepting("number", "text/plain"), [200, TEXT, "7"]);
    assertEquals(await accepting("text", "text/plain;q=0"), [200, TEXT, "pöng"]);
    assertEquals(await accepting("map", ";;;,,q=%"), [200, JSON_TYPE, '{"b":1,"a":[true],"text":"x"}']);
  });

  await t.step("HEAD has the header of GET and no body", async () => {
    for (const name of ["text", "map", "created", "status", "cookies", "split"]) {
      const [get, head] = [await world.fetch(`/${name}`), await world.fetch(`/${name}`, { method: "HEAD" })];
      const headerOf = ({ headers }: typeof get) => [...headers].filter(([key]) => key !== "date");
      assertEquals([head.status, headerOf(head), head.text], [get.status, headerOf(get), ""], name);
    }
  });

  await t.step("none of it took anybody down", async () => {
    assertEquals(await got("text"), [200, TEXT, "pöng"]);
    assert(world.runtime.pool.status().deaths.length === 0);
  });
});

Deno.test("an answer's own status and encoding are the response's", async () => {
  await using world = await World.start(snippets({
    digits: `export default () => ({ status: "404", body: "b" })`,
    thrown: `export default () => { throw Object.assign(new Error("secret"), { status: 409 }); }`,
    gzip: `export default () => ({ header: { "Content-Encoding": "gzip" }, body: "pöng".repeat(1000) })`,
    zstd: `export default () => ({ header: { "Content-Encoding": "zstd" }, body: "x" })`,
  }));
  const digits = await world.fetch("/digits");
  assertEquals([digits.status, digits.text], [404, "b"]);
  const thrown = await world.fetch("/thrown");
  assertEquals([thrown.status, JSON.parse(thrown.text).error], [409, "Conflict"]);
  const gzip = await world.fetch("/gzip");
  assertEquals([gzip.status, gzip.text], [200, "pöng".repeat(1000)]);
  assertEquals((await world.fetch("/zstd")).status, 500);
  await world.logged(/invalid Content-Encoding "zstd" of a body of text/);
});

Deno.test("no answer is 204", async () => {
  await using world = await World.start(JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "nop", port: "in" }] } },
    { kind: "nop", name: "nop" },
  ]));
  const { status, text, headers } = await world.fetch("/");
  assertEquals([status, text, headers.get("content-type")], [204, "", null]);
});

Deno.test("a listener that leads nowhere answers 204", async () => {
  await using world = await World.start(JSON.stringify([{ kind: "listener", name: "web", port: 0 }]));
  assertEquals((await world.fetch("/")).status, 204);
});
