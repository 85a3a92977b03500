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
      'x.yaml:5:3: missing field "kind" of a spec; it has to be a text',
      "x.yaml:6:9: kind is a list of 1; it has to be a text",
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
      'x.yaml:4:11: protocol is "htp"; did you mean "http"?',
      'x.yaml:5:7: port is "80x"; it has to be a number',
      'x.yaml:6:10: maxBody is "much"; it has to be a number of bytes or a size such as 64KiB or 1MB',
      'x.yaml:7:9: stream is "yes"; it has to be true or false',
      'x.yaml:8:1: unknown field "hots" of listener; did you mean "host"?',
      'x.yaml:9:1: unknown field "zzz" of listener; known fields are protocol, host, port, maxBody, stream, id, kind, ' +
      "namespace, name, annotations, links, ports",
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
      'x.yaml:4:5: missing field "path" of routes[0]; it has to be a text',
      'x.yaml:4:19: unknown field "pth" of routes[0]; did you mean "path"?',
      'x.yaml:5:5: routes[1] is "GET /b"; it has to be a map',
      "x.yaml:6:13: routes[2].method is a map; it has to be a text",
      'x.yaml:8:11: routes[2].port is "out[x]"; it has to be the name of a port, such as out or out[0]',
    ],
  },
  {
    name: "missing fields",
    text: "- kind: listener\n- kind: router\n- kind: switch\n- kind: if\n",
    lines: [
      'x.yaml:1:3: missing field "protocol" of listener; it has to be "http" or "https"',
      'x.yaml:1:3: missing field "port" of listener; it has to be a number',
      'x.yaml:2:3: missing field "routes" of router; it has to be a list',
      'x.yaml:3:3: missing field "matches" of switch; it has to be a list',
      'x.yaml:4:3: missing field "when" of if; it has to be a text',
    ],
  },
  {
    name: "bounds and formats",
    text: "- {kind: listener, protocol: http, port: 65536}\n- {kind: listener, protocol: http, port: 1.5}\n" +
      "- {kind: router, routes: []}\n- {kind: http, url: nope, timeout: -1}\n- {kind: http, url: 'http://a', timeout: 2 sec}\n",
    lines: [
      "x.yaml:1:42: port is 65536; it has to be at most 65535",
      "x.yaml:2:42: port is 1.5; it has to be a whole number",
      "x.yaml:3:26: routes is an empty list; it has to have at least 1 item",
      'x.yaml:4:21: url is "nope"; it has to be a URL',
      "x.yaml:4:36: timeout is -1; it has to be at least 0",
      'x.yaml:5:42: timeout is "2 sec"; it has to be a number of milliseconds or a duration such as 500ms, 2s or 1m30s',
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
      'x.yaml:3:5: id is "12"; it has to be a UUID',
      'x.yaml:4:7: name is "a/b"; it has to be made of letters, digits, _, - and ., and begin with none of the last two',
      'x.yaml:5:12: namespace is "-x"; it has to be made of letters, digits, _, - and ., and begin with none of the last two',
      "x.yaml:6:14: annotations is a list of 1; it has to be a map",
      "x.yaml:9:7: links.out[0] is a map; it has to have a name or an id",
      'x.yaml:10:7: missing field "port" of links.out[1]; it has to be a text',
      'x.yaml:10:17: unknown field "prot" of links.out[1]; did you mean "port"?',
      'x.yaml:11:7: links.out[2] is "x"; it has to be a map',
      "x.yaml:12:10: links.error[0] is 5; it has to be a map",
    ],
  },
  {
    name: "a name that is an id",
    text: "kind: merge\nname: 0190163d-8694-739b-aea5-966c26f8ad91\n",
    lines: [
      'x.yaml:2:7: name is "0190163d-8694-739b-aea5-966c26f8ad91"; it has to be no UUID; that is what id is for',
    ],
  },
  {
    name: "both names of one field",
    text: "- kind: merge\n  links: {}\n  ports: {}\n- kind: switch\n  matches: []\n  match: []\n",
    lines: [
      "x.yaml:3:3: links and ports are both given; they are the same; give one",
      "x.yaml:6:3: matches and match are both given; they are the same; give one",
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
      'x.yaml:7:5: listener has no port "ot" to link from; its ports are out, init, error, term',
      'x.yaml:10:16: no node is called "rooter"; did you mean "router"?',
      'x.yaml:11:30: router has no port "inn" to link to; its ports are in',
      'x.yaml:12:30: web has no port "in" to link to; nothing can be sent to it',
      'x.yaml:18:17: no node is called "merge"; there is one in the namespace "other", but a link never leaves its own',
      "x.yaml:19:5: out and out[0] are the same port",
      'x.yaml:19:20: no node is called "merge"; there is one in the namespace "other", but a link never leaves its own',
      'x.yaml:20:5: router has no port "out[01]" to link from; its ports are out[], term, error, init',
      'x.yaml:20:21: no node is called "merge"; there is one in the namespace "other", but a link never leaves its own',
      'x.yaml:21:17: no node has the id "0190163d-8694-739b-aea5-966c26f8ad91"',
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
      'x.yaml:4:23: the name "a" is taken; the first is at x.yaml:2:23',
      'x.yaml:5:21: the id "0190163d-8694-739b-aea5-966c26f8ad91" is taken; the first is at x.yaml:3:48',
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
      'x.yaml:14:12: timeout is "never"; it has to be a number of milliseconds or a duration such as 500ms, 2s or 1m30s',
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
      'x.yaml:6:15: language is "jsn"; did you mean "json"?',
      'x.yaml:9:20: no node is called "c"',
      'x.yaml:9:50: b has no port "inn" to link to; its ports are in',
      'x.yaml:10:7: snippet has no port "ot" to link from; its ports are out, init, error, term',
      "x.yaml:18:9: a bad word; say it nicely",
      'x.yaml:19:11: unknown kind "snipet"; did you mean "snippet"?',
      'x.yaml:20:25: the name "a" is taken in the same list',
      'x.yaml:20:39: the namespace is "other"; a spec inside another is of its namespace, "default"',
      'x.yaml:21:5: missing field "kind" of specs[4]; it has to be a text',
      'x.yaml:23:15: no node is called "a"',
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
      'x.yaml:4:10: a template is not closed; a {{ that is meant as such is written {{ "{{" }}',
      'x.yaml:6:27: a template is empty; a {{ that is meant as such is written {{ "{{" }}',
      "x.yaml:7:12: a template stands without quotes; write it as '{{ ... }}'",
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
      'x.yaml:4:3: the key "name" is there twice; the first is at line 3',
      'x.yaml:5:3: unknown field "x" of merge; known fields are id, kind, namespace, name, annotations, links, ports',
      'x.yaml:5:6: no anchor is called "nothing"; a text that begins with * has to be quoted, an anchor is written &nothing',
      "x.yaml:7:5: a key is a list of 1; it has to be a text",
      'x.yaml:9:3: a key is missing before the colon; an empty key is written ""',
      'x.yaml:11:3: unknown field "x" of merge; known fields are id, kind, namespace, name, annotations, links, ports',
      'x.yaml:11:6: "abc" cannot be tagged !!int',
      'x.yaml:12:3: unknown field "y" of merge; known fields are id, kind, namespace, name, annotations, links, ports',
      "x.yaml:12:6: unknown tag !thing; known tags are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq",
      "x.yaml:13:3: an item of the list is a text; it has to be a spec: a map with a kind",
      "x.yaml:16:3: << merges 5; it takes a map or a list of maps",
      'x.yaml:17:3: unknown field "x" of merge; known fields are id, kind, namespace, name, annotations, links, ports',
      'x.yaml:17:6: the alias "self" is part of what it names',
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
      'x.yaml:2:3: no anchor is called "nothing"; a text that begins with * has to be quoted, an anchor is written &nothing',
      'x.yaml:4:7: no anchor is called "neither"; a text that begins with * has to be quoted, an anchor is written &neither',
      'x.yaml:10:7: the key "when" is there twice; the first is at line 9',
      "x.yaml:11:3: a template stands without quotes; write it as '{{ ... }}'",
    ],
  },
  {
    name: "broken YAML",
    text:
      "- kind: merge\n   name: a\n- kind: 'merge\n- kind: merge\n\tname: a\n- kind: snippet\n  code: @x\n- kind: [\n- kind: {{ .X }}y\n" +
      '---\nplain\n---\nkind: "\\q"\n',
    lines: [
      "x.yaml:2:8: broken YAML: bad indentation of a mapping entry",
      "x.yaml:3:15: broken YAML: deficient indentation; a quote or bracket before it may not be closed",
      "x.yaml:5:2: broken YAML: end of the stream or a document separator is expected; indent with spaces, not with tabs",
      "x.yaml:7:9: broken YAML: bad indentation of a mapping entry; a text that begins with @, ` or % has to be quoted",
      "x.yaml:8:10: broken YAML: deficient indentation; a quote or bracket before it may not be closed",
      "x.yaml:9:17: broken YAML: bad indentation of a mapping entry; a text that begins with {{ has to be quoted",
      "x.yaml:11:1: a document is a text; it has to be a spec or a list of specs",
      "x.yaml:13:9: broken YAML: unknown escape sequence",
    ],
  },
  {
    name: "characters that no text may have",
    text: "kind: merge\n---\nname: a\0b\n---\nkind: snippet\ncode: a\u0007b\n",
    lines: [
      "x.yaml:3:8: broken YAML: null byte is not allowed in input",
      "x.yaml:6:8: broken YAML: the stream contains non-printable characters",
    ],
  },
  {
    name: "values that would act on a terminal",
    text: 'kind: "\\e[2Jx\\u202Ey\\n"\nname: "\\x9b1m\\0"\n',
    lines: [
      'x.yaml:1:7: unknown kind "\\u001b[2Jx\\u202ey\\n"; known kinds are block, for, http, if, listener, merge, router, snippet, switch, syscall',
      'x.yaml:2:7: name is "\\x9b1m\\u0000"; it has to be made of letters, digits, _, - and ., and begin with none of the last two',
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
    lines: ['x.json:1:19: the key "kind" is there twice; the first is at line 1'],
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
  Deno.test(`a bad file is told of line by line: ${name}`, () => assertEquals(told(text, file), lines));
}

Deno.test("a file that would be huge is refused at once", () => {
  const laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 50; level++) {
    laughs.push(`a${level}: &a${level} [${Array(9).fill(`*a${level - 1}`).join(", ")}]`);
  }
  const cases: { text: string; line: string }[] = [
    { text: laughs.join("\n"), line: "x.yaml:6:10: more than 100000 values; aliases count as what they stand for" },
    {
      text: `a: &a "${"x".repeat(100_000)}"\nb: [${"*a, ".repeat(1000)}]\n`,
      line: "x.yaml:2:669: more than 16 MiB of text; aliases count as what they stand for",
    },
    {
      text: `- [${"1, ".repeat(100_001)}]`,
      line: "x.yaml:1:299998: more than 100000 values; aliases count as what they stand for",
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
      line: "x.yaml:200:12: more than 100000 values; aliases count as what they stand for",
    },
  ];
  for (const { text, line } of cases) {
    const start = performance.now();
    const { specs, diagnostics, complete } = readSpecs(text, "x.yaml");
    const time = performance.now() - start;
    assertEquals(diagnostics.map(formatDiagnostic), [line]);
    assertEquals([specs, complete], [[], false]);
    assert(time < 500, `${time} ms`);
  }
});

Deno.test("a file just within the limits is read", () => {
  const items = `kind: merge\nx: [${"1, ".repeat(99_997)}]\n`;
  assertEquals(readSpecs(items, "x.yaml").diagnostics, []);
  const depth = `kind: merge\nx: ${"[".repeat(99)}${"]".repeat(99)}\n`;
  assertEquals(readSpecs(depth, "x.yaml").diagnostics, []);
  const text = `kind: merge\nx: ${"a".repeat(16 * 1024 * 1024 - 10)}\n`;
  assertEquals(readSpecs(text, "x.yaml").diagnostics, []);
});

Deno.test("many mistakes take no more time than many specs", () => {
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
    assert(time < 5000, `${time} ms for ${text.slice(0, 60)}`);
  }
});
