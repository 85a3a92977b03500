import { Validator } from "@cfworker/json-schema";
import { assertEquals } from "@std/assert";
import { testSchema } from "./test_schema.ts";

const validator = new Validator(testSchema("1.2.3"), "7");

/** Returns a file with one test. */
const test = (more: Record<string, unknown>) => ({ tests: [{ name: "a", ...more }] });

const GOOD = [
  { tests: [] },
  { specs: "shop.yaml", env: { PORT: 0, TOKEN: "t" }, defaults: { clock: "real", timeout: "10s" }, tests: [] },
  { specs: ["a.yaml", "b/"], defaults: { effects: ["sql", "orders"], mocks: [] }, tests: [] },
  test({ send: { to: "web", request: { path: "/a", headers: { accept: "text/html" }, body: [1] } } }),
  test({ send: [{ port: "price.in", payload: null, wait: false }, { advance: 500 }] }),
  test({ send: { source: "nightly" }, effects: "real", skip: "needs a server" }),
  test({ send: { source: "files", port: "gone", payload: {}, expect: { answer: { type: "map" } } } }),
  test({ mocks: [{ node: "a", when: "self > 1", answer: { error: { code: "dns" }, delay: "1s" } }] }),
  test({ mocks: [{ node: "a", answers: [{ timeout: true }, { nothing: true }, { that: "self", port: "out[1]" }] }] }),
  test({ expect: { answer: 5, calls: { a: 0, b: { times: 2, with: { payload: { to: "x" } } } }, path: ["a.in"] } }),
  test({ expect: { error: "again", log: [{ level: "warn", contains: "a" }], clock: { atLeast: "1s" } } }),
  test({ expect: { error: { code: "timeout" }, clock: "2s", snapshot: true } }),
];

const BAD = [
  {},
  { tests: {} },
  { tests: [{ send: { advance: "1s" } }] },
  { test: [], tests: [] },
  { defaults: { effects: "some" }, tests: [] },
  test({ sent: {} }),
  test({ send: { to: "web" } }),
  test({ send: { to: "web", request: { url: "/" } } }),
  test({ send: { to: "web", port: "a.in", request: { path: "/" } } }),
  test({ send: { advance: "soon" } }),
  test({ mocks: { node: "a" } }),
  test({ mocks: [{ node: "a" }] }),
  test({ mocks: [{ answer: {} }] }),
  test({ mocks: [{ node: "a", answer: {}, answers: [{}] }] }),
  test({ mocks: [{ node: "a", answer: { timeout: false } }] }),
  test({ expect: { answers: 1 } }),
  test({ expect: { calls: { a: -1 } } }),
  test({ expect: { calls: ["a"] } }),
  test({ expect: { log: [{ level: "loud" }] } }),
  test({ expect: { clock: { atLest: "1s" } } }),
  test({ timeout: "5 seconds" }),
];

Deno.test("the schema of test files takes what is one", () => {
  for (const file of GOOD) assertEquals(validator.validate(file).errors, [], JSON.stringify(file));
});

Deno.test("the schema of test files rejects what is none", () => {
  for (const file of BAD) assertEquals(validator.validate(file).valid, false, JSON.stringify(file));
});
