import { assertEquals } from "@std/assert";
import { canonicalName, findHeader, headerMap, headerText } from "./header.ts";

Deno.test("names are in canonical case", () => {
  const names = {
    "content-type": "Content-Type",
    "x-request-id": "X-Request-Id",
    "etag": "Etag",
    "dnt": "Dnt",
    "www-authenticate": "Www-Authenticate",
    "X-API-KEY": "X-Api-Key",
    "x_under": "X_under",
    "3d-model": "3d-Model",
    "a--b-": "A--B-",
  };
  for (const [name, canonical] of Object.entries(names)) assertEquals(canonicalName(name), canonical);
});

Deno.test("headers are a map from the canonical name to the values in order", () => {
  assertEquals(headerMap(headerText([["host", "a:80"], ["x-a", "1, 2"], ["x-A", "3"]])), {
    Host: ["a:80"],
    "X-A": ["1, 2", "3"],
  });
  assertEquals(headerMap(headerText([])), {});
});

Deno.test("__proto__ is a header like any other", () => {
  const map = headerMap("\n__proto__:1\n__proto__:2\nconstructor:3");
  assertEquals(Object.keys(map), ["__proto__", "Constructor"]);
  assertEquals(Object.getOwnPropertyDescriptor(map, "__proto__")!.value, ["1", "2"]);
});

Deno.test("a header is found by name, not by value", () => {
  assertEquals(findHeader("\na:b:x\nb:c\nab:d", "b"), "c");
  assertEquals(findHeader("\na:b", "b"), undefined);
});
