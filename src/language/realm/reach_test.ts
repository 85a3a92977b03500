import { assert, assertEquals } from "@std/assert";
import * as acorn from "acorn";
import { program } from "../../../tests/language/run.ts";
import { failure, lazyMap, Stream, type Value } from "../../value/mod.ts";
import { eachNode } from "../javascript/syntax.ts";
import { parts } from "./prelude.ts";

/** Code for the realm: collects everything that can be reached from values by fields, accessors and prototypes. */
const REACH = `
  const reach = (roots) => {
    const seen = new Set();
    const waiting = [...roots];
    while (waiting.length > 0) {
      const value = waiting.pop();
      if ((typeof value !== "object" || value === null) && typeof value !== "function") continue;
      if (seen.has(value)) continue;
      seen.add(value);
      waiting.push(Object.getPrototypeOf(value));
      for (const key of Reflect.ownKeys(value)) {
        const field = Reflect.getOwnPropertyDescriptor(value, key);
        waiting.push(field.value, field.get, field.set);
        // the values behind accessors of built-ins: Promise, toString, ...
        if (field.get && Object.isFrozen(field.get)) try { waiting.push(Reflect.apply(field.get, value, [])) } catch { }
      }
    }
    return seen;
  };
  const foreign = (value) => {
    let root = value;
    for (let up = Object.getPrototypeOf(root); up !== null; up = Object.getPrototypeOf(up)) root = up;
    if (root !== Object.prototype && Object.getPrototypeOf(value) !== null) return true;
    return typeof value === "function" && value !== Function.prototype && !(value instanceof Function);
  };
  const nameOf = (value) => { try { return String(value.name ?? value[Symbol.toStringTag] ?? Object.prototype.toString.call(value)) } catch { return "?" } };
`;

/** Expressions that create an object of each kind. What two results share is shared by all snippets. */
const PRODUCERS = [
  "{}",
  "[]",
  "() => {}",
  "function () {}",
  "async () => {}",
  "async function () {}",
  "function* () {}",
  "async function* () {}",
  "class {}",
  "class extends Array {}",
  "(function* () {})()",
  "(async function* () {})()",
  "(async () => {})()",
  "(function () { return arguments })()",
  "/x/g",
  "new Error('x')",
  "new AggregateError([1], 'x')",
  "new SuppressedError(1, 2)",
  "Symbol.prototype",
  "Object(1)",
  "Object('x')",
  "Object(1n)",
  "Object(Symbol())",
  "Object(true)",
  "new Date()",
  "new Map([[1, 2]])",
  "new Set([1])",
  "new WeakMap()",
  "new WeakSet()",
  "new Promise(() => {})",
  "Promise.withResolvers()",
  "new Proxy({}, {})",
  "Proxy.revocable({}, {})",
  "new ArrayBuffer(8)",
  "new DataView(new ArrayBuffer(8))",
  ...[
    "Int8",
    "Uint8",
    "Uint8Clamped",
    "Int16",
    "Uint16",
    "Int32",
    "Uint32",
    "BigInt64",
    "BigUint64",
    "Float16",
    "Float32",
    "Float64",
  ]
    .map((type) => `new ${type}Array(2)`),
  "[][Symbol.iterator]()",
  "new Map().entries()",
  "new Set().values()",
  "''[Symbol.iterator]()",
  "'a'.matchAll(/a/g)",
  "[].values().map((x) => x)",
  "Iterator.from({ next() {} })",
  "Iterator.concat([1])",
  "new DisposableStack()",
  "new AsyncDisposableStack()",
  "JSON.rawJSON('1')",
  "/(?<a>x)/d.exec('x')",
  "Object.getOwnPropertyDescriptor(new Error(), 'stack')",
  "(function () { return Object.getOwnPropertyDescriptor(arguments, 'callee') })()",
  "Object.getOwnPropertyDescriptors({ get a() { return 1 } })",
  ...[
    "Collator",
    "DateTimeFormat",
    "NumberFormat",
    "PluralRules",
    "ListFormat",
    "RelativeTimeFormat",
    "Segmenter",
    "DurationFormat",
  ]
    .map((type) => `new Intl.${type}('en')`),
  "new Intl.Locale('en')",
  "new Intl.DisplayNames('en', { type: 'region' })",
  "new Intl.DateTimeFormat('en').format",
  "new Intl.NumberFormat('en').formatToParts(1)",
  "new Intl.Segmenter().segment('a')",
  "new Intl.Segmenter().segment('a')[Symbol.iterator]()",
  "[...new Intl.Segmenter().segment('a')][0]",
  "Temporal.Now.instant()",
  "Temporal.Now.plainDateTimeISO()",
  "Temporal.Now.zonedDateTimeISO()",
  "Temporal.Duration.from({ hours: 1 })",
  "Temporal.PlainYearMonth.from('2020-01')",
  "Temporal.PlainMonthDay.from('01-02')",
  "Temporal.PlainTime.from('01:02')",
  "new URL('http://h/')",
  "new URL('http://h/?a').searchParams",
  "new URLSearchParams().entries()",
  "new TextEncoder()",
  "new TextDecoder()",
  "new DOMException('x')",
  "structuredClone(new Error('x'))",
  "((strings) => strings)\`a\`",
];

const realmWalk = program(`${REACH}
  const producers = [${PRODUCERS.map((code) => `() => (${code})`).join(",\n")}];
  export default (args) => {
    const problems = [];
    let functions = 0;
    const all = reach([globalThis, ...producers.map((produce) => produce())]);
    const first = reach(producers.map((produce) => produce()));
    const second = reach(producers.map((produce) => produce()));
    for (const value of all) {
      if (foreign(value)) problems.push("foreign: " + nameOf(value));
      if (typeof value === "function") functions++;
    }
    const own = globalThis; // and private, unlike what it inherits from
    const shared = [...reach([globalThis]), ...[...first].filter((value) => second.has(value))];
    for (const value of shared) {
      if (typeof value === "function" && value.prototype && producers.includes(value)) continue;
      if (value === own) continue;
      if (!Object.isFrozen(value) && !(Array.isArray(value) && value.raw)) problems.push("not frozen: " + nameOf(value) + " " + typeof value);
    }
    return { problems, functions, all: all.size, shared: new Set(shared).size };
  };
`);

Deno.test("a snippet can reach only objects of the realm, and what snippets share is frozen", () => {
  const seen = realmWalk.call(null) as unknown as {
    problems: string[];
    functions: number;
    all: number;
    shared: number;
  };
  if (seen instanceof Error) throw seen;
  assertEquals(seen.problems, []);
  assert(seen.functions > 1000 && seen.shared > 1000, JSON.stringify(seen));
});

Deno.test("a snippet receives only objects of the realm", () => {
  const walk = program(`${REACH}
    export default (args) => {
      const handed = [args];
      for (const key of ["bad", "broken"]) try { args.lazy[key] } catch (error) { handed.push(error) }
      try { null.x } catch (error) { handed.push(error) }
      const problems = [];
      let count = 0;
      for (const value of reach(handed)) {
        count++;
        if (foreign(value)) problems.push("foreign: " + nameOf(value));
        if (typeof value === "function" && !Object.isFrozen(value)) problems.push("not frozen: " + nameOf(value));
      }
      return { problems, count };
    };
  `);
  const argument: Value = {
    list: [[1], { a: 1 }],
    bytes: new Uint8Array(2),
    date: new Date(),
    big: 1n,
    error: failure("e", { details: [1], cause: new AggregateError([new TypeError("t")], "a") }),
    stream: Stream.of(3),
    lazy: lazyMap({
      fields: { json: null, form: null, header: null, bad: null, broken: null },
      lazy: {
        json: { decoder: "json", source: "[{}]" },
        form: { decoder: "form", source: "a=1" },
        header: { decoder: "header", source: "\na:b" },
        bad: { decoder: "json", source: "" },
        broken: { decoder: "nobody knows it", source: "" },
      },
    }),
  };
  const seen = walk.call(argument) as unknown as { problems: string[]; count: number };
  if (seen instanceof Error) throw seen;
  assertEquals(seen.problems, []);
  assert(seen.count > 200, `${seen.count}`);
});

/** Globals that the realm's own code may use: those of the language, and those that earlier parts define. */
const LANGUAGE = new Set(
  ("globalThis undefined NaN Infinity Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Error " +
    "AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Math Intl ArrayBuffer DataView " +
    "Uint8Array Uint16Array Uint32Array Int32Array Map Set WeakMap WeakSet Iterator Proxy Reflect parseInt parseFloat isNaN " +
    "decodeURIComponent encodeURIComponent URL URLSearchParams arguments").split(" "),
);

for (const part of parts) {
  Deno.test(`a part of the realm refers to nothing outside it: ${part.name}`, () => {
    assertEquals(freeNames(String(part)).filter((name) => !LANGUAGE.has(name)), []);
  });
}

Deno.test("freeNames finds names that are not declared", () => {
  assertEquals(freeNames("function f(a) { const b = outside; return ({ b, c: d }) => a.e + b + g`x` }"), [
    "g",
    "outside",
  ]);
});

/** Returns the names that a function uses but declares in none of its scopes. */
function freeNames(source: string): string[] {
  const used = new Set<string>();
  const declared = new Set<string>();
  const declare = (pattern: acorn.Node | null | undefined): void => {
    if (pattern == null) return;
    if (pattern.type === "Identifier") declared.add((pattern as acorn.Identifier).name);
    else if (pattern.type === "AssignmentPattern") declare((pattern as acorn.AssignmentPattern).left);
    else if (pattern.type === "RestElement") declare((pattern as acorn.RestElement).argument);
    else if (pattern.type === "ArrayPattern") (pattern as acorn.ArrayPattern).elements.forEach(declare);
    else if (pattern.type === "ObjectPattern") {
      for (const property of (pattern as acorn.ObjectPattern).properties) {
        declare(property.type === "Property" ? property.value : property);
      }
    }
  };
  const labels = new Set<acorn.Node>();
  eachNode(acorn.parse(`(${source})`, { ecmaVersion: "latest", sourceType: "script" }), (node) => {
    // deno-lint-ignore no-explicit-any -- the fields depend on the type, which is tested
    const item = node as any;
    if (/Function/.test(node.type)) {
      declare(item.id);
      item.params.forEach(declare);
    } else if (node.type === "VariableDeclarator" || /^Class/.test(node.type)) declare(item.id);
    else if (node.type === "CatchClause") declare(item.param);
    else if (node.type === "MemberExpression" && !item.computed) labels.add(item.property);
    else if (node.type === "MetaProperty") labels.add(item.meta).add(item.property); // new.target
    else if (/^(Property|MethodDefinition|PropertyDefinition)$/.test(node.type) && !item.computed && !item.shorthand) {
      labels.add(item.key);
    } else if (node.type === "Identifier" && !labels.has(node)) used.add(item.name);
  });
  return [...used].filter((name) => !declared.has(name)).sort();
}
