import { assertEquals, assertThrows } from "@std/assert";
import { headerText } from "../../http/mod.ts";
import type { Failure } from "../../value/mod.ts";
import { Origins } from "../net/origins.ts";
import { checkUpgrade } from "./upgrade.ts";

const HEADERS = {
  upgrade: "WebSocket",
  connection: "keep-alive, Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

interface Asked {
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  protocols?: string[];
  origins?: string[];
}

function check({ method = "GET", url = "http://shop.example/ws", headers = {}, protocols = [], origins = [] }: Asked) {
  const text = headerText(Object.entries({ ...HEADERS, ...headers }));
  return checkUpgrade({ method, url, headers: text }, { protocols, origins: new Origins(origins) });
}

function codeOf(asked: Asked): string | undefined {
  return (assertThrows(() => check(asked), Error) as Failure).code;
}

Deno.test("a request that asks rightly is let through", () => {
  assertEquals(check({}), undefined);
  assertEquals(check({ headers: { upgrade: "h2c, websocket" } }), undefined);
});

Deno.test("one that asks for something else gets 426, one that asks wrongly 400", () => {
  assertEquals(codeOf({ headers: { upgrade: "h2c" } }), "upgrade_required");
  assertEquals(codeOf({ headers: { connection: "keep-alive" } }), "upgrade_required");
  assertEquals(codeOf({ headers: { "sec-websocket-version": "8" } }), "upgrade_required");
  assertEquals(codeOf({ headers: { "sec-websocket-key": "x" } }), "bad_request");
  assertEquals(codeOf({ method: "POST" }), "bad_request");
});

Deno.test("the first of the gateway's subprotocols that is offered is chosen", () => {
  const protocols = ["b", "a"];
  assertEquals(check({ protocols, headers: { "sec-websocket-protocol": "a,b" } }), "b");
  assertEquals(check({ protocols, headers: { "sec-websocket-protocol": "c , a" } }), "a");
  assertEquals(check({ protocols }), undefined);
  assertEquals(check({ headers: { "sec-websocket-protocol": "a" } }), undefined);
  assertEquals(codeOf({ protocols, headers: { "sec-websocket-protocol": "A" } }), "bad_request");
});

Deno.test("pages of other origins are refused", () => {
  const from = (origin: string, url = "http://shop.example/ws", origins: string[] = []) => {
    try {
      check({ url, origins, headers: { origin } });
      return true;
    } catch (error) {
      return (error as Failure).code;
    }
  };
  const no = "forbidden_origin";
  assertEquals(from("http://shop.example"), true);
  assertEquals(from("https://shop.example"), true); // a proxy has removed TLS
  assertEquals(from("https://shop.example", "http://shop.example:443/ws"), true);
  assertEquals(from("http://shop.example:8000", "http://shop.example:8000/"), true);
  assertEquals(from("http://[::1]:80", "http://[::1]/"), true);
  assertEquals(from("http://shop.example", "https://shop.example/ws"), no);
  const others = [
    "http://shop.example:8000",
    "http://evil.example",
    "http://shop.example.evil",
    "null",
    "",
    "shop.example",
  ];
  for (const origin of others) assertEquals(from(origin), no, origin);
  for (const origin of ["chrome-extension://abc", "file://", "https://a@shop.example.evil"]) {
    assertEquals(from(origin), no, origin);
  }
  assertEquals(from("https://App.example", undefined, ["https://app.example"]), true);
  assertEquals(from("https://a.app.example", undefined, ["https://*.app.example"]), true);
  assertEquals(from("https://app.example", undefined, ["https://*.app.example"]), no);
  assertEquals(from("null", undefined, ["null"]), true);
  assertEquals(from("http://evil.example", undefined, ["*"]), true);
});
