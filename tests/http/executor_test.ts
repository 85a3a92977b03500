import { assertEquals, assertStringIncludes } from "@std/assert";
import zlib from "node:zlib";
import { headerText } from "../../src/http/mod.ts";
import type { Job, Outcome } from "./thread/executor.ts";

const encoder = new TextEncoder();
const project = new URL("../../", import.meta.url);

function post(type: string, body: string | Uint8Array, encoding?: string): Job {
  const headers = [["accept", "text/html;q=0.3, application/json"], ["content-type", type], ["host", "a"]] as [
    string,
    string,
  ][];
  if (encoding !== undefined) headers.push(["content-encoding", encoding]);
  const bytes = typeof body === "string" ? encoder.encode(body) : new Uint8Array(body);
  return {
    request: { method: "POST", url: "http://a/x", protocol: "HTTP/1.1", headers: headerText(headers), body: bytes },
    read: "body",
  };
}

Deno.test("all of it works on a thread without permissions and web globals", async () => {
  const warden = new Worker(new URL("./thread/warden.ts", import.meta.url), {
    type: "module",
    deno: { permissions: { read: [new URL("src/", project), new URL("tests/http/", project)] } },
  });
  const { port1: port, port2 } = new MessageChannel();
  const next = <T>() => new Promise<T>((resolve) => port.onmessage = ({ data }) => resolve(data));
  try {
    const ready = next<unknown>();
    warden.postMessage(null, [port2]);
    assertEquals(await ready, { granted: [], left: [] });

    const get = { method: "GET", url: "http://a/caf%C3%A9/1?b=%C3%A9", protocol: "HTTP/1.1", body: null };
    const jobs: Job[] = [
      { request: { ...get, headers: headerText([["accept", "text/plain"], ["host", "a"]]) }, answer: "pöng" },
      { request: { ...get, method: "HEAD", headers: headerText([["host", "a"]]) }, answer: "pöng" },
      { request: { ...get, headers: headerText([["host", "a"]]) }, read: "query" },
      { request: { ...get, headers: headerText([["host", "a"]]) }, read: "header" },
      post("application/json", '{"a":[1]}'),
      post("application/json", "{"),
      post("application/x-www-form-urlencoded", "a=%ff+b"),
      post("multipart/form-data; boundary=b", '--b\r\nContent-Disposition: form-data; name="é"\r\n\r\n1\r\n--b--'),
      post("text/plain; charset=euc-kr", new Uint8Array([0xb0, 0xa1])),
      post("text/plain; charset=klingon", "a"),
      post("text/plain", zlib.gzipSync("zipped"), "gzip"),
      post("text/plain", zlib.deflateRawSync("flat"), "deflate"),
      post("text/plain", zlib.gzipSync(new Uint8Array(1 << 22)), "gzip"),
      { ...post("text/plain", "x"), read: "method", answer: 1n },
    ];
    const answers = next<Outcome[]>();
    port.postMessage(jobs);
    const [text, head, query, header, json, bad, form, parts, korean, klingon, gzip, deflate, bomb, method] =
      await answers;

    assertEquals([text!.status, text!.headers, text!.body], [
      200,
      ["content-type", "text/plain; charset=utf-8"],
      "pöng",
    ]);
    assertEquals(text!.match, { port: "out[0]", params: { id: "1" } });
    assertEquals(head!.headers.slice(2), ["content-length", "5"]);
    assertEquals(query!.value, { b: ["é"] });
    assertEquals(header!.value, { Host: ["a"] });
    assertEquals([json!.value, json!.body, json!.match], [{ a: [1] }, '{"a":[1]}', { status: 404 }]);
    assertEquals(bad!.status, 400);
    assertStringIncludes(bad!.error!, "the body is not JSON");
    assertEquals(form!.value, { a: ["\uFFFD b"] });
    assertEquals(parts!.value, { values: { é: ["1"] }, files: {} });
    assertEquals(korean!.value, "가");
    assertEquals(klingon!.status, 415);
    assertEquals([gzip!.value, deflate!.value], ["zipped", "flat"]);
    assertEquals([bomb!.status, bomb!.error], [413, "the body is larger than 1048576 bytes"]);
    assertEquals(method!.body, '"POST"');
  } finally {
    warden.terminate();
    port.close();
  }
});
