import { assertEquals } from "@std/assert";
import { isLoopback, isOwnHost, isValidHost } from "./host_header.ts";

Deno.test("a host is a name or an address, and perhaps a port", () => {
  const valid = [
    "a",
    "a.example",
    "a:80",
    "a:",
    "127.0.0.1:8000",
    "[::1]",
    "[::1]:80",
    "[::ffff:1.2.3.4]",
    "a_b-c",
    "x%2e",
  ];
  const invalid = [
    "",
    " ",
    "a b",
    "a/b",
    "a/b:80",
    "u@a",
    "a:b",
    "a:123456",
    "a?b",
    "a#b",
    "::1",
    "[::1",
    "[g]",
    "ä",
    "a\tb",
    "a,b c",
  ];
  for (const host of valid) assertEquals(isValidHost(host), true, host);
  for (const host of invalid) assertEquals(isValidHost(host), false, host);
});

Deno.test("addresses, localhost and the names given are a machine's own", () => {
  const own = [
    "localhost",
    "LOCALHOST:80",
    "localhost.",
    "app.localhost",
    "127.0.0.1",
    "10.1.2.3:80",
    "[::1]:1",
    "weft",
    "Weft:80",
  ];
  const others = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "weft.evil.example",
    "evil-localhost",
    "1.2.3",
  ];
  for (const host of own) assertEquals(isOwnHost(host, ["weft"]), true, host);
  for (const host of others) assertEquals(isOwnHost(host, ["weft"]), false, host);
});

Deno.test("loopback is what only the machine itself reaches", () => {
  for (const name of ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"]) {
    assertEquals(isLoopback(name), true, name);
  }
  for (const name of ["0.0.0.0", "::", "10.0.0.1", "example.com", "1270.0.0.1"]) {
    assertEquals(isLoopback(name), false, name);
  }
});
