import { assert, assertEquals } from "@std/assert";
import { defineDecoder, failure, isError, lazyMap, Stream, type Value } from "../../src/value/mod.ts";
import { ATTEMPTS } from "./escape_attempts.ts";
import { program, stopped, timed, timedAnswerOf } from "./run.ts";

defineDecoder("escape test", () => {
  throw failure<string>("broken", { code: "c", details: { a: [1] }, cause: new TypeError("inner") });
});

const argument = (): Value => ({
  list: [1, { a: [2] }],
  text: "text",
  bytes: new Uint8Array([1, 2, 3]),
  date: new Date(0),
  error: failure("boom", { details: { a: 1 }, cause: new AggregateError([new RangeError("inner")], "all") }),
  stream: Stream.of(7),
  lazy: lazyMap({
    fields: { method: "GET", good: null, header: null, form: null, bad: null, broken: null },
    lazy: {
      good: { decoder: "json", source: '{"a": [1]}' },
      header: { decoder: "header", source: ["a", "1"] },
      form: { decoder: "form", source: "a=1" },
      bad: { decoder: "json", source: "{" },
      broken: { decoder: "escape test", source: "" },
    },
  }),
});

/**
 * Wraps an attempt in a module. The first call makes the attempt. A second, with "verdict", checks that every object and
 * function that can be reached from what it obtained belongs to the realm, judged by the root of its prototype chain.
 */
const wrapped = (attempt: string) => `
  const moduleArguments = (() => arguments)();
  const things = [];
  const got = (...all) => { if (things.length < 3000) things.push(...all.slice(0, 20)) };
  const rootOf = (value) => {
    for (let at = value;;) { const up = Object.getPrototypeOf(at); if (up === null) return at; at = up }
  };
  const isForeign = (value) => {
    const root = rootOf(value);
    if (root !== Object.prototype && (typeof root === "function" || Object.hasOwn(root, "hasOwnProperty"))) return true;
    return typeof value === "function" && value !== Function.prototype && !(value instanceof Function);
  };
  const verdict = () => {
    const seen = new Set();
    const waiting = [...things];
    while (waiting.length > 0 && seen.size < 20000) {
      const value = waiting.pop();
      if (value === "escaped" || value === Object.getPrototypeOf(globalThis)) return "escaped: the shared global";
      if (value === globalThis) continue; // the snippet's own
      if ((typeof value !== "object" || value === null) && typeof value !== "function") continue;
      if (seen.has(value)) continue;
      seen.add(value);
      try {
        if (isForeign(value)) return "escaped: something foreign";
        waiting.push(Object.getPrototypeOf(value), value.constructor);
        for (const key of Reflect.ownKeys(value)) {
          const field = Reflect.getOwnPropertyDescriptor(value, key);
          waiting.push(field?.value, field?.get, field?.set);
        }
      } catch (error) { waiting.push(error) }
    }
    return "held";
  };
  export default (args) => {
    if (args === "verdict") return verdict();
    let given;
    let settled = false;
    const answer = (value) => { settled = true; given = value };
    const attempt = async function (args) { ${attempt} };
    return (async () => {
      try { await attempt.call(undefined, args) } catch (error) { got(error); if (!settled) throw error }
    })().then(() => settled ? given : "nothing");
  };
`;

const canary = program(`
  let calls = 0;
  export default async (args) => {
    await null;
    const map = new Map([["k", [1, 2, 3].map((n) => n * 2)]]);
    class Custom extends Error { name = "Custom" }
    return {
      calls: ++calls, args, polluted: ({}).polluted ?? [].polluted ?? null, map, text: String({}) + [1, [2]] + new Custom("c"),
      json: JSON.stringify({ a: [JSON.parse("1")] }), date: new Date(5), url: new URL("http://h/a").pathname,
      promise: await Promise.all([1, Promise.resolve(2)]), replaced: "a-b".replace(/-/g, "+"), keys: Object.keys({ x: 1 }), then: typeof ({}).then,
    };
  };
`);

let canaryCalls = 0;

/** Checks that an attempt has changed nothing for the next call in the realm. */
function assertUnharmed(after: string): void {
  assertEquals(
    timed(2000, () => canary.call({ a: [1, new Date(1)] })),
    {
      calls: ++canaryCalls,
      args: { a: [1, new Date(1)] },
      polluted: null,
      map: { k: [2, 4, 6] },
      text: "[object Object]1,2Custom: c",
      json: '{"a":[1]}',
      date: new Date(5),
      url: "/a",
      promise: [1, 2],
      replaced: "a+b",
      keys: ["x"],
      then: "undefined",
    },
    after,
  );
  assertEquals(Object.keys(Object.prototype), [], after);
}

Deno.test("there are at least 100 attempts", () => {
  assert(Object.keys(ATTEMPTS).length >= 100);
});

for (const [name, attempt] of Object.entries(ATTEMPTS)) {
  Deno.test(`no escape: ${name}`, async () => {
    let made;
    try {
      made = program(wrapped(attempt));
    } catch (error) {
      // Some are rejected before they run.
      assert(isError(error) && (error as { code?: string }).code === "bad_code", String(error));
      return assertUnharmed(name);
    }
    const first = await timedAnswerOf(5000, made, argument());
    assert(first !== stopped, "the attempt does not end");
    assertEquals(timed(20_000, () => made.call("verdict")), "held");
    assertUnharmed(name);
    made.release();
  });
}

Deno.test("the verdict detects a foreign object", () => {
  // The same wrapper, here given a foreign object directly.
  const seen = new Function(
    "stranger",
    wrapped("got(stranger)").replace("export default", "const run =") + "; run({}); return verdict();",
  );

  assertEquals(seen({ an: "object of this realm" }), "held");
  // deno-lint-ignore no-explicit-any -- stands for an object of another realm
  const stranger: any = Reflect.construct(Object, [], Object);
  Object.setPrototypeOf(stranger, Object.create(null, { hasOwnProperty: { value: 1 } }));
  assertEquals(seen(stranger), "escaped: something foreign");
});
