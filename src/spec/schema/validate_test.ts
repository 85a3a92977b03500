import { assert, assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { testScheme } from "../../../tests/spec/kinds.ts";
import type { ValueMap } from "../../value/mod.ts";
import {
  duration,
  type KindDescription,
  link,
  nodeId,
  nodeName,
  parseDuration,
  parseSize,
  port,
  portName,
  size,
  specs,
  validate,
} from "../mod.ts";

const scheme = testScheme();

function kindOf(fields: z.ZodRawShape, more: Partial<KindDescription> = {}): KindDescription {
  return { name: "k", summary: "", fields: z.object(fields), ports: { in: [], out: [] }, ...more };
}

/** A field as it is read; what is wrong with it, if that. */
function read(schema: z.ZodType, value: ValueMap[string]): unknown {
  const result = validate(kindOf({ v: schema }), { v: value });
  return "fields" in result
    ? result.fields.v
    : result.diagnostics.map(({ message, hint }) => hint === undefined ? message : `${message}; ${hint}`);
}

Deno.test("values are coerced to the type of the field", () => {
  const cases: [z.ZodType, ValueMap[string], unknown][] = [
    [z.number(), "8000", 8000],
    [z.number(), " -1.5e3 ", -1500],
    [z.int(), "7", 7],
    [z.boolean(), "true", true],
    [z.boolean(), "false", false],
    [z.string(), 7, "7"],
    [z.string(), true, "true"],
    [z.enum(["1", "2"]), 1, "1"],
    [z.literal([1, 2]), "2", 2],
    [z.array(z.string()), "a", ["a"]],
    [z.array(z.number()), "5", [5]],
    [z.array(z.array(z.strictObject({ n: z.number() }))), { n: "1" }, [[{ n: 1 }]]],
    [z.record(z.string(), z.boolean()), { a: "true" }, { a: true }],
    [z.union([z.number(), z.boolean()]), "5", 5],
    [z.union([z.number(), z.boolean()]), "true", true],
    [z.number().optional(), null, undefined],
    [z.number().default(3), null, 3],
    [z.null(), null, null],
    [z.number().nullable(), null, null],
    [z.union([z.strictObject({ a: z.number() }), z.strictObject({ b: z.number() })]), { b: "1" }, { b: 1 }],
    [duration(), "250", 250],
    [port(), "8000", 8000],
  ];
  for (const [schema, value, wanted] of cases) assertEquals(read(schema, value), wanted, JSON.stringify(value));
});

Deno.test("a value that cannot be coerced is rejected, and the message shows it", () => {
  const cases: [z.ZodType, ValueMap[string], string][] = [
    [z.number(), "8000x", 'invalid v "8000x": expected a number'],
    [z.number(), "", 'invalid v "": expected a number'],
    [z.number(), "0x10", 'invalid v "0x10": expected a number'],
    [z.int(), 1.5, "invalid v 1.5: expected a whole number"],
    [z.boolean(), "yes", 'invalid v "yes": expected true or false'],
    [z.boolean(), 1, "invalid v 1: expected true or false"],
    [z.string(), { a: 1 }, "invalid v: expected a string, got a map"],
    [z.string(), [], "invalid v: expected a string, got an empty list"],
    [z.strictObject({}), "a", 'invalid v "a": expected a map'],
    [z.number(), null, 'missing field "v" of k: expected a number'],
    [z.string().min(2), "a", 'invalid v "a": expected at least 2 characters'],
    [z.string().max(2), "a".repeat(99), `invalid v "${"a".repeat(60)}...": expected at most 2 characters`],
    [z.array(z.string()).max(1), ["a", "b"], "invalid v: expected at most 1 item, got a list of 2"],
    [z.number().gt(1), 1, "invalid v 1: expected more than 1"],
    [z.number().multipleOf(5), 7, "invalid v 7: expected a multiple of 5"],
    [z.string().regex(/^a$/), "b", 'invalid v "b": expected a string that matches /^a$/'],
    [z.email(), "b", 'invalid v "b": expected an email address'],
    [z.enum(["one", "two"]), "on", 'invalid v "on"; did you mean "one"?'],
    [z.enum(["one", "two"]), "three", 'invalid v "three": expected "one" or "two"'],
    [z.string().refine(() => false, "say it nicely"), "x", 'invalid v "x"; say it nicely'],
    [z.string().refine(() => false, "expected something else"), "x", 'invalid v "x": expected something else'],
    [z.union([z.number(), z.boolean()]), "x", 'invalid v "x": expected a number or true or false'],
    [
      z.union([z.strictObject({ a: z.strictObject({ b: z.number() }) }), z.string()]),
      { a: { b: "x" } },
      'invalid v.a.b "x": expected a number',
    ],
    [
      z.discriminatedUnion("t", [z.strictObject({ t: z.literal("one") }), z.strictObject({ t: z.literal("two") })]),
      { t: "tow" },
      'invalid v.t "tow"; did you mean "two"?',
    ],
    [
      duration(),
      "soon",
      'invalid v "soon": expected a duration such as 500ms, 2s or 1m30s, or a number of milliseconds',
    ],
    [size(), "-1B", 'invalid v "-1B": expected a size such as 64KiB or 1MB, or a number of bytes'],
    [port(), 70000, "invalid v 70000: expected at most 65535"],
    [portName(), "out[01]", 'invalid v "out[01]": expected the name of a port, such as out or out[0]'],
    [link(), { port: "in" }, "invalid v: expected a name or an id, got a map"],
    [nodeId(), "x", 'invalid v "x": expected a UUID'],
    [specs(), [], "invalid v: expected at least 1 item, got an empty list"],
  ];
  for (const [schema, value, line] of cases) assertEquals(read(schema, value), [line], JSON.stringify(value));
});

Deno.test("names are limited to characters that keep paths readable, and differ from ids", () => {
  for (const name of ["a", "400", "_x", "nodes.create", "a-b", "größe", "日本", "x".repeat(128)]) {
    assert(nodeName().safeParse(name).success, name);
  }
  const bad = [
    "",
    "a b",
    "a:b",
    "a/b",
    "-a",
    ".a",
    "a\n",
    "a[0]",
    "x".repeat(129),
    "0190163D-8694-739b-aea5-966c26f8ad91",
  ];
  for (const name of bad) assert(!nodeName().safeParse(name).success, name);
});

Deno.test("durations and sizes are parsed", () => {
  const durations: [string, number | undefined][] = [
    ["500ms", 500],
    ["2s", 2000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["1d", 86_400_000],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["0s", 0],
    ["", undefined],
    ["5", undefined],
    ["5 s", undefined],
    ["-5s", undefined],
    ["5s5", undefined],
    ["s", undefined],
    ["1.s", undefined],
  ];
  for (const [text, wanted] of durations) assertEquals(parseDuration(text), wanted, text);
  const sizes: [string, number | undefined][] = [
    ["512B", 512],
    ["64KiB", 65_536],
    ["1 MB", 1_000_000],
    ["1.5MiB", 1_572_864],
    ["2gib", 2_147_483_648],
    ["5", undefined],
    ["5K", undefined],
    ["-1B", undefined],
  ];
  for (const [text, wanted] of sizes) assertEquals(parseSize(text), wanted, text);
});

Deno.test("fields are renamed from aliases and get defaults; unknown ones are rejected", () => {
  const kind = kindOf({ matches: z.array(z.string()), n: z.number().default(5) }, {
    fieldAliases: { match: "matches" },
  });
  assertEquals(validate(kind, { match: "a" }), { fields: { matches: ["a"], n: 5 } });
  assertEquals(validate(kind, { match: "a", matches: [], nn: 1, ["__proto__"]: 1 }), {
    diagnostics: [
      {
        location: { path: ["matches"], key: true },
        message: "both match and matches are given",
        hint: "they are the same field; give one",
      },
      { location: { path: ["nn"], key: true }, message: 'unknown field "nn" of k', hint: 'did you mean "n"?' },
      {
        location: { path: ["__proto__"], key: true },
        message: 'unknown field "__proto__" of k',
        hint: "known fields are matches, n, match, id, kind, namespace, name, meta, annotations, env, links, ports",
      },
    ],
  });
  const given = { match: "a", n: "6" };
  validate(kind, given);
  assertEquals(given, { match: "a", n: "6" });
});

Deno.test("nested specs are validated by their own kinds", () => {
  const block = scheme.get("block")!;
  const fields = {
    specs: [
      { kind: "switch", name: 5, match: { when: true, port: "out" }, ports: { out: { name: "b", port: "in" } } },
      { kind: "block", specs: { kind: "snippet", language: "text", code: 5, timeout: "2s" } },
    ],
  };
  assertEquals(validate(block, fields, scheme), {
    fields: {
      specs: [
        {
          kind: "switch",
          name: "5",
          matches: [{ when: "true", port: "out" }],
          links: { out: [{ name: "b", port: "in" }] },
        },
        { kind: "block", specs: [{ kind: "snippet", language: "text", code: "5", timeout: 2000 }] },
      ],
    },
  });
  const wrong = {
    specs: [{ kind: "snipet" }, { kind: "block", specs: [{ kind: "if", wen: 1 }] }, { kind: "merge", name: "a b" }],
  };
  const result = validate(block, wrong, scheme);
  assert("diagnostics" in result);
  assertEquals(result.diagnostics.map(({ location, message }) => [location?.path, message]), [
    [["specs", 0, "kind"], 'unknown kind "snipet"'],
    [["specs", 1, "specs", 0, "wen"], 'unknown field "wen" of if'],
    [["specs", 1, "specs", 0], 'missing field "when" of if: expected a string'],
    [["specs", 2, "name"], 'invalid name "a b": expected letters, digits, _, - and ., the first no - or .'],
  ]);
});

Deno.test("the schemas of fields can also be used directly with zod", () => {
  assertEquals(duration().parse("2s"), 2000);
  assertEquals(size().parse("1KiB"), 1024);
  assertThrows(() => duration().parse(-1), z.ZodError);
  assertEquals(nodeId().parse("0190163D-8694-739B-AEA5-966C26F8AD91"), "0190163d-8694-739b-aea5-966c26f8ad91");
});
