import { Validator } from "@cfworker/json-schema";
import { assertEquals } from "@std/assert";
import { readTestFile } from "../../testing/flow/mod.ts";
import { testSchema } from "./test_schema.ts";

const validator = new Validator(testSchema("1.2.3"), "7");

/** Returns a file with one test, which sends something unless it says what. */
const test = (more: Record<string, unknown>) => ({ tests: [{ name: "a", send: { advance: "1s" }, ...more }] });

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
  { tests: [{ name: "a" }] },
  test({ send: [] }),
  { test: [], tests: [] },
  { defaults: { effects: { sql: true } }, tests: [] },
  test({ sent: {} }),
  test({ send: { to: "web" } }),
  test({ send: { to: "web", request: { url: "/" } } }),
  test({ send: { to: "web", port: "a.in", request: { path: "/" } } }),
  test({ send: { advance: "soon" } }),
  test({ mocks: { node: "a" } }),
  test({ mocks: [{ node: "a" }] }),
  test({ mocks: [{ answer: {} }] }),
  test({ mocks: [{ node: "a", answer: {}, answers: [{}] }] }),
  test({ mocks: [{ node: "a", answer: { timeout: "2s" } }] }),
  test({ expect: { answers: 1 } }),
  test({ expect: { calls: { a: -1 } } }),
  test({ expect: { calls: ["a"] } }),
  test({ expect: { log: [{ level: "loud" }] } }),
  test({ expect: { clock: { atLest: "1s" } } }),
  test({ timeout: "5 seconds" }),
];

/** Returns what `weft test` says about a file. */
const saidOf = (file: unknown) =>
  readTestFile("a_test.json", JSON.stringify(file)).diagnostics.map(({ message }) => message);

Deno.test("the schema of test files takes what weft test takes", () => {
  for (const file of GOOD) {
    assertEquals([saidOf(file), validator.validate(file).errors], [[], []], JSON.stringify(file));
  }
});

Deno.test("the schema of test files rejects what weft test rejects", () => {
  for (const file of BAD) {
    assertEquals([saidOf(file).length > 0, validator.validate(file).valid], [true, false], JSON.stringify(file));
  }
});
