import { assertEquals, assertMatch } from "@std/assert";
import { within } from "../../src/value/mod.ts";
import { RawConnection } from "./raw_connection.ts";
import { snippets, World } from "./world.ts";

// Requests as RFC 9110 and RFC 9112 tell them apart, byte by byte: what is answered, and whether it is handed on.
const CODES = { any: "export default ({ method, host, body }) => ({ method, host, body })" };

/** How long an answer may take, in milliseconds. */
const PATIENCE = 5_000;
/** The answer to a request that is rejected, by Deno or by the listener. */
const BAD = /^HTTP\/1\.1 400 /;
const OK = /^HTTP\/1\.[01] 200 /;

const REQUESTS: Record<string, [request: string, answer: RegExp]> = {
  // the request line
  "a plain request": ["GET /any HTTP/1.1\r\nHost: a\r\n\r\n", OK],
  "an empty line in front": ["\r\nGET /any HTTP/1.1\r\nHost: a\r\n\r\n", OK],
  "no version": ["GET /any\r\nHost: a\r\n\r\n", BAD],
  "a version in lower case": ["GET /any http/1.1\r\nHost: a\r\n\r\n", BAD],
  "version 2.0": ["GET /any HTTP/2.0\r\nHost: a\r\n\r\n", BAD],
  "version 1.2": ["GET /any HTTP/1.2\r\nHost: a\r\n\r\n", BAD],
  "a version of three digits": ["GET /any HTTP/1.10\r\nHost: a\r\n\r\n", BAD],
  "a space in the target": ["GET /a ny HTTP/1.1\r\nHost: a\r\n\r\n", BAD],
  "a tab between the parts": ["GET\t/any\tHTTP/1.1\r\nHost: a\r\n\r\n", BAD],
  "a method that is no token": ["G<>T /any HTTP/1.1\r\nHost: a\r\n\r\n", BAD],
  "no method": ["/any HTTP/1.1\r\nHost: a\r\n\r\n", BAD],
  "a relative target": ["GET any HTTP/1.1\r\nHost: a\r\n\r\n", BAD],
  "an asterisk with GET": ["GET * HTTP/1.1\r\nHost: a\r\n\r\n", BAD],
  "a zero byte in the target": ["GET /a\0ny HTTP/1.1\r\nHost: a\r\n\r\n", BAD],
  "a whole URL as the target": ["GET http://b/any HTTP/1.1\r\nHost: b\r\n\r\n", OK],
  "CONNECT": ["CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", /^HTTP\/1\.1 405 [^]*\r\nallow: GET, HEAD, POST/i],
  // the host
  "no host": ["GET /any HTTP/1.1\r\n\r\n", BAD],
  "no host, but a body": ["POST /any HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", BAD],
  "an empty host": ["GET /any HTTP/1.1\r\nHost:\r\n\r\n", BAD],
  "two hosts": ["GET /any HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", BAD],
  "a host with a space": ["GET /any HTTP/1.1\r\nHost: a b\r\n\r\n", BAD],
  "a host with a path": ["GET /any HTTP/1.1\r\nHost: a/b\r\n\r\n", BAD],
  "a host with a user": ["GET /any HTTP/1.1\r\nHost: u@a\r\n\r\n", BAD],
  "a host with a port that is no number": ["GET /any HTTP/1.1\r\nHost: a:b\r\n\r\n", BAD],
  "an IPv6 host": ["GET /any HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", OK],
  "an IPv6 host without brackets": ["GET /any HTTP/1.1\r\nHost: ::1\r\n\r\n", BAD],
  // the fields
  "a field without a colon": ["GET /any HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", BAD],
  "a field without a name": ["GET /any HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", BAD],
  "a space in front of the colon": ["GET /any HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n", BAD],
  "a space in front of the first field": ["GET /any HTTP/1.1\r\n Host: a\r\n\r\n", BAD],
  "a folded field": ["GET /any HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", BAD],
  "a zero byte in a value": ["GET /any HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", BAD],
  "a bare carriage return in a value": ["GET /any HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", BAD],
  "a name that is no token": ["GET /any HTTP/1.1\r\nHost: a\r\nX(1): a\r\n\r\n", BAD],
  "spaces around a value": ["GET /any HTTP/1.1\r\nHost: \t a \t\r\n\r\n", OK],
  "an empty value": ["GET /any HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", OK],
  // the length of the body
  "a length that is no number": ["POST /any HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\nx", BAD],
  "a negative length": ["POST /any HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx", BAD],
  "a length with a sign": ["POST /any HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", BAD],
  "a hexadecimal length": ["POST /any HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx", BAD],
  "two lengths": ["POST /any HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", BAD],
  "two lengths in one field": ["POST /any HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nxx", BAD],
  "a length and chunks": [
    "POST /any HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    BAD,
  ],
  "chunks": ["POST /any HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", OK],
  "chunks with an extension": [
    "POST /any HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n",
    OK,
  ],
  "an encoding that is not known": ["POST /any HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\nx", BAD],
  "chunked that is not the last encoding": [
    "POST /any HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    BAD,
  ],
  "chunked twice": [
    "POST /any HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    BAD,
  ],
};

Deno.test("requests as the standard tells them apart", async (t) => {
  await using world = await World.start(snippets(CODES));
  const [url] = await world.runtime.sockets.urls();
  for (const [what, [request, answer]] of Object.entries(REQUESTS)) {
    await t.step(what, async () => {
      using connection = await RawConnection.open(url!);
      await connection.send(request);
      const answered = connection.until(/\r\n\r\n/).catch(({ message }: Error) => message);
      assertMatch(await within(PATIENCE, answered) as string, answer);
    });
  }

  await t.step("a chunk whose size is no number is no request", async () => {
    for (const size of ["x", "-1", "0x1", "1 ", "fffffffffffffffff"]) {
      using connection = await RawConnection.open(url!);
      await connection.send(
        `POST /any HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\nx\r\n0\r\n\r\n`,
      );
      const answer = await within(PATIENCE, connection.rest());
      assertEquals(/^HTTP\/1\.1 2/.test(String(answer)), false, `${size}: ${String(answer)}`);
    }
  });

  await t.step("HEAD has no body, and a connection goes on after it", async () => {
    using connection = await RawConnection.open(url!);
    await connection.send("HEAD /any HTTP/1.1\r\nHost: a\r\n\r\nGET /any HTTP/1.1\r\nHost: a\r\n\r\n");
    await connection.until(/^HTTP\/1\.1 200 [^]*?\r\n\r\n/);
    assertMatch(await connection.until(/\r\n\r\n/), /^HTTP\/1\.1 200 /);
  });

  await t.step("Connection: close ends a connection, keep-alive does not", async () => {
    using closed = await RawConnection.open(url!);
    await closed.send("GET /any HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertMatch(await closed.rest(), OK);
    using old = await RawConnection.open(url!);
    await old.send("GET /any HTTP/1.0\r\nHost: a\r\n\r\n");
    assertMatch(await old.rest(), OK);
  });

  await t.step("none of it is an error of the engine", () => {
    assertEquals(world.log.filter((line) => / (warn|error) /.test(line)), []);
  });
});
