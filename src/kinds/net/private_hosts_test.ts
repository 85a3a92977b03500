import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { PrivateHosts } from "./private_hosts.ts";

function isAllowed(granted: readonly string[], host: string, port: number, address = host): boolean {
  try {
    new PrivateHosts(granted).check(host, port, address);
    return true;
  } catch (error) {
    assertEquals((error as { code?: string }).code, "forbidden_address");
    return false;
  }
}

Deno.test("public addresses are allowed, private ones by a grant alone", () => {
  assertEquals(isAllowed([], "example.com", 443, "93.184.216.34"), true);
  assertEquals(isAllowed([], "example.com", 443, "10.0.0.1"), false);
  assertEquals(isAllowed([], "::1", 443), false);
  assertEquals(isAllowed([], "what", 443, "no address"), false);
});

Deno.test("a grant is of a name, an address or a network, with or without a port", () => {
  const cases: [grant: string, host: string, port: number, address: string, allowed: boolean][] = [
    ["all", "a", 1, "127.0.0.1", true],
    ["all:80", "a", 81, "127.0.0.1", false],
    ["db.internal", "db.internal", 1, "10.0.0.1", true],
    ["db.internal", "DB.Internal.", 1, "10.0.0.1", true],
    ["db.internal", "a.db.internal", 1, "10.0.0.1", false],
    ["db.internal", "evil.example", 1, "10.0.0.1", false],
    ["*.internal", "db.internal", 1, "10.0.0.1", true],
    ["*.internal", "internal", 1, "10.0.0.1", false],
    ["db.internal:5432", "db.internal", 5432, "10.0.0.1", true],
    ["db.internal:5432", "db.internal", 22, "10.0.0.1", false],
    ["127.0.0.1", "localhost", 1, "127.0.0.1", true],
    ["127.0.0.1", "localhost", 1, "127.0.0.2", false],
    ["127.0.0.1:9000", "127.0.0.1", 9000, "127.0.0.1", true],
    ["127.0.0.1", "x", 1, "::ffff:127.0.0.1", true],
    ["10.0.0.0/8", "x", 1, "10.9.9.9", true],
    ["10.0.0.0/8", "x", 1, "192.168.0.1", false],
    ["10.0.0.0/8:443", "x", 443, "10.9.9.9", true],
    ["10.0.0.0/8:443", "x", 80, "10.9.9.9", false],
    ["172.16.0.0/12", "x", 1, "172.31.0.1", true],
    ["::1", "x", 1, "::1", true],
    ["[::1]:80", "x", 80, "::1", true],
    ["[::1]:80", "x", 81, "::1", false],
    ["[::1]", "x", 81, "::1", true],
    ["fd00::/8", "x", 1, "fd12::1", true],
    ["fd00::/8", "x", 1, "fe80::1", false],
    ["[fd00::/8]:1", "x", 1, "fd12::1", true],
    ["0.0.0.0/0", "x", 1, "127.0.0.1", true],
    ["0.0.0.0/0", "x", 1, "::1", false],
  ];
  for (const [grant, host, port, address, allowed] of cases) {
    assertEquals(isAllowed([grant], host, port, address), allowed, `${grant} ${host}:${port} ${address}`);
  }
});

Deno.test("of several addresses the allowed ones are left; if none is, that is the error", () => {
  const hosts = new PrivateHosts();
  const at = (address: string) => ({ address, family: 4 });
  assertEquals(hosts.allowed("x", 80, [at("10.0.0.1"), at("1.1.1.1")]), [at("1.1.1.1")]);
  const error = assertThrows(() => hosts.allowed("x.example", 80, [at("10.0.0.1")]), Error);
  assertMatch(
    error.message,
    /^forbidden address x\.example \(10\.0\.0\.1\): it is a private address, .*--allow-private x\.example:80$/,
  );
});

Deno.test("a grant that is none is told", () => {
  for (
    const grant of ["", "10.0.0.0/33", "10.0.0", "a b", "http://x", "x:0", "x:99999", "::1/200", "1.2.3.4/8/8", "-"]
  ) {
    assertThrows(() => new PrivateHosts([grant]), Error, `invalid --allow-private ${JSON.stringify(grant)}: expected`);
  }
});
