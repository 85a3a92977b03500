import { assert, assertEquals } from "@std/assert";
import zlib from "node:zlib";
import { encodeResponse, headerText, requestPayload } from "../../src/http/mod.ts";
import type { Failure, Value } from "../../src/value/mod.ts";
import { CHARACTERS, seededTest } from "../support/random.ts";

const TYPES = [
  "application/json",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=b",
  "text/plain",
  "text/plain; charset=shift_jis",
  "text/xml;charset=latin1",
  "application/octet-stream",
];
const ENCODINGS = [undefined, undefined, undefined, "gzip", "deflate", "gzip, deflate", "identity", "nonsense"];
const PIECES = [
  ...'{}[]",:0\\ \0',
  "\r\n",
  "--b",
  "--b--",
  "\r\n--b\r\n",
  'Content-Disposition: form-data; name="a"; filename="f"\r\n\r\n',
  "Content-Disposition: form-data; name=a\r\n",
  "Content-Type: application/json\r\n\r\n",
  '{"__proto__":',
  "null",
  "1e999",
  "é",
  "\xff",
  "a=b&",
  "%ff",
];

/** Reads a body; what it throws has to be a refusal, and has to be answered as one. */
function read(bytes: Uint8Array, type: string, encoding: string | undefined): "value" | "refusal" {
  let headers = `\ncontent-type:${type}`;
  if (encoding !== undefined) headers += `\ncontent-encoding:${encoding}`;
  const payload = requestPayload({ method: "POST", url: "http://a/", protocol: "HTTP/1.1", headers, body: bytes });
  let value: Value;
  try {
    value = payload.body!;
  } catch (error) {
    const { code, details, cause } = error as Failure;
    const status = { bad_request: 400, too_large: 413, unsupported_media_type: 415 }[code!];
    assert(status !== undefined, `threw ${error}`);
    assertEquals(details, { status });
    assertEquals((cause as Error).message, "invalid argument");
    assertEquals(encodeResponse(error as Error, { method: "POST" }, { process: "p" }).status, status);
    return "refusal";
  }
  // Whatever was read can be answered.
  assertEquals(encodeResponse(value, { method: "POST" }, { process: "p" }).error, undefined);
  return "value";
}

seededTest("random bytes as a body are a value or a refusal", (random) => {
  const seen = { value: 0, refusal: 0 };
  for (let i = 0; i < 20_000; i++) seen[read(random.bytes(39), random.pick(TYPES), random.pick(ENCODINGS))]++;
  assert(seen.value > 1000 && seen.refusal > 1000, JSON.stringify(seen));
});

seededTest("bodies made of the pieces of a format are a value or a refusal", (random) => {
  const seen = { value: 0, refusal: 0 };
  for (let i = 0; i < 30_000; i++) {
    const text = random.pick(["", "--b\r\n"]) + random.text(PIECES, 13) + random.pick(["", "\r\n--b--"]);
    const plain = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const encoding = random.pick([undefined, "gzip"]);
    seen[read(encoding === undefined ? plain : zlib.gzipSync(plain), random.pick(TYPES), encoding)]++;
  }
  assert(seen.value > 3000 && seen.refusal > 3000, JSON.stringify(seen));
});

seededTest("broken compression is a value or a refusal", (random) => {
  for (let i = 0; i < 3000; i++) {
    const whole = random.pick([zlib.gzipSync, zlib.deflateSync, zlib.deflateRawSync])(random.bytes(299));
    const bytes = new Uint8Array(whole.subarray(0, random.pick([whole.length, random.below(whole.length)])));
    for (let flips = random.below(4); flips > 0; flips--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    read(bytes, "application/octet-stream", random.pick(["gzip", "deflate"]));
  }
});

seededTest("any URL, header and Accept is read", (random) => {
  const odd = [...CHARACTERS, "http://", "://", "a.b", ";q=", "*/*", "text/plain", ",", "\ud800"];
  for (let i = 0; i < 10_000; i++) {
    const headers = headerText(random.list(3, () => [random.text(odd, 5), random.text(odd, 7)] as const));
    const url = random.pick(["", "http://a", "http://a/"]) + random.text(odd, 9);
    const payload = requestPayload({ method: random.text(odd, 3), url, protocol: "HTTP/1.1", headers, body: null });
    assert(
      Object.keys(payload).length === 9 && typeof payload.query === "object" && typeof payload.header === "object" &&
        typeof payload.cookies === "object",
    );
    const accept = random.text(odd, 11);
    for (const answer of ["text", { a: 1 }, 5]) {
      const { error, headers } = encodeResponse(answer, { method: "GET", accept }, { process: "p" });
      assertEquals([error, headers.length], [undefined, 2], accept);
    }
  }
});

seededTest("any answer is a response that the platform can send", (random) => {
  const text = () => random.text([...CHARACTERS, "\ud800", "Content-Type", "application/json", "a", "b"], 5);
  const scalar = (): Value =>
    random.pick<Value>([
      null,
      true,
      NaN,
      1.5,
      2n ** 70n,
      text(),
      random.bytes(3),
      new Date(random.below(9e5)),
      new Date(NaN),
      new Error("secret"),
    ]);
  const value = (depth: number): Value => {
    if (depth === 0 || random.below(2) === 0) return scalar();
    if (random.below(2) === 0) return random.list(2, () => value(depth - 1));
    const keys = random.list(3, () => random.pick(["status", "header", "body", "__proto__", text()]));
    return Object.fromEntries(
      keys.map((key) => [key, key === "status" ? random.pick<Value>([200, 204, 404, 0, "x"]) : value(depth - 1)]),
    );
  };
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const answer = value(3);
    const method = random.pick(["GET", "HEAD"]);
    const { status, headers, body, error } = encodeResponse(answer, { method }, { process: "p" });
    const pairs: [string, string][] = [];
    for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at]!, headers[at + 1]!]);
    new Response(body as BodyInit | null, { status, headers: pairs });
    if (method === "HEAD") assertEquals(body, null);
    if (error !== undefined) {
      refused++;
      assertEquals(status, 500);
      assert(!String(body).includes("secret"));
    }
  }
  assert(refused > 100, `only ${refused} were refused`);
});
