import { assertEquals } from "@std/assert";
import { failure, type Value } from "../../value/mod.ts";
import { checkExpected, mismatches } from "./matcher.ts";

function differences(expected: Value, actual: Value | undefined): string[] {
  return mismatches(expected, actual, "answer").map(({ at, message }) => `${at}: ${message}`);
}

Deno.test("maps match if they have what is expected, lists if they have as many items", () => {
  assertEquals(differences({ a: 1, b: { c: [1, { d: 2 }] } }, { a: 1, b: { c: [1, { d: 2, e: 3 }], f: 4 } }), []);
  assertEquals(differences({ a: 1, b: { c: 2 } }, { a: 2, b: {} }), [
    "answer.a: expected 1, got 2",
    "answer.b.c: expected 2, got nothing",
  ]);
  assertEquals(differences([1, 2], [1, 2, 3]), ["answer: expected a list of 2, got 3: [1,2,3]"]);
  assertEquals(differences([1], { 0: 1 }), ['answer: expected [1], got {"0":1}']);
  assertEquals(differences({ a: null }, { a: null }), []);
  assertEquals(differences({}, "text"), ['answer: expected {}, got "text"']);
});

Deno.test("what YAML cannot write matches how it is written", () => {
  assertEquals(differences("2026-01-01T00:00:00Z", new Date("2026-01-01T00:00:00.000Z")), []);
  assertEquals(differences("text", new TextEncoder().encode("text")), []);
  assertEquals(differences(5, 5n), []);
  assertEquals(differences("no paper", failure("there is no paper")), []);
  assertEquals(differences({ code: "timeout" }, failure("late", { code: "timeout" })), []);
});

Deno.test("matchers stand in the place of values", () => {
  const value = { id: "o-1", n: 3, at: new Date(0), list: [1], extra: null };
  const matching = {
    id: { match: "^o-\\d$", type: "string" },
    n: { that: "self > 2", type: "integer" },
    at: { type: "date", match: "^1970" },
    list: { exactly: [1] },
    extra: { type: "null" },
    none: { absent: true },
  };
  assertEquals(differences(matching, value), []);
  assertEquals(differences({ id: { match: "x" }, n: { that: "self > 3", type: "list" } }, value), [
    'answer.id: expected text like /x/, got "o-1"',
    "answer.n: expected a value of type list, got 3",
    "answer.n: expected self > 3, got 3",
  ]);
  assertEquals(differences({ exactly: { id: "o-1" } }, { id: "o-1", n: 1 }), [
    'answer: expected exactly {"id":"o-1"}, got {"id":"o-1","n":1}',
  ]);
  assertEquals(differences({ id: { absent: true } }, value), ['answer.id: expected nothing, got "o-1"']);
  assertEquals(differences({ none: { type: "string" } }, value), ["answer.none: expected a value, got nothing"]);
  assertEquals(differences({ type: "order", n: 3 }, { type: "order", n: 3 }), []);
});

Deno.test("a matcher that could never match is found", () => {
  const found = (expected: Value) => checkExpected(expected, ["answer"]).map(({ path, message }) => [path, message]);
  const [[path, message] = []] = found([{ a: { type: "order" } }]);
  assertEquals(path, ["answer", 0, "a", "type"]);
  assertEquals(
    message,
    'invalid type "order": expected one of string, number, integer, boolean, null, list, map, date, bytes, stream, ' +
      "error; for data that looks like this, write exactly: { type: ... }",
  );
  assertEquals(found({ match: "(" }).map(([path]) => path), [["answer", "match"]]);
  assertEquals(found({ that: "self >" }).map(([path]) => path), [["answer", "that"]]);
  assertEquals(found({ absent: false }).map(([path]) => path), [["answer", "absent"]]);
  assertEquals(found({ exactly: { type: "order" } }), []);
});
