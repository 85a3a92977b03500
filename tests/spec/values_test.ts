import { assertEquals } from "@std/assert";
import { evaluator, lenientEvaluator } from "../../src/api/mod.ts";
import { readManifest, schemeOf } from "../../src/runtime/mod.ts";
import { formatDiagnostic } from "../../src/spec/mod.ts";
import { blocksOf, pagesOf } from "../docs/page.ts";
import { LOCAL_COMPILER } from "../../src/testing/local_compiler.ts";

// What `weft check` says of values, of `env` and of secrets.

const scheme = schemeOf();

interface Known {
  /** The variables; without them none is known, as when files are applied to a store. */
  env?: Record<string, string>;
  /** Whether secrets that are not among the variables are warned of. */
  warns?: boolean;
}

async function check(text: string, { env, warns = false }: Known = {}): Promise<string[]> {
  const { diagnostics } = await readManifest([{ name: "x.yaml", text }], {
    scheme,
    compiler: LOCAL_COMPILER,
    evaluate: env === undefined ? lenientEvaluator({}) : evaluator(env),
    ...warns && { secret: (reference: string) => env?.[reference.slice("env:".length)] },
  });
  return diagnostics.map(formatDiagnostic);
}

const DB = `
- { kind: registry.entry, name: db, data: { user: ada, port: 5432, password: "env:DB_PASSWORD", list: [a] } }`;

Deno.test("env binds names to values, whole and by templates", async () => {
  assertEquals(
    await check(
      `${DB}
- kind: snippet
  name: a
  language: javascript
  env:
    DB: { name: db }
    USER: { name: db, data: "{{ .user }}" }
    PORT: { name: db, data: "{{ port }}" }
    URL: { name: db, data: "{{ user }}:{{ .password }}@{{ env.HOST }}:{{ int(port) + 1 }}" }
    PARTS: { name: db, data: { user: "{{ user }}", rest: ["{{ .list }}", 1] } }
    WHOLE: { name: db, data: "{{ . }}" }
    OLDER: [{ name: nowhere, value: x }, { name: db, value: "{{ .user }}" }]
    VARIABLE: { data: "{{ .HOST }}" }
    COUNT: 5
    NOTHING: null
  code: export default () => [env.DB, env.USER, env.PORT, env.URL, env.PARTS, env.WHOLE, env.OLDER, env.COUNT]
- { kind: listener, name: web, env: { PORT: { name: db, data: "{{ .port }}" } }, port: "{{ env.PORT }}" }
- { kind: listener, name: other, port: "{{ values.db.port }}", host: "{{ .HOST }}" }
`,
      { env: { HOST: "localhost" } },
    ),
    [],
  );
});

Deno.test("a missing value or field is an error with its place and the name that was probably meant", async () => {
  assertEquals(
    await check(
      `${DB}
- kind: snippet
  name: a
  language: cel
  env:
    A: { name: dbx }
    B: { name: db, data: "x {{ .usr }}" }
    C: { name: db, data: "{{ usr }}" }
    D: [{ name: one }, { name: two }]
    E: { data: "{{ .HOTS }}" }
  code: env.A
- { kind: listener, name: web, port: "{{ values.dc.port }}", host: "{{ values.db.hots }}" }
- { kind: sleep, name: s, interval: "{{ values.db.prot }}" }
- { kind: sleep, name: t, interval: "{{ env.INTERVAL }}", env: { INTERVALS: 5 } }
`,
      { env: { HOST: "localhost" } },
    ),
    [
      'x.yaml:7:16: unknown value "dbx"; did you mean "db"?',
      'x.yaml:8:33: invalid template: no such key: usr; did you mean "user"?',
      'x.yaml:9:30: invalid template: no such key: usr; did you mean "user"?',
      'x.yaml:10:17: unknown value "one"; there is none of "one", "two" either',
      'x.yaml:11:21: invalid template: the variable HOTS is not set; did you mean "HOST"?',
      'x.yaml:13:49: unknown value "dc"; did you mean "db"?',
      "x.yaml:13:82: invalid template: no such key: hots",
      'x.yaml:14:51: invalid template: no such key: prot; did you mean "port"?',
      'x.yaml:15:45: invalid template: the variable INTERVAL is not set; did you mean "INTERVALS"?',
    ],
  );
});

Deno.test("what is wrong with a binding is told with its place", async () => {
  assertEquals(
    await check(`
- kind: snippet
  name: a
  language: cel
  env:
    A: { nmae: db }
    B-C: 1
    D: {}
    E: { data: 1, value: 2 }
    F: []
    G: [1]
    H: { name: 5 }
  code: self
- { kind: nop, name: b, env: [1] }
`),
    [
      'x.yaml:6:10: unknown field "nmae" of env.A; did you mean "name"?',
      'x.yaml:7:5: invalid name "B-C" in env: expected letters, digits and _, the first no digit',
      "x.yaml:8:8: invalid env.D: expected the name of a value, or data",
      "x.yaml:9:19: both data and value are given; they are the same field; give one",
      "x.yaml:10:8: invalid env.F: expected a binding or a list of them",
      "x.yaml:11:9: invalid env.G[0] 1: expected a binding: a map with name or data",
      "x.yaml:12:16: invalid env.H.name 5: expected the name of a value",
      "x.yaml:14:30: invalid env: expected a map from names to bindings such as { name: db, data: '{{ .user }}' }, got a list of 1",
    ],
  );
});

Deno.test("values bind nothing themselves, and other entries are no values", async () => {
  assertEquals(
    await check(`
- { kind: registry.entry, name: a, env: { A: 1 }, data: 1 }
- { kind: connection, name: c, data: { type: sqlite, file: ":memory:" } }
- { kind: nop, name: n, env: { A: { name: c }, B: { name: n } } }
`),
    [
      'x.yaml:2:36: unknown field "env" of registry.entry; known fields are kind, namespace, name, meta, annotations, data',
      'x.yaml:4:43: unknown value "c"; expected the name of an entry of kind registry.entry, and it is one of kind connection',
      'x.yaml:4:59: unknown value "n"; expected the name of an entry of kind registry.entry',
    ],
  );
});

Deno.test("what only Go's templates have is told with its place", async () => {
  const cases: [text: string, what: string, column: number][] = [
    ["{{ range .list }}x{{ end }}", '"range"', 24],
    ["{{ if .user }}x{{ end }}", '"if"', 24],
    ["{{- .user }}", '"{{-"', 23],
    ["{{ .user -}}", '"-}}"', 30],
    ["{{ .user | upper }}", 'a pipeline "|"', 30],
    ["{{ $x }}", 'a variable "$"', 24],
    ["{{/* note */}}", 'a comment "/*"', 23],
    ["{{ printf `%s` .user }}", "a string in `", 31],
    ["{{ index .list 0 }}", '"index"', 24],
  ];
  for (const [text, what, column] of cases) {
    assertEquals(
      await check(`${DB}\n- { kind: nop, env: { A: {\n  name: db, data:  ${JSON.stringify(text)} } } }`),
      [
        `x.yaml:4:${column}: unsupported template: ${what} of Go templates; ` +
        "expected a path such as {{ .name }} or {{ .user.name }}, or a CEL expression",
      ],
      text,
    );
  }
  assertEquals(await check('- { kind: sleep, interval: "{{ if .A }}1{{ end }}" }'), [
    'x.yaml:1:32: unsupported template: "if" of Go templates; expected a path such as {{ .NAME }} or ' +
    "{{ values.name.field }}, or a CEL expression",
  ]);
});

Deno.test("what code reads of env is bound", async () => {
  assertEquals(
    await check(`
- { kind: snippet, name: a, language: cel, env: { TOKEN: 1 }, code: "has(env.TOKE) ? env.TOKE : env.TOKEN" }
- { kind: snippet, name: b, language: javascript, env: { TOKEN: 1 }, code: "export default () => env.TOKE" }
- { kind: snippet, name: c, language: typescript, code: "export default (x: number) => env.TOKEN" }
- { kind: if, name: d, when: env.TOKEN == self }
- { kind: snippet, name: e, language: javascript, code: "export default (env) => env.A" }
- { kind: snippet, name: f, language: cel, code: "[1].map(env, env + 1)" }
- { kind: step, name: g, env: { A: 1 }, specs: [{ kind: snippet, language: cel, env: { B: 1 }, code: "env.A + env.B + env.D" }] }
`),
    [
      'x.yaml:2:86: env has no name "TOKE"; did you mean "TOKEN"?',
      'x.yaml:3:98: warning: env has no name "TOKE"; did you mean "TOKEN"?',
      "x.yaml:4:88: warning: unknown variable: env; bind names by the field env of the node, as in env: { KEY: { name: VALUE } }",
      "x.yaml:5:30: unknown variable: env; bind names by the field env of the node, as in env: { KEY: { name: VALUE } }",
      'x.yaml:8:119: env has no name "D"; bound are A, B',
    ],
  );
});

Deno.test("what looks like a template in code is warned of, with its place", async () => {
  assertEquals(
    await check(`
- kind: snippet
  language: javascript
  code: |
    export default function () {
      return "{{ .PORT }}" + "{{ env.HOST }}" + "{{ values.db.user }}" + "{{ name }}";
    }
- { kind: snippet, language: text, code: "Hello {{ .NAME }}" }
`),
    [
      "x.yaml:6:15: warning: {{ .PORT }} is not evaluated: code is no template; bind it by the field env of the node, and write env.PORT",
      "x.yaml:6:31: warning: {{ env.HOST }} is not evaluated: code is no template; bind it by the field env of the node, and write env.HOST",
      "x.yaml:6:50: warning: {{ values.db.user }} is not evaluated: code is no template; bind it by the field env of the node, and write env.db",
      "x.yaml:8:49: warning: {{ .NAME }} is not evaluated: code is no template; use a snippet in cel, javascript or typescript, which sees env",
    ],
  );
});

Deno.test("secrets are references, by the names of fields and by what they look like", async () => {
  const hint = "because a secret is not written into a spec; start --env NAME grants env:NAME, " +
    "start --secrets FOLDER has the files of file:NAME";
  const refused: [data: string, where: string][] = [
    ["{ password: hunter2 }", "data.password: "],
    ["{ db: { apiKey: x } }", "data.db.apiKey: "],
    ["{ api_key: x }", "data.api_key: "],
    ["{ clientSecret: x }", "data.clientSecret: "],
    ["{ tokens: [x] }", "data.tokens[0]: "],
    ["{ passwords: { ada: x } }", "data.passwords.ada: "],
    ["{ password: 1234 }", "data.password: "],
    ["{ key: '-----BEGIN RSA PRIVATE KEY-----' }", "data.key: it is a private key; "],
    [`{ id: ${"AKIA"}IOSFODNN7EXAMPLE }`, "data.id: it is a key of AWS; "],
    [`{ id: ${"ghp_"}0123456789abcdefghijklmnopqrstuvwxyz }`, "data.id: it is a token of GitHub; "],
    ["{ id: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl }", "data.id: it is a JSON Web Token; "],
    ["{ url: 'postgres://ada:pw@db.example.com/shop' }", "data.url: it is a URL with a password; "],
  ];
  for (const [data, where] of refused) {
    const [found = "", ...more] = await check(`- { kind: registry.entry, name: v, data: ${data} }`);
    assertEquals([found.replace(/^x\.yaml:1:\d+: /, ""), more], [
      `invalid ${where}expected env:NAME or file:NAME, ${hint}`,
      [],
    ], data);
  }
  const fine = [
    "{ password: env:PW, apiKey: file:api-key, tokenUrl: 'https://x.example/token', maxTokens: 5, secret: null }",
    "{ url: 'https://user@x.example/a:b@c', sortKey: id, keys: [a], token: '' }",
  ];
  for (const data of fine) assertEquals(await check(`- { kind: registry.entry, name: v, data: ${data} }`), [], data);
  // what is bound in a node, and connections
  assertEquals(
    (await check(`
- { kind: nop, name: a, env: { API_TOKEN: abc, B: { data: { password: x } }, C_TOKEN: { data: "{{ .X }}" }, D_TOKEN: "env:X" } }
- { kind: connection, name: c, data: { type: http, baseUrl: "https://x.example", header: { Authorization: "Bearer abcdefgh" } } }
`)).map((line) => line.split(": expected")[0]),
    [
      "x.yaml:2:43: invalid env.API_TOKEN",
      "x.yaml:2:71: invalid env.B.data.password",
      "x.yaml:3:107: invalid data.header.Authorization: it is a header with a token; expected env:NAME or file:NAME, because a secret is not written into a spec; start --env NAME grants env:NAME, start --secrets FOLDER has the files of file:NAME",
    ],
  );
});

Deno.test("what looks like a secret in a field of a node is warned of, and code is not looked at", async () => {
  const token = `${"ghp_"}0123456789abcdefghijklmnopqrstuvwxyz`;
  assertEquals(
    await check(`
- { kind: http, name: a, url: "https://ada:secret@x.example/" }
- { kind: http, name: b, url: "https://{{ .USER }}:{{ .PASSWORD }}@x.example/" }
- { kind: snippet, name: c, language: text, code: ${token} }
- { kind: respond, name: d, status: 200, header: { x-token: ${token} } }
`),
    [
      "x.yaml:2:31: invalid url with a user or a password: expected them in the auth of a connection",
      "x.yaml:5:61: warning: header.x-token is a token of GitHub, which everybody sees who reads specs, versions and " +
      "logs; bind it by the field env, as env:NAME or file:NAME, and write {{ env.NAME }}",
    ],
  );
});

Deno.test("secrets that are not granted are warned of, and what reads them is not evaluated", async () => {
  const text = `${DB}
- { kind: sleep, name: s, env: { PW: { name: db, data: "{{ .password }}" } }, interval: "{{ env.PW }}" }
- { kind: connection, name: c, data: { type: http, baseUrl: "env:API" } }
`;
  assertEquals(await check(text, { warns: true, env: {} }), [
    "x.yaml:2:78: warning: the variable DB_PASSWORD of env:DB_PASSWORD is not set; start --env DB_PASSWORD grants it",
    "x.yaml:4:61: warning: the variable API of env:API is not set; start --env API grants it",
  ]);
  assertEquals(await check(text), []);
  assertEquals(await check(text, { warns: true, env: { DB_PASSWORD: "soon", API: "https://x.example" } }), [
    'x.yaml:3:89: invalid interval "soon": expected a duration such as 500ms, 2s or 1m30s, or a number of milliseconds',
  ]);
});

Deno.test("entries of a file of values need no kind, and are found by name and by id", async () => {
  const text = `
- id: 0190163d-8694-739b-aea5-966c26f8ad91
  name: db
  data: { user: ada }
- id: 0190163d-8694-739b-aea5-966c26f8ad92
  data: unnamed
- kind: snippet
  language: cel
  env:
    A: { id: 0190163d-8694-739b-aea5-966c26f8ad91, data: "{{ .user }}" }
    B: { id: 0190163d-8694-739b-aea5-966c26f8ad92 }
    C: { name: db }
    D: { id: 0190163d-8694-739b-aea5-966c26f8ad93 }
  code: env.A
`;
  assertEquals(await check(text), [
    'x.yaml:13:14: unknown value "0190163d-8694-739b-aea5-966c26f8ad93"; expected the name of an entry of kind registry.entry',
  ]);
});

Deno.test("docs/values.md shows what check says of its file", async () => {
  const { text } = (await pagesOf(new URL("../../", import.meta.url))).find(({ path }) => path === "docs/values.md")!;
  const blocks = blocksOf(text);
  const { body } = blocks.find(({ title }) => title === "shop.yaml")!;
  const shown = blocks.find(({ language }) => language === "console")!.body.split("\n")[1];
  assertEquals((await check(body, { warns: true, env: {} })).map((line) => line.replace("x.yaml", "shop.yaml")), [
    shown,
  ]);
  const { body: list } = blocks.find(({ body }) => body.includes("meta.id"))!;
  assertEquals(await check(list), []);
});

Deno.test("what a definition binds may be a parameter, and what is wrong is told where it stands", async () => {
  const text = (value: string, outer: string) =>
    `${DB}
- kind: block.definition
  name: d
  data:
    parameters: { value: }
    specs:
      - kind: snippet
        language: cel
        env: { V: { name: "{{ with.value }}", data: "{{ .user }}" } }
        code: env.V + env.OUTER
- { kind: block, name: b, use: d, with: { value: ${value} }, env: { OUTER: { name: ${outer} } } }
`;
  assertEquals(await check(text("db", "db")), []);
  assertEquals(await check(text("dc", "dbx")), [
    'x.yaml:10:27: unknown value "dc"; did you mean "db"?; used by b at x.yaml:12:3',
    'x.yaml:12:78: unknown value "dbx"; did you mean "db"?',
  ]);
});
