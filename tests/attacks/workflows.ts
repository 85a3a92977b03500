import type { Attack } from "./attack.ts";

const script = (name: string, code: string, more: Record<string, unknown> = {}) => ({
  kind: "snippet",
  name,
  language: "javascript",
  code,
  ...more,
});
const to = (...names: string[]) => ({ links: { out: names.map((name) => ({ name, port: "in" })) } });
const SAME = "export default (n) => n";
const range = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
/** Macros of CEL that take the characters of a query, each inside the one before. */
const macros = (depth: number) =>
  range(depth, (n) => `"abcdefghijklmnopqrstuvwxyz".split("").all(v${n}, `).join("") + "v0 != ''" + ")".repeat(depth);
/** Binds names in CEL, each to twice the one before. */
const doubled = (first: string, times: number, last: string) =>
  range(times, (n) => `cel.bind(v${n}, ${n === 0 ? first : `v${n - 1} + v${n - 1}`}, `).join("") +
  last.replaceAll("LAST", `v${times - 1}`) + ")".repeat(times);

/** Workflows whose links, conditions and languages of data are the attack. */
export const WORKFLOWS: readonly Attack[] = [
  { name: "a node that is linked to itself", specs: [script("self", SAME, to("self"))] },
  {
    name: "two nodes that are linked to each other",
    specs: [script("ping", SAME, to("pong")), script("pong", SAME, to("ping"))],
  },
  {
    name: "an asynchronous loop of links",
    specs: [
      script("aping", "export default async (n) => { await null; return n }", to("apong")),
      script("apong", "export default async (n) => { await null; return n }", to("aping")),
    ],
  },
  {
    name: "a loop through a node of the host",
    specs: [script("hping", SAME, to("hpong")), { kind: "log", name: "hpong", level: "debug", ...to("hping") }],
  },
  {
    name: "a loop of errors",
    specs: [
      script("bad", "export default () => { throw new Error('x') }", {
        links: { error: [{ name: "worse", port: "in" }] },
      }),
      {
        kind: "try",
        name: "worse",
        links: { out: [{ name: "bad", port: "in" }], error: [{ name: "bad", port: "in" }] },
      },
    ],
  },
  {
    name: "a loop of conditions",
    specs: [{
      kind: "if",
      name: "maybe",
      when: "true",
      links: { "out[0]": [{ name: "maybe", port: "in" }], "out[1]": [{ name: "maybe", port: "in" }] },
    }],
  },
  {
    name: "a router that leads to itself",
    specs: [{
      kind: "router",
      name: "again",
      routes: [{ path: "/*", port: "out[0]" }],
      links: { "out[0]": [{ name: "again", port: "in" }] },
    }],
  },
  {
    name: "each node sends to two, twenty times",
    specs: range(20, (n) => script(`tree${n}`, SAME, n < 19 ? to(`tree${n + 1}`, `tree${n + 1}`) : {})),
  },
  {
    name: "each node sends to a hundred, four times",
    specs: range(4, (n) => ({ kind: "nop", name: `wide${n}` })).map((spec, n) =>
      n < 3 ? script(`wide${n}`, SAME, to(...Array<string>(100).fill(`wide${n + 1}`))) : spec
    ),
  },
  {
    name: "ten thousand packets to the host at once",
    specs: [script("floods", SAME, to(...Array<string>(10_000).fill("flooded"))), {
      kind: "log",
      name: "flooded",
      level: "debug",
    }],
  },
  {
    name: "a large value to a thousand nodes of the host",
    specs: [script("heavy", "export default () => 'x'.repeat(1e6)", to(...Array<string>(1_000).fill("heavy_log"))), {
      kind: "log",
      name: "heavy_log",
      level: "debug",
    }],
  },
  {
    name: "a list that a thousand nodes merge",
    specs: [
      script("merge", SAME, to(...Array<string>(1_000).fill("merged"))),
      script("merged", "export default () => Array(10000).fill('x')"),
    ],
  },
  {
    name: "a chain of nine hundred nodes",
    specs: range(900, (n) => script(`chain${n}`, "export default (n) => [n]", n < 899 ? to(`chain${n + 1}`) : {})),
  },
  {
    name: "steps inside of steps",
    specs: [
      range(11, (n) => n).reduce<Record<string, unknown>>(
        (inner, n) => ({ kind: "step", name: `deep${n}`, specs: [inner, inner] }),
        { kind: "nop" },
      ),
    ].map((spec) => ({ ...spec, name: "deep" })),
    applied: "either",
  },
  {
    name: "a thousand tries that catch each other",
    specs: range(
      500,
      (n) => ({
        kind: "try",
        name: `try${n}`,
        links: {
          out: [{ name: n < 499 ? `try${n + 1}` : "thrown", port: "in" }],
          error: [{ name: "caught", port: "in" }],
        },
      }),
    ).concat([{ kind: "throw", name: "thrown" }, { kind: "throw", name: "caught" }] as never),
  },
  {
    name: "a thousand nodes that loop, one after another",
    specs: range(100, (n) =>
      script(
        `loops${n}`,
        "export default () => { const to = Date.now() + 900; while (Date.now() < to); return 1 }",
        n < 99 ? to(`loops${n + 1}`) : {},
      )),
  },
  {
    name: "a thousand nodes that loop, side by side",
    specs: [
      script("beside", SAME, to(...Array<string>(100).fill("loops_beside"))),
      script("loops_beside", "export default () => { const to = Date.now() + 900; while (Date.now() < to); return 1 }"),
    ],
  },
  // CEL
  { name: "macros inside of macros", language: "cel", code: macros(9) },
  { name: "macros in a condition", specs: [{ kind: "if", name: "long", when: macros(9) }] },
  {
    name: "macros in a thousand conditions",
    specs: [{
      kind: "switch",
      name: "cases",
      match: range(
        1_000,
        (n) => ({
          when:
            `"abcdefghijklmnopqrstuvwxyz".split("").all(a, "abcdefghijklmnopqrstuvwxyz".split("").all(b, "abcdefghijklmnopqrstuvwxyz".split("").all(c, a + b + c != "${n}"))) && false`,
          port: "out[0]",
        }),
      ),
    }],
  },
  { name: "a string that is doubled in CEL", language: "cel", code: doubled("'abcdefgh'", 40, "LAST.size()") },
  {
    name: "a string that is doubled in CEL, and split",
    language: "cel",
    code: doubled("'abcdefgh'", 26, "LAST.split('').size()"),
  },
  {
    name: "a string that is doubled in CEL, and reversed",
    language: "cel",
    code: doubled("'abcdefgh'", 26, "LAST.reverse().size()"),
  },
  {
    name: "a string that is doubled in CEL, with its characters",
    language: "cel",
    code: doubled("'abcdefg😀'", 26, "LAST.charAt(5)"),
  },
  {
    name: "a string that is doubled in CEL, and replaced in",
    language: "cel",
    code: doubled("'abcdefgh'", 26, "LAST.replace('', 'b')"),
  },
  {
    name: "a string that is doubled in CEL, and formatted",
    language: "cel",
    code: doubled("'abcdefgh'", 26, "'%s%s%s'.format([LAST, LAST, LAST])"),
  },
  {
    name: "a string that is doubled in CEL, and quoted",
    language: "cel",
    code: doubled("'abcdef\"h'", 26, "strings.quote(LAST)"),
  },
  {
    name: "a string that is doubled in CEL, and to bytes",
    language: "cel",
    code: doubled("'abcdefg😀'", 26, "base64.encode(bytes(LAST))"),
  },
  {
    name: "a string that is doubled in CEL, and trimmed",
    language: "cel",
    code: doubled("'        '", 26, "LAST.trim()"),
  },
  {
    name: "a string that is doubled in CEL, and matched",
    language: "cel",
    code: doubled("'aaaaaaaa'", 24, "LAST.matches('(a*)*b')"),
  },
  {
    name: "a string that is doubled in CEL, as the pattern",
    language: "cel",
    code: doubled("'aaaa(b|c)'", 22, "'x'.matches(LAST)"),
  },
  { name: "a list that is doubled in CEL", language: "cel", code: doubled("[1, 2, 3, 4]", 40, "LAST.size()") },
  {
    name: "a list that is doubled in CEL, and sorted",
    language: "cel",
    code: doubled("[4, 3, 2, 1]", 27, "LAST.sort().size()"),
  },
  {
    name: "a list that is doubled in CEL, and made distinct",
    language: "cel",
    code: doubled("[4, 3, 2, 1, {'a': 1}, {'b': 2}]", 20, "LAST.distinct().size()"),
  },
  {
    name: "a list that is doubled in CEL, and joined",
    language: "cel",
    code: doubled("['abc']", 27, "LAST.join('-').size()"),
  },
  {
    name: "a list of lists that is flattened in CEL",
    language: "cel",
    code: doubled("[[1, 2], [3, 4]]", 26, "LAST.flatten().size()"),
  },
  {
    name: "sets that are compared in CEL",
    language: "cel",
    code: doubled("[1, 2, 3, 'a']", 18, "sets.equivalent(LAST, LAST)"),
  },
  {
    name: "a map that is nested in CEL",
    language: "cel",
    code: range(40, (n) => `cel.bind(m${n}, ${n === 0 ? "1" : `[m${n - 1}, m${n - 1}]`}, `).join("") + "m39 == m39" +
      ")".repeat(40),
  },
  {
    name: "a range in CEL that is mapped and mapped",
    language: "cel",
    code: "lists.range(1000000).map(a, lists.range(1000000)).size()",
  },
  {
    name: "a duration and a time beyond everything in CEL",
    language: "cel",
    code: "timestamp('9999-12-31T23:59:59Z') + duration('9223372036s') + duration('1ns')",
  },
  { name: "a number in CEL with a million digits", language: "cel", code: doubled("'99999999'", 24, "int(LAST)") },
  {
    name: "a format in CEL with a huge precision",
    language: "cel",
    code: "'%.1000000000f %1000000000d'.format([1.0, 1])",
  },
  {
    name: "a pattern of the client's in CEL",
    language: "cel",
    code: "('a'.replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') + 'b').matches(self.query.p[0])",
    request: { path: "?p=((a%7B1,500%7D)%7B1,2%7D)%2B%24" },
  },
  {
    name: "a pattern of the client's in CEL that repeats itself",
    language: "cel",
    code: "self.path.matches(self.query.p[0])",
    request: { path: `?p=${"(".repeat(900)}a${"%7B1,1000%7D)".repeat(3)}${")%2B".repeat(897)}` },
  },
  {
    name: "a pattern of CEL that needs much memory",
    language: "cel",
    code: `'${"a".repeat(1000)}'.matches('((a{0,30}){0,30})*b')`,
  },
  {
    name: "a snippet in YAML of aliases",
    language: "yaml",
    code: [
      "a: &a [x, x, x, x, x, x, x, x, x]",
      ..."bcdefghij".split("").map((name, n) =>
        `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[n]}`).join(", ")}]`
      ),
    ].join("\n"),
    applied: "rejected",
  },
  // logs
  { name: "a million lines", run: "for (let i = 0; i < 1e6; i++) console.log('line ' + i)" },
  { name: "lines without end", run: "for (;;) console.error('x'.repeat(1e5))" },
  { name: "one line of half a billion characters", run: "console.log('x'.repeat(5e8))" },
  {
    name: "a line of a value that never ends",
    run: "console.log({ get a() { for (;;); } }, new Proxy({}, { ownKeys() { for (;;); } }))",
  },
  {
    name: "a line of a value of many levels",
    run:
      "let a = {}; for (let i = 0; i < 1e6; i++) a = { a, b: a }; console.log(a); console.dir(a, { depth: Infinity }); console.log('%o %O %j %s'.repeat(1e5), a, a, a, a)",
  },
  {
    name: "a line with control characters",
    run: "console.log('\\u001b[2J\\u0007\\u0000\\r\\n\\u2028' + '\\u001b]0;x\\u0007'.repeat(1e4))",
  },
  {
    name: "a thousand requests that throw and write",
    run: "console.log('x'.repeat(6e4)); throw new Error('y'.repeat(6e4))",
    request: { times: 300 },
  },
  {
    name: "a large value for the node log",
    specs: [script("to_log", "export default () => Array(5e5).fill('xxxxxxxx')", to("large_log")), {
      kind: "log",
      name: "large_log",
      level: "info",
    }],
    request: { times: 5 },
  },
  {
    name: "functions of the console in the wrong order",
    run:
      "for (let i = 0; i < 1e6; i++) { console.group?.(i); console.time?.(String(i)); console.count?.(String(i)); console.table?.([[i]]) }",
  },
  // requests of many, for one that is slow
  { name: "a client that leaves a loop", run: "for (;;);", request: { leaves: 100, times: 3 } },
  {
    name: "clients that leave what waits",
    runAsync: "await new Promise((done) => setTimeout(done, 900))",
    request: { leaves: 50, times: 200 },
  },
  {
    name: "many that wait for a timer",
    runAsync: "await new Promise((done) => setTimeout(done, 500)); return 1",
    request: { times: 300 },
  },
  { name: "many that fill a little", run: "return Array(1e5).fill('abc')", request: { times: 50 } },
];
