import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Project } from "./project.ts";

// line numbers in this file are those of the messages below
const OLD = `# the front door
- kind: loop # each item
  name: each
  ports:
    out[0]: [{ name: choose, port: in }]
- kind: 'switch'
  name: choose
  match:
    - when: "has(body) && body.total > limit && ['a'].exists(x, x == self.tag)" # what counts
      port: out[0]
  "ports":
    out[0]: [{ name: read, port: in }]
- { kind: native, name: read, opcode: nodes.read }
- kind: step
  name: steps
  specs:
    - kind: if
      when: >-
        count > 10 &&
        count < max
      ports: {}
    - { kind: wait, interval: 2000 }
    - { kind: if, when: self == "unsupported type" || 'unsupported value' == kind }
- kind: rdb
  name: orders
  driver: sqlite3
  source: file:orders.db?cache=shared
  isolation: 6
  timeout: 2000000000
`;

const NEW = `# the front door
- kind: for # each item
  name: each
  links:
    out[0]: [{ name: choose, port: in }]
- kind: 'switch'
  name: choose
  matches:
    - when: "has(self.body) && self.body.total > self.limit && ['a'].exists(x, x == self.tag)" # what counts
      port: out[0]
  "links":
    out[0]: [{ name: read, port: in }]
- { kind: syscall, name: read, opcode: specs.read }
- kind: step
  name: steps
  specs:
    - kind: if
      when: >-
        self.count > 10 &&
        self.count < self.max
      links: {}
    - { kind: sleep, interval: 2000 }
    - { kind: if, when: self == "invalid argument" || 'invalid argument' == self.kind }
- kind: sql
  name: orders
  driver: sqlite3
  source: orders.db
  isolation: serializable
  timeout: 2000ms
`;

Deno.test("weft import uniflow rewrites what is spelled differently, keeps the rest, and tells each change", async () => {
  await using project = new Project({ "old.yaml": OLD });
  const { code, out, err } = await project.run(["import", "uniflow", "old.yaml"]);
  assertEquals(out, NEW.trimEnd());
  assertEquals(code, 0, err);
  for (
    const line of [
      "old.yaml:2:9: kind loop is called for here",
      "old.yaml:4:3: ports are links here",
      "old.yaml:8:3: field match is called matches here",
      "old.yaml:9:18: body is a key of the payload: self.body here",
      "old.yaml:9:40: limit is a key of the payload: self.limit here",
      "old.yaml:13:39: operation nodes.read is called specs.read here",
      "old.yaml:20:17: max is a key of the payload: self.max here",
      "old.yaml:29:12: 2000000000 ns are 2000 ms, and numbers are ms here",
    ]
  ) assertStringIncludes(`${err}\n`, `${line}\n`);
  assertMatch(err, /^1 file: \d+ changes, 0 cannot be imported$/m);
  project.write("new.yaml", out);
  const again = await project.run(["import", "uniflow", "new.yaml"]);
  assertEquals([again.out, again.err], [out, "1 file: 0 changes, 0 cannot be imported"]);
});

Deno.test("files of JSON stay JSON", async () => {
  const old = { kind: "rdb", name: "a", driver: "sqlite3", source: "a.db", isolation: 4, timeout: 3e9, ports: {} };
  await using project = new Project({ "old.json": old });
  const { kind: _, ports: __, ...same } = old;
  assertEquals(JSON.parse(await project.weft("import uniflow old.json")), {
    ...same,
    kind: "sql",
    isolation: "repeatable read",
    timeout: "3000ms",
    links: {},
  });
});

Deno.test("what cannot be imported is told with its place in the file before, and the exit code is 1", async () => {
  await using project = new Project({
    "left.yaml": `
- { kind: if, name: first, when: count > 1 && true > "a", ports: { "out[0]": [{ name: nobody, port: in }] } }
- { kind: proxy, name: proxy, urls: ["https://one.example/"] }
- { kind: listener, name: web, port: 0, tls: { cert: LS0tLS1CRUdJTg==, key: LS0tLS1CRUdJTg== } }
- { kind: sql, name: engine, driver: internal }
- { kind: listener, name: older, port: 0, cert: LS0tLS1CRUdJTg== }
`,
    "fine.yaml": "- { kind: nop, name: end }\n",
  });
  const { code, err } = await project.run(["import", "--out", "new", "uniflow", "left.yaml", "fine.yaml"]);
  assertEquals(code, 1);
  const left = err.split("\n").filter((line) => line.includes("cannot be imported: "));
  assertEquals(left.length, 7, err);
  const expected = [
    /^left\.yaml:2:47: cannot be imported: no such overload/m,
    /^left\.yaml:2:87: cannot be imported: unknown node "nobody"$/m,
    /^left\.yaml:3:11: cannot be imported: unknown kind "proxy"; did you mean "http"\?$/m,
    /^left\.yaml:4:54: cannot be imported: tls\.cert holds a certificate; put it into a file/m,
    /^left\.yaml:4:77: cannot be imported: tls\.key holds a secret/m,
    /^left\.yaml:6:49: cannot be imported: cert holds a certificate; put it into a file of PEM, and name that in tls\.cert$/m,
    /^left\.yaml:5:38: cannot be imported: the tables of the engine are no database here; kind syscall/m,
  ];
  for (const pattern of expected) assertMatch(left.join("\n"), pattern);
  assertEquals(Deno.readTextFileSync("new/fine.yaml"), "- { kind: nop, name: end }\n");
  // nothing is overwritten, and nothing is written if one file is there
  Deno.removeSync("new/left.yaml");
  assertMatch(
    (await project.fail("import --out new uniflow left.yaml fine.yaml"))[1],
    /new\/fine\.yaml already exists/,
  );
  assertEquals([...Deno.readDirSync("new")].map(({ name }) => name), ["fine.yaml"]);
});

Deno.test("files of values are imported as they are, beside the specs that they are bound in", async () => {
  const values = "- id: 01908c74-8b22-7cbf-a475-6b6bc871b01b\n  name: network\n  data: { port: 8000 }\n";
  const specs = `
- kind: listener
  name: web
  protocol: http
  port: '{{ .PORT }}'
  env: { PORT: [{ name: network, value: '{{ .port }}' }] }
`;
  await using project = new Project({ "old/specs.yaml": specs, "old/values.yaml": values });
  assertEquals((await project.run(["import", "--out", "new", "uniflow", "old"])).code, 0);
  assertEquals(Deno.readTextFileSync("new/values.yaml"), values);
  assertEquals(Deno.readTextFileSync("new/specs.yaml"), specs);
  Deno.removeSync("old/values.yaml");
  assertMatch((await project.fail("import uniflow old"))[1], /unknown value "network"/);
});

Deno.test("weft import needs a format that it knows, and files", async () => {
  await using project = new Project();
  assertEquals(await project.fail("import"), [
    2,
    'missing argument FORMAT: expected uniflow\nSee "weft import --help" for usage.',
  ]);
  assertEquals((await project.fail("import n8n a.json"))[0], 2);
  assertEquals((await project.fail("import uniflow"))[0], 2);
  assertMatch((await project.fail("import uniflow none.yaml"))[1], /no such file or folder: none\.yaml/);
});
