import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { callNow, program, run } from "../../../tests/language/run.ts";
import { seededTest } from "../../../tests/support/random.ts";
import { requestPayload } from "../../http/mod.ts";
import {
  decodeField,
  defineDecoder,
  type Failure,
  failure,
  isError,
  lazyMap,
  lazyParts,
  type Value,
  type ValueMap,
} from "../../value/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

let decoded = 0;
defineDecoder("counted", (source) => {
  decoded++;
  if (source === "bad") {
    throw failure<string>("cannot be decoded", { code: "bad", details: { why: 1 }, cause: new Error("root") });
  }
  return { from: source as string };
});

const request = (body: string, type = "application/json"): ValueMap =>
  requestPayload({
    method: "POST",
    url: "http://h:80/a/b?x=1&x=2&y=%41+b",
    protocol: "HTTP/1.1",
    headers: `\ncontent-type:${type}\nx-request-id:7\nx-request-id:8`,
    body: bytes(body),
  });

/** Returns a copy of a payload with all fields decoded. */
const plain = (payload: ValueMap): Value => ({ ...payload });

Deno.test("a lazy map behaves like a plain object", () => {
  const table = [
    "args",
    "({ ...args })",
    "Object.keys(args)",
    "Object.values(args)",
    "Object.entries(args)",
    "JSON.stringify(args)",
    "(({ method, body, ...rest }) => [method, body, Object.keys(rest)])(args)",
    "(() => { const seen = []; for (const key in args) seen.push(key, args[key]); return seen })()",
    "['body' in args, 'nothing' in args, Object.hasOwn(args, 'query'), args.hasOwnProperty('body'), args.nothing ?? null]",
    "[args.body === args.body, args.body.n, args['query'].x.length]",
    "(() => { args.body.n = 5; return [args.body.n, args] })()",
    "(() => { args.body = 1; args.extra = 2; return args })()",
    "(() => { delete args.body; return [args, Object.keys(args), 'body' in args] })()",
    "(() => { Object.defineProperty(args, 'body', { value: 3 }); return [args.body, Object.keys(args)] })()",
    "(() => { Object.defineProperty(args, 'body', { enumerable: false }); return [args.body, Object.keys(args)] })()",
    "Object.assign({ a: 1 }, args)",
    "Object.assign(args, { body: 2, query: null })",
    "(() => { Object.freeze(args); try { args.body = 1 } catch { return [Object.isFrozen(args), args.body] } })()",
    "(() => { Object.seal(args); args.body = 1; return [Object.isSealed(args), args] })()",
    "(() => { const heir = Object.create(args); heir.body = 1; return [heir.body, args.body, heir.query] })()",
    "[Object.getPrototypeOf(args) === Object.prototype, args.constructor === Object, String(args), Array.isArray(args)]",
    "structuredClone(args)",
    "[{ a: args }, args]",
    "Object.groupBy(Object.keys(args), (key) => typeof args[key])",
    "Object.fromEntries(Object.entries(args).filter(([, value]) => typeof value === 'object'))",
    "new Map(Object.entries(args))",
    "Reflect.ownKeys(args)",
    "Object.getOwnPropertyNames(args)",
    "(() => { args.self = args.method; return { ...args, body: undefined } })()",
    "(() => { try { Reflect.set(args, 'header', 1); return args.header } catch (error) { return error } })()",
    "Reflect.deleteProperty(args, 'body') && args",
    "[Reflect.has(args, 'body'), Reflect.get(args, 'body')]",
    "Object.getOwnPropertyDescriptor(args, 'method')",
  ];
  for (const code of table) {
    const payload = request('{"n": 1, "deep": [{"a": null}]}');
    const made = program(`export default (args) => ${code}`);
    const seen = made.call(payload);
    if (isError(seen)) throw seen;
    assertEquals(
      JSON.stringify(seen),
      JSON.stringify(made.call(plain(request('{"n": 1, "deep": [{"a": null}]}')))),
      code,
    );
  }
});

Deno.test("unread fields are not decoded", () => {
  decoded = 0;
  const lazy = lazyMap({
    fields: { a: 1, json: null, form: null },
    lazy: { json: { decoder: "json", source: "{" }, form: { decoder: "form", source: bytes("a=1") } },
  });
  const table: [code: string, want: unknown][] = [
    ["args.a", 1],
    ["Object.keys(args).length", 3],
    ["'json' in args", true],
    ["(() => { args.json = 2; return args.json })()", 2],
    ["(() => { delete args.json; return Object.keys(args).length })()", 2],
    ["(({ json: _, ...rest }) => 1)({ json: 0, ...{ a: args.a } })", 1],
  ];
  for (const [code, want] of table) assertEquals(run(`export default (args) => ${code}`, lazy), want as Value, code);
});

Deno.test("a lazy map that is returned unread stays lazy", () => {
  const payload = request("{");
  const same = run("export default (args) => args", payload) as ValueMap;
  assertEquals(Object.keys(lazyParts(same)!.lazy), ["query", "header", "body"]);
  assertStrictEquals(lazyParts(same)!.lazy.body, lazyParts(payload)!.lazy.body);
  assertEquals(same.query, { x: ["1", "2"], y: ["A b"] });

  const changed = run(
    "export default (args) => { args.method = args.query.x[0]; args.new = 1; return [args] }",
    payload,
  );
  const [first] = changed as [ValueMap];
  assertEquals(Object.keys(lazyParts(first)!.lazy), ["header", "body"]);
  assertEquals([first.method, first.new, first.query], ["1", 1, { x: ["1", "2"], y: ["A b"] }]);
  assertEquals(Reflect.ownKeys(first), [...Reflect.ownKeys(payload), "new"]);
});

Deno.test("a lazy map kept from an earlier call can still be read", () => {
  const keeping = program(
    "let kept; export default (args) => { const old = kept; kept = args; return old?.body ?? null }",
  );
  keeping.call(request('{"n": 1}'));
  assertEquals(keeping.call(request('{"n": 2}')), { n: 1 });
  const answering = program("let kept; export default (args) => { const old = kept; kept = args; return old ?? null }");
  answering.call(request('{"n": 1}'));
  assertEquals((answering.call(request('{"n": 2}')) as ValueMap).body, { n: 1 });
});

Deno.test("a field that cannot be decoded throws each time it is read, and not before", () => {
  const invalid = requestPayload({
    method: "POST",
    url: "http://h/",
    protocol: "HTTP/1.1",
    headers: "\ncontent-type:application/json",
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  const nested = `${"[".repeat(300)}${"]".repeat(300)}`;
  for (const payload of [request("{"), request('{"n": 1} x'), request(nested), invalid]) {
    assertEquals(run("export default (args) => args.method", payload), "POST");
    let wanted: Failure | undefined;
    try {
      decodeField(lazyParts(payload)!.lazy.body!);
    } catch (error) {
      wanted = error as Failure;
    }
    const code = `export default (args) => {
      let first;
      try { args.body } catch (error) { first = error }
      try { args.body } catch (error) { throw error.message === first.message ? error : "differs" }
    }`;
    for (const reading of [code, "export default async (args) => { await null; return args.body }"]) {
      const seen = run(reading, payload) as Failure & { cause: Error; offset: number };
      assertEquals([seen.code, seen.details, seen.cause.message], ["bad_request", { status: 400 }, "invalid argument"]);
      assertEquals(seen.message, wanted!.message);
      assertEquals(seen.offset, reading.lastIndexOf("args.body") + "args.".length);
    }
  }
});

Deno.test("decoders that the realm lacks run before the call, and their errors are thrown on reading", () => {
  decoded = 0;
  const payload = lazyMap({
    fields: { good: null, bad: null, unknown: null },
    lazy: {
      good: { decoder: "counted", source: "text" },
      bad: { decoder: "counted", source: "bad" },
      unknown: { decoder: "no such decoder", source: "x" },
    },
  });
  assertEquals(run("export default (args) => args.good", payload), { from: "text" });
  assertEquals(decoded, 2);
  const seen = run("export default (args) => { try { return args.bad } catch (error) { throw error } }", payload) as
    & Failure
    & { cause: Error };
  assertEquals([seen.message, seen.code, seen.details, seen.cause.message], [
    "cannot be decoded",
    "bad",
    { why: 1 },
    "root",
  ]);
  assertEquals(
    (run("export default (args) => args.unknown", payload) as Error).message,
    'unknown decoder "no such decoder"',
  );
  // A decoder with a parameter is always the engine's.
  const withParameter = lazyMap({ fields: { a: null }, lazy: { a: { decoder: "text", source: "x", parameter: "p" } } });
  assertEquals(run("export default (args) => args.a", withParameter), "x");
});

seededTest("the realm's decoders do the same as the engine's", (random) => {
  const below = (limit: number) => random.below(limit);
  const pick = (from: string) => Array.from({ length: below(14) }, () => from[below(from.length)]!).join("");
  const read = program("export default ({ field }) => field");
  let errors = 0;
  for (let i = 0; i < 6000; i++) {
    const [decoder, source] = [
      () => ["json", pick('{}[]:,"ab\\u1 0.e-tru null')],
      () => ["form", pick("a=b&c%41%zz+é%C3%28;%")],
      () => ["text", pick("abc é\ufeff\n")],
      () => ["header", Array.from({ length: 2 * below(4) }, () => pick("ab-X_1é"))],
    ][i % 4]!() as [string, string | string[]];
    const isText = typeof source === "string";
    const field = { decoder, source: isText && below(2) === 0 ? bytes(source) : source };
    const payload = lazyMap({ fields: { field: null }, lazy: { field } });
    let want: Value;
    try {
      want = decodeField(field);
    } catch (error) {
      want = (error as Error).message;
      errors++;
    }
    const seen = callNow(read, payload);
    assertEquals(isError(seen) ? seen.message : seen, want, JSON.stringify([decoder, source]));
  }
  assert(errors > 500);
});

Deno.test("lazy maps inside other values are lazy too", () => {
  const seen = run("export default (list) => list.map((args) => args.method).concat(list[1].body.n)", [
    request("{"),
    request('{"n": 4}'),
  ]);
  assertEquals(seen, ["POST", "POST", 4]);
});

Deno.test("fields may have the names of built-ins", () => {
  const lazy = lazyMap({
    fields: JSON.parse('{"__proto__": null, "constructor": null, "toString": 1}'),
    lazy: JSON.parse(
      '{"__proto__": {"decoder": "text", "source": "p"}, "constructor": {"decoder": "json", "source": "[1]"}}',
    ),
  });
  const code =
    `export default (args) => [Object.keys(args), Object.entries(args), Object.getPrototypeOf(args) === Object.prototype]`;
  assertEquals(run(code, lazy), [
    ["__proto__", "constructor", "toString"],
    [["__proto__", "p"], ["constructor", [1]], ["toString", 1]],
    true,
  ]);
});
