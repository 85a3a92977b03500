import { assertEquals, assertMatch } from "@std/assert";
import { accessLine } from "./access.ts";

const entry = { listener: "web", client: "::1", method: "GET", path: "/a?b=1", status: 200, duration: 3, bytes: 5 };

Deno.test("a request is a line of the Common Log Format, with the listener, the time it took and its process behind it", () => {
  assertMatch(
    accessLine("common", { ...entry, process: "01a2" }),
    /^::1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/a\?b=1 HTTP\/1\.1" 200 5 web 3ms 01a2$/,
  );
  assertMatch(accessLine("common", { ...entry, path: '/"\n' }), /"GET \/\\"\\x0a HTTP\/1\.1" 200 5 web 3ms -$/);
});

Deno.test("a request is an object of JSON", () => {
  const { time, ...rest } = JSON.parse(accessLine("json", { ...entry, process: "01a2" }));
  assertMatch(time, /^\d{4}-.*Z$/);
  assertEquals(rest, { level: "info", part: "access", message: "GET /a?b=1 200", ...entry, process: "01a2" });
});
