import { assert, assertEquals } from "@std/assert";
import { checkSpecs, formatDiagnostic, readSpecs, sortDiagnostics } from "../../src/spec/mod.ts";
import { testScheme } from "./kinds.ts";

const scheme = testScheme();

/** What a file's author is told. */
function told(text: string, file = "x.yaml"): string[] {
  const { specs, diagnostics, complete } = readSpecs(text, file);
  return sortDiagnostics([...diagnostics, ...checkSpecs(specs, scheme, { incomplete: !complete })]).map(
    formatDiagnostic,
  );
}

const FILES: { name: string; file?: string; text: string; lines: string[] }[] = [
  {
    name: "kinds",
    text: `
- kind: snipet
  message: ever
- kind: gateway
- name: a
- kind: [merge]
- kind: LOOP
`,
    lines: [
      'x.yaml:2:9: unknown kind "snipet"; did you mean "snippet"?',
      'x.yaml:4:9: unknown kind "gateway"; known kinds are block, for, http, if, listener, merge, router, snippet, switch, syscall',
      'x.yaml:5:3: missing field "kind" of spec: expected a string',
      "x.yaml:6:9: invalid kind: expected a string, got a list of 1",
      'x.yaml:7:9: unknown kind "LOOP"; did you mean "loop"?',
    ],
  },
  {
    name: "fields",
    text: `
kind: listener
nmae: web
protocol: htp
port: 80x
maxBody: much
stream: yes
hots: localhost
zzz: 1
`,
    lines: [
      'x.yaml:3:1: unknown field "nmae" of listener; did you mean "name"?',
      'x.yaml:4:11: invalid protocol "htp"; did you mean "http"?',
      'x.yaml:5:7: invalid port "80x": expected a number',
      'x.yaml:6:10: invalid maxBody "much": expected a size such as 64KiB or 1MB, or a number of bytes',
      'x.yaml:7:9: invalid stream "yes": expected true or false',
      'x.yaml:8:1: unknown field "hots" of listener; did you mean "host"?',
      'x.yaml:9:1: unknown field "zzz" of listener; known fields are protocol, host, port, maxBody, stream, id, kind, ' +
      "namespace, name, meta, annotations, env, links, ports",
    ],
  },
  {
    name: "fields in fields",
    text: `
kind: router
routes:
  - {method: GET, pth: /a, port: 'out[0]'}
  - GET /b
  - method: {x: 1}
    path: /c
    port: out[x]
`,
    lines: [
      'x.yaml:4:5: missing field "path" of routes[0]: expected a string',
      'x.yaml:4:19: unknown field "pth" of routes[0]; did you mean "path"?',
      'x.yaml:5:5: invalid routes[1] "GET /b": expected a map',
      "x.yaml:6:13: invalid routes[2].method: expected a string, got a map",
      'x.yaml:8:11: invalid routes[2].port "out[x]": expected the name of a port, such as out or out[0]',
    ],
  },
  {
    name: "missing fields",
    text: "- kind: listener\n- kind: router\n- kind: switch\n- kind: if\n",
    lines: [
      'x.yaml:1:3: missing field "protocol" of listener: expected "http" or "https"',
      'x.yaml:1:3: missing field "port" of listener: expected a number',
      'x.yaml:2:3: missing field "routes" of router: expected a list',
      'x.yaml:3:3: missing field "matches" of switch: expected a list',
      'x.yaml:4:3: missing field "when" of if: expected a string',
    ],
  },
  {
    name: "bounds and formats",
    text: "- {kind: listener, protocol: http, port: 65536}\n- {kind: listener, protocol: http, port: 1.5}\n" +
      "- {kind: router, routes: []}\n- {kind: http, url: nope, timeout: -1}\n- {kind: http, url: 'http://a', timeout: 2 sec}\n",
    lines: [
      "x.yaml:1:42: invalid port 65536: expected at most 65535",
      "x.yaml:2:42: invalid port 1.5: expected a whole number",
      "x.yaml:3:26: invalid routes: expected at least 1 item, got an empty list",
      'x.yaml:4:21: invalid url "nope": expected a URL',
      "x.yaml:4:36: invalid timeout -1: expected at least 0",
      'x.yaml:5:42: invalid timeout "2 sec": expected a duration such as 500ms, 2s or 1m30s, or a number of milliseconds',
    ],
  },
  {
    name: "what every spec has",
    text: `
kind: merge
id: 12
name: a/b
namespace: -x
annotations: [a]
links:
  out:
    - port: in
    - {name: x, prot: in}
    - x
  error: 5
`,
    lines: [
      'x.yaml:3:5: invalid id "12": expected a UUID',
      'x.yaml:4:7: invalid name "a/b": expected letters, digits, _, - and ., the first no - or .',
      'x.yaml:5:12: invalid namespace "-x": expected letters, digits, _, - and ., the first no - or .',
      "x.yaml:6:14: invalid annotations: expected a map, got a list of 1",
      "x.yaml:9:7: invalid links.out[0]: expected a name or an id, got a map",
      'x.yaml:10:7: missing field "port" of links.out[1]: expected a string',
      'x.yaml:10:17: unknown field "prot" of links.out[1]; did you mean "port"?',
      'x.yaml:11:7: invalid links.out[2] "x": expected a map',
      "x.yaml:12:10: invalid links.error[0] 5: expected a map",
    ],
  },
  {
    name: "a name that is an id",
    text: "kind: merge\nname: 0190163d-8694-739b-aea5-966c26f8ad91\n",
    lines: [
      'x.yaml:2:7: invalid name "0190163d-8694-739b-aea5-966c26f8ad91": expected a name; a UUID belongs in id',
    ],
  },
  {
    name: "both names of one field",
    text: "- kind: merge\n  links: {}\n  ports: {}\n- kind: switch\n  matches: []\n  match: []\n",
    lines: [
      "x.yaml:3:3: both links and ports are given; they are the same field; give one",
      "x.yaml:6:3: both matches and match are given; they are the same field; give one",
    ],
  },
  {
    name: "links",
    text: `
- kind: listener
  name: web
  protocol: http
  port: 8000
  links:
    ot:
      - {name: router, port: in}
    out:
      - {name: rooter, port: in}
      - {name: router, port: inn}
    error: {name: web, port: in}
    init: {name: router, port: in}
- kind: router
  name: router
  routes: {method: GET, path: /, port: out}
  links:
    out: {name: merge, port: in}
    out[0]: {name: merge, port: 'in[1]'}
    out[01]: {name: merge, port: in}
    error: {id: 0190163d-8694-739b-aea5-966c26f8ad91, port: in}
- kind: merge
  name: merge
  namespace: other
`,
    lines: [
      'x.yaml:7:5: unknown out port "ot" of listener; known ports are out, init, error, term',
      'x.yaml:10:16: unknown node "rooter"; did you mean "router"?',
      'x.yaml:11:30: unknown in port "inn" of router; known ports are in',
      'x.yaml:12:30: unknown in port "in" of web; it has no in ports',
      'x.yaml:18:17: unknown node "merge"; it is in the namespace "other", and a link cannot leave its own',
      "x.yaml:19:5: duplicate out port: out and out[0] are the same",
      'x.yaml:19:20: unknown node "merge"; it is in the namespace "other", and a link cannot leave its own',
      'x.yaml:20:5: unknown out port "out[01]" of router; known ports are out[], term, error, init',
      'x.yaml:20:21: unknown node "merge"; it is in the namespace "other", and a link cannot leave its own',
      'x.yaml:21:17: unknown node id "0190163d-8694-739b-aea5-966c26f8ad91"',
    ],
  },
  {
    name: "names and ids that are taken",
    text: `
- {kind: merge, name: a}
- {kind: merge, name: a, namespace: other, id: 0190163d-8694-739b-aea5-966c26f8ad91}
- {kind: merge, name: a}
- {kind: merge, id: 0190163D-8694-739B-AEA5-966C26F8AD91}
`,
    lines: [
      'x.yaml:4:23: duplicate name "a"; the first is at x.yaml:2:23',
      'x.yaml:5:21: duplicate id "0190163d-8694-739b-aea5-966c26f8ad91"; the first is at x.yaml:3:48',
    ],
  },
  {
    name: "code",
    text: `
- kind: snippet
  language: text
  code: >
    one
    two bad
- kind: switch
  match:
    - {when: 'it''s bad', port: out}
- kind: switch
  match: {when: "a\\tbad", port: out}
- kind: snippet
  language: text
  timeout: never
  code: bad, but the rest has to be right first
`,
    lines: [
      "x.yaml:6:9: a bad word; say it nicely",
      "x.yaml:9:21: a bad word; say it nicely",
      "x.yaml:11:21: a bad word; say it nicely",
      'x.yaml:14:12: invalid timeout "never": expected a duration such as 500ms, 2s or 1m30s, or a number of milliseconds',
    ],
  },
  {
    name: "specs in specs",
    text: `
kind: block
specs:
  - kind: snippet
    name: a
    language: jsn
    code: x
    links:
      out: [{name: c, port: in}, {name: b, port: inn}, {name: b, port: in}]
      ot: []
  - kind: block
    name: b
    specs:
      kind: snippet
      language: text
      code: |
        so
        bad
  - kind: snipet
  - {kind: merge, name: a, namespace: other}
  - name: d
links:
  out: {name: a, port: in}
`,
    lines: [
      'x.yaml:6:15: invalid language "jsn"; did you mean "json"?',
      'x.yaml:9:20: unknown node "c"',
      'x.yaml:9:50: unknown in port "inn" of b; known ports are in',
      'x.yaml:10:7: unknown out port "ot" of snippet; known ports are out, init, error, term',
      "x.yaml:18:9: a bad word; say it nicely",
      'x.yaml:19:11: unknown kind "snipet"; did you mean "snippet"?',
      'x.yaml:20:25: duplicate name "a" in the same list',
      'x.yaml:20:39: invalid namespace "other": expected "default"; a spec inside another belongs to the same namespace',
      'x.yaml:21:5: missing field "kind" of specs[4]: expected a string',
      'x.yaml:23:15: unknown node "a"',
    ],
  },
  {
    name: "templates",
    text: `
- kind: listener
  protocol: http
  port: '{{ .PORT'
- kind: http
  url: http://{{ .HOST }}/{{ }}
  timeout: {{ .TIMEOUT }}
- kind: snippet
  language: text
  code: "{{ is no template here, and bad"
`,
    lines: [
      'x.yaml:4:10: unclosed template; write {{ "{{" }} for a literal {{',
      'x.yaml:6:27: empty template; write {{ "{{" }} for a literal {{',
      "x.yaml:7:12: unquoted template; write it as '{{ ... }}'",
      "x.yaml:10:38: a bad word; say it nicely",
    ],
  },
  {
    name: "YAML",
    text: `
- kind: merge
  name: a
  name: b
  x: *nothing
- kind: merge
  ? [a]
  : 1
  : 2
- kind: merge
  x: !!int abc
  y: !thing z
- just a text
- &self
  kind: merge
  <<: 5
  x: *self
`,
    lines: [
      'x.yaml:4:3: duplicate key "name"; the first is at line 3',
      'x.yaml:5:3: unknown field "x" of merge; known fields are id, kind, namespace, name, meta, annotations, env, links, ports',
      'x.yaml:5:6: unknown anchor "nothing"; quote a string that begins with *, or define the anchor as &nothing',
      "x.yaml:7:5: invalid key: expected a string, got a list of 1",
      'x.yaml:9:3: missing key before the colon; write "" for an empty key',
      'x.yaml:11:3: unknown field "x" of merge; known fields are id, kind, namespace, name, meta, annotations, env, links, ports',
      'x.yaml:11:6: invalid !!int "abc"',
      'x.yaml:12:3: unknown field "y" of merge; known fields are id, kind, namespace, name, meta, annotations, env, links, ports',
      "x.yaml:12:6: unknown tag !thing; known tags are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq",
      'x.yaml:13:3: invalid list item "just a text": expected a spec: a map with a kind',
      "x.yaml:16:3: invalid << 5: expected a map or a list of maps",
      'x.yaml:17:3: unknown field "x" of merge; known fields are id, kind, namespace, name, meta, annotations, env, links, ports',
      'x.yaml:17:6: the alias "self" refers to a value that contains it',
    ],
  },
  {
    name: "anchors that are not there, and merged keys that are there twice",
    text: `
- *nothing
- kind: merge
  <<: *neither
- kind: switch
  matches:
    - &base {when: a, port: out}
    - <<: *base
      when: b
      when: c
- {{ .X }}
`,
    lines: [
      'x.yaml:2:3: unknown anchor "nothing"; quote a string that begins with *, or define the anchor as &nothing',
      'x.yaml:4:7: unknown anchor "neither"; quote a string that begins with *, or define the anchor as &neither',
      'x.yaml:10:7: duplicate key "when"; the first is at line 9',
      "x.yaml:11:3: unquoted template; write it as '{{ ... }}'",
    ],
  },
  {
    name: "broken YAML",
    text:
      "- kind: merge\n   name: a\n- kind: 'merge\n- kind: merge\n\tname: a\n- kind: snippet\n  code: @x\n- kind: [\n- kind: {{ .X }}y\n" +
      '---\nplain\n---\nkind: "\\q"\n',
    lines: [
      "x.yaml:2:8: invalid YAML: bad indentation of a mapping entry",
      "x.yaml:3:15: invalid YAML: deficient indentation; is a quote or bracket before it not closed?",
      "x.yaml:5:2: invalid YAML: end of the stream or a document separator is expected; indent with spaces, not with tabs",
      "x.yaml:7:9: invalid YAML: bad indentation of a mapping entry; quote a string that begins with @, ` or %",
      "x.yaml:8:10: invalid YAML: deficient indentation; is a quote or bracket before it not closed?",
      "x.yaml:9:17: invalid YAML: bad indentation of a mapping entry; quote a string that begins with {{",
      'x.yaml:11:1: invalid document "plain": expected a spec or a list of specs',
      "x.yaml:13:9: invalid YAML: unknown escape sequence",
    ],
  },
  {
    name: "characters that no text may have",
    text: "kind: merge\n---\nname: a\0b\n---\nkind: snippet\ncode: a\u0007b\n",
    lines: [
      "x.yaml:3:8: invalid YAML: null byte is not allowed in input",
      "x.yaml:6:8: invalid YAML: the stream contains non-printable characters",
    ],
  },
  {
    name: "values that would act on a terminal",
    text: 'kind: "\\e[2Jx\\u202Ey\\n"\nname: "\\x9b1m\\0"\n',
    lines: [
      'x.yaml:1:7: unknown kind "\\u001b[2Jx\\u202ey\\n"; known kinds are block, for, http, if, listener, merge, router, snippet, switch, syscall',
      'x.yaml:2:7: invalid name "\\x9b1m\\u0000": expected letters, digits, _, - and ., the first no - or .',
    ],
  },
  {
    name: "broken JSON",
    file: "x.json",
    text: '[{"kind": "merge"},\n {"kind": "merge",}]',
    lines: ['x.json:2:19: invalid JSON: unexpected "}"; expected a key in double quotes'],
  },
  {
    name: "YAML that is called JSON",
    file: "x.json",
    text: "kind: merge\n",
    lines: ['x.json:1:1: invalid JSON: unexpected "kind"; expected a value'],
  },
  {
    name: "a key that is there twice in JSON",
    file: "x.json",
    text: '{"kind": "merge", "kind": "if"}',
    lines: ['x.json:1:19: duplicate key "kind"; the first is at line 1'],
  },
  {
    name: "a file name that would act on a terminal",
    file: "a\u001b[31m\nb.yaml",
    text: "kind: nothing\n",
    lines: [
      'a\\x1b[31m\\x0ab.yaml:1:7: unknown kind "nothing"; known kinds are block, for, http, if, listener, merge, router, snippet, switch, syscall',
    ],
  },
];

for (const { name, file, text, lines } of FILES) {
  Deno.test(`every error in a file is reported at its line and column: ${name}`, () =>
    assertEquals(told(text, file), lines));
}

Deno.test("a directive needs the end of the document before it", () => {
  const hint = "in a document that has not ended; end the document before it with ...";
  const told = (text: string) => readSpecs(text, "x.yaml").diagnostics.map(formatDiagnostic);
  for (
    const [text, at] of [
      ["---\nkind: a\n%YAML 1.2\n---\nkind: b\n", "x.yaml:3:1: invalid YAML: directive %YAML"],
      ["---\r\nkind: a\r\n%YAML 1.2\r\n---\r\nkind: b\r\n", "x.yaml:3:1: invalid YAML: directive %YAML"],
      ["---\nkind: a\n# then\n%TAG ! x:\n---\n", "x.yaml:4:1: invalid YAML: directive %TAG"],
      ["---\nkind: a\n%FOO bar\n---\nkind: b\n", "x.yaml:3:1: invalid YAML: directive %FOO"],
      ["%YAML 1.1\n---\n%YAML 1.2\n---\n", "x.yaml:3:1: invalid YAML: directive %YAML"],
      ["kind: a\ncode: |\n  x\n%YAML 1.2\n---\nkind: b\n", "x.yaml:4:1: invalid YAML: directive %YAML"],
    ] as const
  ) assertEquals(told(text), [`${at} ${hint}`], text);
  for (
    const text of [
      "%YAML 1.2\n---\nkind: a\n...\n%YAML 1.2\n---\nkind: b\n",
      "%YAML 1.2\n---\nkind: a\n---\nkind: b\n",
      "kind: a\ncode: |\n  %YAML 1.2\n  ---\n---\nkind: b\n",
    ]
  ) assertEquals(told(text), [], text);
});

Deno.test("a file that would expand to a huge value is rejected immediately", () => {
  const laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 50; level++) {
    laughs.push(`a${level}: &a${level} [${Array(9).fill(`*a${level - 1}`).join(", ")}]`);
  }
  const cases: { text: string; line: string }[] = [
    { text: laughs.join("\n"), line: "x.yaml:6:10: more than 100000 values; an alias counts as all that it refers to" },
    {
      text: `a: &a "${"x".repeat(100_000)}"\nb: [${"*a, ".repeat(1000)}]\n`,
      line: "x.yaml:2:669: more than 16 MiB of text; an alias counts as all that it refers to",
    },
    { text: "a: " + "[".repeat(200), line: "x.yaml:1:105: nested deeper than 100 levels" },
    { text: "- ".repeat(200), line: "x.yaml:1:205: nested deeper than 100 levels" },
    {
      text: `a: &a ${"[".repeat(60)}${"]".repeat(60)}\nb: ${"[".repeat(50)}*a${"]".repeat(50)}`,
      line: "x.yaml:2:54: nested deeper than 100 levels",
    },
    {
      text: `a: &a {${Array.from({ length: 500 }, (_, at) => `k${at}: 1`).join(", ")}}\n` +
        Array.from({ length: 5000 }, (_, at) => `b${at}: {<<: *a}\n`).join(""),
      line: "x.yaml:200:12: more than 100000 values; an alias counts as all that it refers to",
    },
  ];
  for (const { text, line } of cases) {
    const start = performance.now();
    const { specs, diagnostics, complete } = readSpecs(text, "x.yaml");
    const time = performance.now() - start;
    assertEquals(diagnostics.map(formatDiagnostic), [line]);
    assertEquals([specs, complete], [[], false]);
    assert(time < 30_000, `${time} ms`);
  }
});

Deno.test("what is written in a file has no limit, and aliases may stand for more in a larger file", () => {
  const routes = Array.from({ length: 20_000 }, (_, at) => `  - {method: GET, path: /${at}, port: 'out[${at}]'}\n`);
  const links = routes.map((_, at) => `  out[${at}]: [{name: s, port: in}]\n`);
  const router = `kind: router\nname: r\nroutes:\n${routes.join("")}links:\n${links.join("")}`;
  assertEquals(told(`${router}---\n{kind: snippet, name: s, language: text, code: "1"}\n`), []);
  const specs = Array.from({ length: 20_000 }, (_, at) => `- {kind: merge, name: m${at}, <<: *many}\n`);
  const many = Array.from({ length: 20 }, (_, at) => `k${at}: ${at}`).join(", ");
  assertEquals(readSpecs(`- &many {kind: merge, ${many}}\n${specs.join("")}`, "x.yaml").diagnostics, []);
});

Deno.test("a file just within the limits is accepted", () => {
  const depth = `kind: merge\nx: ${"[".repeat(99)}${"]".repeat(99)}\n`;
  assertEquals(readSpecs(depth, "x.yaml").diagnostics, []);
});

Deno.test("the time to check a file does not explode with the number of errors", () => {
  const many = (count: number, line: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join("");
  const texts = [
    many(12_000, (at) => `- {kind: merge, name: abcdefgh${at}, links: {out: {name: zbcdefgh${at}, port: in}}}\n`),
    many(11_000, (at) => `- {kind: merge, name: a${at}, namespace: n${at}, links: {out: {name: z${at}, port: in}}}\n`),
    `kind: merge\nlinks:\n  out:\n${"  - {name: a}\n".repeat(40_000)}`,
    `kind: router\nroutes:\n${"- {method: 1, path: 2, port: out, x: 1}\n".repeat(15_000)}`,
    `kind: router\n${many(90_000, (at) => `f${at}: 1\n`)}`,
    `kind: http\nurl: "{{ \\"${'\\\\\\"'.repeat(500_000)}"\n`,
    "- kind: 'x\n".repeat(30_000),
  ];
  for (const text of texts) {
    const start = performance.now();
    assert(told(text).length > 0);
    const time = performance.now() - start;
    assert(time < 30_000, `${time} ms for ${text.slice(0, 60)}`);
  }
});
