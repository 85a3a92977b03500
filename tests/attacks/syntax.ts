import type { Attack } from "./attack.ts";

const GOOD = "export default () => 1";
const range = (count: number, make: (index: number) => string, by = ""): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(by);
const nested = (open: string, inner: string, close: string, depth: number): string =>
  open.repeat(depth) + inner + close.repeat(depth);

/** Code that is hard to parse, to check or to compile; and code that does something while it is loaded. */
export const SYNTAX: readonly Attack[] = [
  // JavaScript
  { name: "parentheses", code: `export default () => ${nested("(", "1", ")", 50_000)}`, applied: "rejected" },
  { name: "lists", code: `export default () => ${nested("[", "1", "]", 50_000)}`, applied: "rejected" },
  {
    name: "templates in templates",
    code: `export default () => ${nested("`${", "1", "}`", 20_000)}`,
    applied: "rejected",
  },
  { name: "functions in functions", code: `export default ${nested("() => {", "", "}", 20_000)}`, applied: "rejected" },
  { name: "arrows of arrows", code: `export default ${"() => ".repeat(50_000)}1`, applied: "rejected" },
  {
    name: "patterns of default values",
    code: `export default (${nested("{ a = (", "b", ") => 1 }", 5_000)}) => 1`,
    applied: "either",
  },
  {
    name: "calls or parameters, undecided",
    code: `export default () => ${"async(".repeat(5_000)}1${")".repeat(5_000)}`,
    applied: "either",
  },
  { name: "blocks in blocks", code: `${nested("{", "", "}", 50_000)}; ${GOOD}`, applied: "rejected" },
  { name: "labels of labels", code: `${range(20_000, (n) => `l${n}: `)}for (;;) break; ${GOOD}`, applied: "either" },
  {
    name: "else if",
    code: `export default (n) => { ${range(30_000, (n) => `if (n === ${n}) return ${n}; else `)} return 1 }`,
    applied: "either",
  },
  {
    name: "conditions of conditions",
    code: `export default (n) => ${range(30_000, (n) => `n === ${n} ? ${n} : `)}1`,
    applied: "either",
  },
  {
    name: "a sum of a hundred thousand",
    code: `export default () => ${range(100_000, () => "1", "+")}`,
    applied: "either",
  },
  { name: "a member of a member", code: `export default (a) => a${".b".repeat(100_000)}`, applied: "either" },
  { name: "optional members", code: `export default (a) => a${"?.b".repeat(100_000)}`, applied: "either" },
  { name: "a call of a call", code: `export default (a) => a${"()".repeat(100_000)}`, applied: "either" },
  { name: "powers of powers", code: `export default () => ${range(50_000, () => "1", "**")}`, applied: "either" },
  { name: "assignments of assignments", code: `export default (a) => ${"a = ".repeat(50_000)}1`, applied: "either" },
  { name: "not not not", code: `export default () => ${"!".repeat(100_000)}1`, applied: "rejected" },
  { name: "new new new", code: `export default () => ${"new ".repeat(50_000)}a`, applied: "rejected" },
  {
    name: "await and yield of each other",
    code: `export default async () => ${"await ".repeat(50_000)}1`,
    applied: "rejected",
  },
  { name: "classes in classes", code: `${nested("class A { x = ", "1", "}", 10_000)}; ${GOOD}`, applied: "either" },
  {
    name: "a hundred thousand functions",
    code: `${range(100_000, (n) => `function f${n}(){}`)}; ${GOOD}`,
    applied: "either",
  },
  {
    name: "a hundred thousand variables",
    code: `${range(120_000, (n) => `let v${n}=1;`)}; ${GOOD}`,
    applied: "either",
  },
  {
    name: "seventy thousand parameters",
    code: `export default (${range(70_000, (n) => `a${n}`, ",")}) => 1`,
    applied: "either",
  },
  {
    name: "a call with seventy thousand arguments",
    code: `export default () => Math.max(${range(70_000, String, ",")})`,
    applied: "either",
  },
  {
    name: "a list of a million constants",
    code: `export default () => [${range(900_000, () => "1", ",")}].length`,
    applied: "either",
  },
  {
    name: "a map of a hundred thousand fields",
    code: `export default () => ({${range(100_000, (n) => `k${n}:${n}`, ",")}})`,
    applied: "either",
  },
  {
    name: "a switch of a hundred thousand cases",
    code: `export default (n) => { switch (n) { ${range(80_000, (n) => `case ${n}: return 1;`)} } }`,
    applied: "either",
  },
  { name: "a string of two megabytes", code: `export default () => "${"x".repeat(1_900_000)}"`, applied: "either" },
  { name: "a comment of two megabytes", code: `/*${"*".repeat(1_900_000)}*/ ${GOOD}`, applied: "either" },
  { name: "empty lines without end", code: `${"\n".repeat(1_900_000)}${GOOD}`, applied: "either" },
  { name: "names that are escaped", code: `let ${"\\u{61}".repeat(200_000)} = 1; ${GOOD}`, applied: "either" },
  {
    name: "a pattern of a million characters",
    code: `export default () => /${"(a|b)*".repeat(100_000)}/.test("")`,
    applied: "either",
  },
  {
    name: "a pattern that is nested",
    code: `export default () => /${nested("(?:", "a", ")", 50_000)}/.test("")`,
    applied: "either",
  },
  {
    name: "a pattern with names by the thousand",
    code: `export default () => /${range(20_000, (n) => `(?<n${n}>a)`)}/.test("")`,
    applied: "either",
  },
  {
    name: "one division after another, or patterns",
    code: `export default (a) => ${range(100_000, () => "a", "/")}`,
    applied: "either",
  },
  { name: "a number of a million digits", code: `export default () => ${"9".repeat(1_000_000)}n`, applied: "either" },
  {
    name: "an export of a hundred thousand names",
    code: `${range(50_000, (n) => `export const e${n} = 1;`)} ${GOOD}`,
    applied: "either",
  },
  {
    name: "destructuring of destructuring",
    code: `const ${nested("[", "a", "]", 20_000)} = 1; ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "private names by the thousand",
    code: `class A { ${range(50_000, (n) => `#p${n} = 1;`)} } ${GOOD}`,
    applied: "either",
  },
  {
    name: "tagged templates of tagged templates",
    code: `export default (f) => f${"`a`".repeat(100_000)}`,
    applied: "either",
  },
  { name: "code of zeros", code: "\0".repeat(1_000_000), applied: "rejected" },
  { name: "code of lone surrogates", code: "\ud800".repeat(100_000), applied: "rejected" },
  // TypeScript
  {
    name: "arguments of types, or comparisons",
    language: "typescript",
    code: `const a = ${range(8, () => `${"a<".repeat(400)}1`, "\n")}; ${GOOD}`,
    applied: "rejected",
  },
  { name: "arrow functions of types, undecided", language: "typescript", code: "<T>(".repeat(23), applied: "rejected" },
  {
    name: "types in types",
    language: "typescript",
    code: `let x: ${nested("A<", "1", ">", 20_000)}; ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "conditional types",
    language: "typescript",
    code: `type X<T> = ${range(20_000, (n) => `T extends ${n} ? ${n} : `)}never; ${GOOD}`,
    applied: "either",
  },
  {
    name: "a pattern that is an expression",
    language: "typescript",
    code: `const p = o?.of\n/ (${"!".repeat(20_000)}1) /g; ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a pattern that hides a loop",
    language: "typescript",
    code: `const p = o?.of\n/ ((q = async () => { await null; for (;;); })) /g, q(); ${GOOD}`,
    applied: "either",
  },
  {
    name: "unions without end",
    language: "typescript",
    code: `let x: ${range(60_000, String, "|")}; ${GOOD}`,
    applied: "either",
  },
  {
    name: "types of functions of functions",
    language: "typescript",
    code: `let x: ${"(a: ".repeat(10_000)}1${") => 1".repeat(10_000)}; ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "enums, namespaces and decorators",
    language: "typescript",
    code: `${range(5_000, (n) => `enum E${n} { A, B } namespace N${n} { export const a = 1 }`)} ${GOOD}`,
    applied: "either",
  },
  {
    name: "casts of casts",
    language: "typescript",
    code: `export default () => ${"<any>".repeat(30_000)}1`,
    applied: "either",
  },
  {
    name: "satisfies and as",
    language: "typescript",
    code: `export default () => 1${" as any".repeat(30_000)}`,
    applied: "either",
  },
  {
    name: "non-null assertions",
    language: "typescript",
    code: `export default (a) => a${"!".repeat(200_000)}`,
    applied: "either",
  },
  // CEL
  { name: "parentheses in CEL", language: "cel", code: nested("(", "1", ")", 100_000), applied: "rejected" },
  { name: "lists in CEL", language: "cel", code: nested("[", "", "]", 100_000), applied: "rejected" },
  { name: "minus minus minus in CEL", language: "cel", code: `${"-".repeat(100_000)}1`, applied: "rejected" },
  { name: "a sum in CEL", language: "cel", code: range(100_000, () => "1", "+"), applied: "rejected" },
  {
    name: "conditions of conditions in CEL",
    language: "cel",
    code: `${"true ? ".repeat(20_000)}1${" : 2".repeat(20_000)}`,
    applied: "rejected",
  },
  { name: "members of members in CEL", language: "cel", code: `self${".a".repeat(50_000)}`, applied: "rejected" },
  {
    name: "macros in macros in CEL",
    language: "cel",
    code: nested("self.map(a, ", "a", ")", 2_000),
    applied: "rejected",
  },
  {
    name: "a string of a million characters in CEL",
    language: "cel",
    code: `'${"\\u0041".repeat(150_000)}'`,
    applied: "either",
  },
  {
    name: "a pattern in CEL that is nested",
    language: "cel",
    code: `self.path.matches('${nested("(", "a", ")", 20_000)}')`,
    applied: "either",
  },
  { name: "a number in CEL without end", language: "cel", code: "9".repeat(1_000_000), applied: "rejected" },
  {
    name: "a condition that is nested",
    specs: [{ kind: "if", name: "nested_if", when: nested("(", "true", ")", 50_000) }],
    applied: "rejected",
  },
  {
    name: "ten thousand conditions",
    specs: [{
      kind: "switch",
      name: "many_cases",
      match: Array.from({ length: 10_000 }, (_, n) => ({ when: `self.path == "${n}"`, port: "out[0]" })),
    }],
    applied: "either",
  },
  // data
  { name: "JSON of lists in lists", language: "json", code: nested("[", "", "]", 500_000), applied: "rejected" },
  { name: "JSON of maps in maps", language: "json", code: nested('{"a":', "1", "}", 200_000), applied: "rejected" },
  { name: "JSON of a number without end", language: "json", code: "9".repeat(1_000_000), applied: "either" },
  {
    name: "JSON of a million values",
    language: "json",
    code: `[${range(900_000, () => "1", ",")}]`,
    applied: "either",
  },
  {
    name: "JSON with a key called __proto__",
    language: "json",
    code: '{"__proto__": {"then": 1}, "constructor": {"prototype": {"x": 1}}}',
    applied: "either",
  },
  { name: "JSON of open brackets", language: "json", code: "[".repeat(1_900_000), applied: "rejected" },
  { name: "YAML of flows in flows", language: "yaml", code: nested("[", "", "]", 50_000), applied: "rejected" },
  {
    name: "YAML of maps in maps",
    language: "yaml",
    code: range(2_000, (n) => `${" ".repeat(n)}a:`, "\n"),
    applied: "rejected",
  },
  {
    name: "YAML of anchors by the thousand",
    language: "yaml",
    code: range(50_000, (n) => `- &a${n} x`, "\n"),
    applied: "either",
  },
  {
    name: "YAML of aliases that merge",
    language: "yaml",
    code: `a: &a {${range(2_000, (n) => `k${n}: 1`, ", ")}}\n${
      range(300, (n) => `b${n}: {<<: [*a, *a, *a, *a]}`, "\n")
    }`,
    applied: "either",
  },
  { name: "YAML that refers to itself", language: "yaml", code: "&a [*a, *a]", applied: "rejected" },
  { name: "YAML of question marks", language: "yaml", code: "? ".repeat(50_000), applied: "either" },
  { name: "YAML of dashes", language: "yaml", code: "- ".repeat(50_000), applied: "rejected" },
  { name: "YAML of quotes that never end", language: "yaml", code: `"${"\\".repeat(500_001)}`, applied: "rejected" },
  { name: "YAML of tags", language: "yaml", code: `!!binary ${"A".repeat(1_000_000)}`, applied: "either" },
  {
    name: "YAML of keys that are maps",
    language: "yaml",
    code: nested("{? {a: 1} : ", "1", "}", 5_000),
    applied: "rejected",
  },
  { name: "YAML of documents", language: "yaml", code: "---\n".repeat(200_000), applied: "either" },
  { name: "a text of two megabytes", language: "text", code: "x".repeat(1_900_000), applied: "either" },
  { name: "a page of two megabytes", language: "html", code: "<div>".repeat(380_000), applied: "either" },
  // templates of the host
  {
    name: "a template that is nested",
    language: "text",
    code: `{{ ${nested("(", "1", ")", 2_000)} }}`,
    fields: { timeout: `{{ ${nested("(", "1", ")", 2_000)} }}` },
    applied: "rejected",
  },
  {
    name: "a template that grows a string",
    language: "text",
    code: "x",
    fields: { timeout: `{{ ${range(60, () => "", "")}'a'${".replace('a', 'aaaaaaaaaaaaaaaa')".repeat(40)} }}` },
    applied: "rejected",
  },
  {
    name: "a template that splits what it has grown",
    language: "text",
    code: "x",
    fields: {
      timeout: `{{ ${"size(".repeat(1)}('a'${".replace('a', 'aaaa')".repeat(7)}).split('')) + ('a'${
        ".replace('a', 'aaaa')".repeat(8)
      }).split('a').size() }}`,
    },
    applied: "either",
  },
  {
    name: "a thousand templates",
    specs: [{
      kind: "switch",
      name: "template_cases",
      match: Array.from(
        { length: 1_000 },
        () => ({
          when: `{{ "true" + string(size('a'${".replace('a', 'aaaa')".repeat(8)})).substring(9) }}`,
          port: "out[0]",
        }),
      ),
    }],
    applied: "either",
  },
  {
    name: "a template with open braces",
    language: "text",
    code: "x",
    fields: { timeout: "{{".repeat(100_000) },
    applied: "rejected",
  },
  // what is done while it is loaded
  { name: "a top level that never ends", code: `for (;;); ${GOOD}`, applied: "rejected" },
  {
    name: "a top level that catches everything",
    code: `for (;;) try { for (;;); } catch {} finally { for (;;); } ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a top level that queues microtasks forever",
    code: `const f = () => queueMicrotask(f); f(); ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a top level that leaves timers that loop",
    code: `for (let i = 0; i < 100; i++) setTimeout(() => { for (;;); }); ${GOOD}`,
    applied: "either",
  },
  {
    name: "a top level that fills the memory",
    code: `const a = []; for (;;) a.push({ a: [1] }); ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a top level that fills memory outside of the heap",
    code: `const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1)); ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a top level that keeps much",
    code: `export const a = Array.from({ length: 1e6 }, (_, i) => ({ i })); ${GOOD}`,
    applied: "either",
  },
  {
    name: "a top level that lasts in the engine's own code",
    code: `const s = "a".repeat(2 ** 28); for (let i = 0; ; i++) s.lastIndexOf("b" + i); ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a top level with a size that V8 cannot carry out",
    code: `Array.prototype.sort.call({ length: 2e8 }); ${GOOD}`,
    applied: "rejected",
  },
  { name: "a top level that spreads a long string", code: `[..."a".repeat(2e8)]; ${GOOD}`, applied: "rejected" },
  {
    name: "a top level with a pattern that runs away",
    code: `/(a+)+$/.test("a".repeat(50) + "b"); ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a top level that throws what cannot be read",
    code: `throw new Proxy({}, { get() { for (;;); }, getPrototypeOf() { for (;;); } }); ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "a top level that writes without end",
    code: `for (;;) console.log("x".repeat(1e5)); ${GOOD}`,
    applied: "rejected",
  },
  {
    name: "an export that is a getter",
    code: "Object.defineProperty(module, 'exports', { get() { for (;;); } })",
    applied: "rejected",
  },
  {
    name: "an export that is a proxy",
    code: "module.exports = new Proxy({}, { get() { for (;;); } })",
    applied: "rejected",
  },
  {
    name: "an export that is a proxy of a function",
    code: "export default new Proxy(() => 1, { apply() { for (;;); } })",
    applied: "either",
  },
  {
    name: "a top level that changes every built-in",
    code:
      `for (const k of Reflect.ownKeys(globalThis)) for (const p of Reflect.ownKeys(globalThis[k]?.prototype ?? {})) try { globalThis[k].prototype[p] = null } catch {} ${GOOD}`,
    applied: "either",
  },
  {
    name: "a hundred snippets whose top levels take half a second",
    specs: Array.from(
      { length: 10 },
      (_, n) => ({
        kind: "snippet",
        name: `slow_top${n}`,
        language: "javascript",
        code: `const to = Date.now() + 500; while (Date.now() < to); ${GOOD}`,
      }),
    ),
    applied: "either",
  },
  {
    name: "a thousand snippets at once",
    specs: Array.from(
      { length: 1_000 },
      (_, n) => ({ kind: "snippet", name: `many${n}`, language: "javascript", code: `const n = ${n}; ${GOOD}` }),
    ),
    applied: "either",
  },
];
