import { assertEquals } from "@std/assert";
import { compileTopics, isTopic } from "./topic.ts";

Deno.test("a pattern stands for topics word by word", () => {
  const topics = ["orders", "orders.paid", "orders.paid.eu", "users.paid", "ordersx.paid"];
  const matched = (pattern: string) => topics.filter(compileTopics(pattern));
  assertEquals(matched("orders"), ["orders"]);
  assertEquals(matched("orders.*"), ["orders.paid"]);
  assertEquals(matched("orders.**"), ["orders", "orders.paid", "orders.paid.eu"]);
  assertEquals(matched("*.paid"), ["orders.paid", "users.paid", "ordersx.paid"]);
  assertEquals(matched("**.paid"), ["orders.paid", "users.paid", "ordersx.paid"]);
  assertEquals(matched("**.paid.**"), ["orders.paid", "orders.paid.eu", "users.paid", "ordersx.paid"]);
  assertEquals(matched("*.**.*"), ["orders.paid", "orders.paid.eu", "users.paid", "ordersx.paid"]);
  assertEquals(matched("**"), topics);
  assertEquals(matched("*"), ["orders"]);
});

Deno.test("many wildcards take no longer than their number", () => {
  const pattern = Array.from({ length: 60 }, () => "**").join(".");
  const topic = Array.from({ length: 90 }, () => "a").join(".");
  assertEquals([compileTopics(`${pattern}.b`)(topic), compileTopics(pattern)(topic)], [false, true]);
});

Deno.test("a topic is words with dots between them", () => {
  const texts = ["a", "a.b-c_d.1", "größe", "", ".", "a.", "a..b", "a b", "*", "a.**", "a.b*", "***", "x".repeat(201)];
  assertEquals(texts.filter((text) => isTopic(text, false)), ["a", "a.b-c_d.1", "größe"]);
  assertEquals(texts.filter((text) => isTopic(text, true)), ["a", "a.b-c_d.1", "größe", "*", "a.**"]);
});
