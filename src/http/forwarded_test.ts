import { assertEquals } from "@std/assert";
import { clientOf, clientUrl, headerText, isIn, parseAddress, parseNetwork } from "./mod.ts";

const TRUSTED = ["10.0.0.0/8", "::1", "fd00::/8"].map((text) => parseNetwork(text)!);

function client(peer: string, ...headers: [string, string][]) {
  const { address, scheme, host } = clientOf(peer, headerText(headers), TRUSTED);
  return [address, scheme, host].filter((part) => part !== undefined).join(" ");
}

Deno.test("a peer that is no trusted proxy is the client, whatever its headers say", () => {
  assertEquals(client("192.0.2.7", ["x-forwarded-for", "1.2.3.4"], ["x-forwarded-proto", "https"]), "192.0.2.7");
  assertEquals(client("192.0.2.7", ["forwarded", "for=1.2.3.4;proto=https"]), "192.0.2.7");
  assertEquals(client("::ffff:192.0.2.7"), "192.0.2.7");
});

Deno.test("X-Forwarded-For is read from the right, as far as proxies are trusted", () => {
  const of = (list: string) => client("10.0.0.1", ["x-forwarded-for", list]);
  assertEquals(of("1.2.3.4"), "1.2.3.4");
  assertEquals(of("6.6.6.6, 1.2.3.4"), "1.2.3.4", "the client's own word does not count");
  assertEquals(of("6.6.6.6, 1.2.3.4, 10.0.0.2"), "1.2.3.4");
  assertEquals(of("10.0.0.3, 10.0.0.2"), "10.0.0.3");
  assertEquals(of("1.2.3.4, unknown"), "10.0.0.1", "what is left of a proxy that does not say is not trusted");
  assertEquals(of("1.2.3.4, 999.1.1.1"), "10.0.0.1");
  assertEquals(of("2001:db8::1"), "2001:db8::1");
  assertEquals(of("[2001:db8::1]:443"), "2001:db8::1");
  assertEquals(of("1.2.3.4:5678"), "1.2.3.4");
  assertEquals(of(""), "10.0.0.1");
  assertEquals(client("::ffff:10.0.0.1", ["x-forwarded-for", "1.2.3.4"]), "1.2.3.4");
  assertEquals(client("10.0.0.1", ["x-forwarded-for", "6.6.6.6"], ["x-forwarded-for", "1.2.3.4"]), "1.2.3.4");
});

Deno.test("scheme and host are those that the outermost trusted proxy was asked for", () => {
  const more: [string, string][] = [["x-forwarded-proto", "https"], ["x-forwarded-host", "shop.example"]];
  assertEquals(client("10.0.0.1", ["x-forwarded-for", "1.2.3.4"], ...more), "1.2.3.4 https shop.example");
  assertEquals(client("10.0.0.1", ...more), "10.0.0.1 https shop.example");
  assertEquals(
    client("10.0.0.1", ["x-forwarded-for", "6.6.6.6, 1.2.3.4"], ["x-forwarded-proto", "http, https"]),
    "1.2.3.4 https",
  );
  assertEquals(client("10.0.0.1", ["x-forwarded-proto", "ftp"], ["x-forwarded-host", "a/b"]), "10.0.0.1");
});

Deno.test("Forwarded wins, quotes and cases included", () => {
  const of = (text: string) => client("10.0.0.1", ["forwarded", text], ["x-forwarded-for", "9.9.9.9"]);
  assertEquals(of("for=1.2.3.4;proto=https;host=a.example"), "1.2.3.4 https a.example");
  assertEquals(of('For="[2001:db8::1]:443" ; Proto=HTTPS'), "2001:db8::1 https");
  assertEquals(of('for=6.6.6.6;host="x,y", for=1.2.3.4, for=10.0.0.2;proto=https'), "1.2.3.4 https");
  assertEquals(of("for=_hidden;proto=https"), "10.0.0.1 https");
  assertEquals(of(";;;="), "10.0.0.1");
});

Deno.test("the URL of a request is what its client asked for", () => {
  const url = "http://10.1.1.1:8000/a/b?c=http://d/";
  assertEquals(clientUrl(url, { address: "" }), url);
  assertEquals(
    clientUrl(url, { address: "", scheme: "https", host: "shop.example" }),
    "https://shop.example/a/b?c=http://d/",
  );
});

Deno.test("networks have the addresses that share their first bits", () => {
  const has = (network: string, address: string) => isIn([parseNetwork(network)!], parseAddress(address)!);
  for (
    const [network, address, expected] of [
      ["10.0.0.0/8", "10.255.1.2", true],
      ["10.0.0.0/8", "11.0.0.0", false],
      ["192.0.2.128/25", "192.0.2.127", false],
      ["192.0.2.128/25", "192.0.2.129", true],
      ["0.0.0.0/0", "8.8.8.8", true],
      ["0.0.0.0/0", "2001:db8::1", false],
      ["2001:db8::/32", "2001:db8:ffff::1", true],
      ["2001:db8::/32", "2001:db9::1", false],
      ["::/0", "1.2.3.4", true],
      ["::1", "::1", true],
      ["::1", "::2", false],
      ["10.0.0.1", "::ffff:10.0.0.1", true],
    ] as const
  ) assertEquals(has(network, address), expected, `${address} in ${network}`);
  for (const text of ["", "a", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "1::2::3", "::1/129", "01.2.3.4", "1:2", "/8"]) {
    assertEquals(parseNetwork(text), undefined, text);
  }
});
