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
  return "fields" in result ? result.fields.v : result.diagnostics.map(({ message, hint }) => `${message}; ${hint}`);
}

Deno.test("values are read as they were meant", () => {
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

Deno.test("what cannot be meant is refused with its value", () => {
  const cases: [z.ZodType, ValueMap[string], string][] = [
    [z.number(), "8000x", 'v is "8000x"; it has to be a number'],
    [z.number(), "", 'v is ""; it has to be a number'],
    [z.number(), "0x10", 'v is "0x10"; it has to be a number'],
    [z.int(), 1.5, "v is 1.5; it has to be a whole number"],
    [z.boolean(), "yes", 'v is "yes"; it has to be true or false'],
    [z.boolean(), 1, "v is 1; it has to be true or false"],
    [z.string(), { a: 1 }, "v is a map; it has to be a text"],
    [z.string(), [], "v is an empty list; it has to be a text"],
    [z.strictObject({}), "a", 'v is "a"; it has to be a map'],
    [z.number(), null, 'missing field "v" of k; it has to be a number'],
    [z.string().min(2), "a", 'v is "a"; it has to have at least 2 characters'],
    [z.string().max(2), "a".repeat(99), `v is "${"a".repeat(60)}..."; it has to have at most 2 characters`],
    [z.array(z.string()).max(1), ["a", "b"], "v is a list of 2; it has to have at most 1 item"],
    [z.number().gt(1), 1, "v is 1; it has to be more than 1"],
    [z.number().multipleOf(5), 7, "v is 7; it has to be a multiple of 5"],
    [z.string().regex(/^a$/), "b", 'v is "b"; it has to match /^a$/'],
    [z.email(), "b", 'v is "b"; it has to be an email address'],
    [z.enum(["one", "two"]), "on", 'v is "on"; did you mean "one"?'],
    [z.enum(["one", "two"]), "three", 'v is "three"; it has to be "one" or "two"'],
    [z.string().refine(() => false, "it has to be right"), "x", 'v is "x"; it has to be right'],
    [z.union([z.number(), z.boolean()]), "x", 'v is "x"; it has to be a number or true or false'],
    [
      z.union([z.strictObject({ a: z.strictObject({ b: z.number() }) }), z.string()]),
      { a: { b: "x" } },
      'v.a.b is "x"; it has to be a number',
    ],
    [
      z.discriminatedUnion("t", [z.strictObject({ t: z.literal("one") }), z.strictObject({ t: z.literal("two") })]),
      { t: "tow" },
      'v.t is "tow"; did you mean "two"?',
    ],
    [duration(), "soon", 'v is "soon"; it has to be a number of milliseconds or a duration such as 500ms, 2s or 1m30s'],
    [size(), "-1B", 'v is "-1B"; it has to be a number of bytes or a size such as 64KiB or 1MB'],
    [port(), 70000, "v is 70000; it has to be at most 65535"],
    [portName(), "out[01]", 'v is "out[01]"; it has to be the name of a port, such as out or out[0]'],
    [link(), { port: "in" }, "v is a map; it has to have a name or an id"],
    [nodeId(), "x", 'v is "x"; it has to be a UUID'],
    [specs(), [], "v is an empty list; it has to have at least 1 item"],
  ];
  for (const [schema, value, line] of cases) assertEquals(read(schema, value), [line], JSON.stringify(value));
});

Deno.test("names are made of what leaves paths and ids readable", () => {
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

Deno.test("durations and sizes are read", () => {
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

Deno.test("fields have their kind's names, with defaults, and no others", () => {
  const kind = kindOf({ matches: z.array(z.string()), n: z.number().default(5) }, {
    fieldAliases: { match: "matches" },
  });
  assertEquals(validate(kind, { match: "a" }), { fields: { matches: ["a"], n: 5 } });
  assertEquals(validate(kind, { match: "a", matches: [], nn: 1, ["__proto__"]: 1 }), {
    diagnostics: [
      {
        location: { path: ["matches"], key: true },
        message: "match and matches are both given",
        hint: "they are the same; give one",
      },
      { location: { path: ["nn"], key: true }, message: 'unknown field "nn" of k', hint: 'did you mean "n"?' },
      {
        location: { path: ["__proto__"], key: true },
        message: 'unknown field "__proto__" of k',
        hint: "known fields are matches, n, match, id, kind, namespace, name, annotations, links, ports",
      },
    ],
  });
  const given = { match: "a", n: "6" };
  validate(kind, given);
  assertEquals(given, { match: "a", n: "6" });
});

Deno.test("specs inside are read by their own kinds", () => {
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
    [["specs", 1, "specs", 0], 'missing field "when" of if'],
    [["specs", 2, "name"], 'name is "a b"'],
  ]);
});

Deno.test("what a field would have to be is thrown by no schema of ours when it is asked directly", () => {
  assertEquals(duration().parse("2s"), 2000);
  assertEquals(size().parse("1KiB"), 1024);
  assertThrows(() => duration().parse(-1), z.ZodError);
  assertEquals(nodeId().parse("0190163D-8694-739B-AEA5-966C26F8AD91"), "0190163d-8694-739b-aea5-966c26f8ad91");
});
