import { assert, assertEquals, assertMatch } from "@std/assert";
import { MailServer } from "../support/mail_server.ts";
import { TestServer } from "../support/http_server.ts";
import { Project } from "./project.ts";
import { listener, nop, text } from "./specs.ts";

const MODULE = (name: string, more = "") => `
import { z } from "${import.meta.resolve("zod")}";
${more}
export default {
  name: "${name}",
  summary: "Shouts.",
  fields: z.object({ volume: z.number().meta({ description: "How loud." }) }),
  ports: { in: ["in"], out: ["out"] },
  prepare: () => ({ node: {} }),
};
`;

Deno.test("check prints what it has read and every error", async () => {
  await using project = new Project({
    "good/web.yaml": [listener("web", "hello"), text("hello", "hi")],
    "good/end.yaml": [nop("end")],
    "bad.yaml": "- kind: nop\n  name: a\n  nane: b\n- kind: nop\n  name: a\n",
  });
  assertEquals(await project.weft("check good"), "3 specs in 2 files: no errors");
  assertEquals(await project.weft("check -", { input: "kind: nop" }), "1 spec in 1 file: no errors");
  const [code, err] = await project.fail("check good bad.yaml");
  assertEquals(code, 1);
  assertMatch(err, /^bad\.yaml:3:3: .*nane.*name.*\nbad\.yaml:5:9: .*\ba\b/);
  assertEquals((await project.fail("check"))[0], 2);
});

Deno.test("check reports a file that is not UTF-8 beside the errors of all others", async () => {
  await using project = new Project({ "flows/a.yaml": "- kind: nop\n  nane: b\n", "flows/c.yaml": "- kind: snipet\n" });
  Deno.writeFileSync(`${project.folder}/flows/b.yaml`, new Uint8Array([0x6b, 0x3a, 0x20, 0xff, 0x0a]));
  Deno.symlinkSync("a.yaml", `${project.folder}/flows/z.yaml`);
  const [code, err] = await project.fail("check -f flows");
  assertEquals([code, err.split("\n")], [1, [
    'flows/a.yaml:2:3: unknown field "nane" of nop; did you mean "name"?',
    "flows/b.yaml:1:4: invalid UTF-8",
    'flows/c.yaml:1:9: unknown kind "snipet"; did you mean "snippet"?',
    "flows/z.yaml: warning: skipped: it leads to flows/a.yaml, which is read already",
  ]]);
  for (const command of ["apply -f flows", "delete -f flows"]) {
    const [code, err] = await project.fail(command);
    assertEquals([code, err.includes("flows/b.yaml:1:4: invalid UTF-8")], [1, true], command);
  }
});

Deno.test("check as JSON lists problems with positions", async () => {
  await using project = new Project({ "bad.yaml": "- kind: snipet\n" });
  const { code, out, err } = await project.run(["check", "bad.yaml", "-o", "json"]);
  assertEquals([code, err], [1, ""]);
  assertEquals(JSON.parse(out), [{
    file: "bad.yaml",
    line: 1,
    column: 9,
    severity: "error",
    message: 'unknown kind "snipet"',
    hint: 'did you mean "snippet"?',
  }]);
  assertEquals(await project.json("check -", { input: "kind: nop" }), []);
});

Deno.test("check requires every variable of a template", async () => {
  await using project = new Project({
    "web.yaml": [listener("web", "hello", { port: "{{ env.PORT }}" }), text("hello", "")],
  });
  assertMatch(
    (await project.fail("check web.yaml"))[1],
    /^web\.yaml:6:\d+: invalid template: the variable PORT is not set; /,
  );
  await project.weft("check web.yaml -e PORT=80");
  await project.weft("check web.yaml -e PORT", { env: { PORT: "80" } });
  assertEquals(await project.fail("check web.yaml -e PORT"), [
    2,
    'missing value of --env PORT: the environment has no such variable\nSee "weft check --help" for usage.',
  ]);
  assertEquals((await project.fail("check web.yaml -e 1=2"))[0], 2);
});

Deno.test("a folder of 1,000 files is checked in seconds", async () => {
  await using project = new Project();
  for (let index = 0; index < 1000; index++) {
    const code = `export default function ({ body }) {\n  return \`${index} \${body}\`;\n}\n`;
    const spec = { kind: "snippet", name: `s${index}`, language: "javascript", code };
    project.write(`flows/${index}.yaml`, [
      { ...spec, links: { out: [{ name: `n${index}`, port: "in" }] } },
      nop(`n${index}`),
    ]);
  }
  const began = performance.now();
  assertEquals(await project.weft("check flows"), "2000 specs in 1000 files: no errors");
  const took = performance.now() - began;
  assert(took < 30_000, `took ${took.toFixed()} ms`); // 0.3 s on a quiet machine
});

Deno.test("kinds lists names, places and summaries, with those of extensions", async () => {
  await using project = new Project({ "shout.ts": MODULE("shout") });
  assertMatch(await project.weft("kinds"), /^KIND +RUNS ON +SUMMARY\n(?:.*\n)*snippet +executor +\S/);
  assertMatch(await project.weft("kinds --extension shout.ts"), /\nshout +executor +Shouts\.(\n|$)/);
  const kinds = await project.json("kinds --extension ./shout.ts");
  assertEquals(kinds.find(({ name }: { name: string }) => name === "shout"), {
    name: "shout",
    aliases: [],
    place: "executor",
    ports: { in: ["in"], out: ["out"] },
    fields: ["volume"],
    summary: "Shouts.",
  });
});

Deno.test("schema is a JSON Schema with the kinds and their fields", async () => {
  await using project = new Project({ "shout.ts": MODULE("shout") });
  const schema = await project.weft("schema --extension shout.ts");
  assertMatch(JSON.parse(schema).$schema, /^https?:\/\/json-schema\.org\//);
  for (const part of ['"snippet"', '"shout"', "How loud."]) assert(schema.includes(part), part);
});

Deno.test("an extension that cannot be loaded is named, with the reason", async () => {
  await using project = new Project({
    "throws.ts": "throw new Error('out of paint');",
    "clash.ts": MODULE("snippet"),
    "none.ts": "export default 3;",
    "half.ts": "export default { name: 'half', summary: '' };",
    "broken.ts": "export default {{{",
  });
  const url = (name: string) => `file://${Deno.cwd()}/${name}`;
  for (
    const [name, reason] of [
      ["throws.ts", "out of paint"],
      ["clash.ts", 'invalid name "snippet" of kind snippet: it is already a name of kind snippet'],
      ["none.ts", "its default export is neither a kind nor a list of kinds"],
      ["half.ts", 'missing property "fields" of kind "half"'],
    ] as const
  ) {
    assertEquals(await project.fail(`kinds --extension ${name}`), [
      1,
      `extension ${url(name)} cannot be loaded: ${reason}`,
    ]);
  }
  for (const name of ["broken.ts", "nothere.ts"]) {
    const [code, err] = await project.fail(`check - --extension ${name}`, { input: "kind: nop" });
    assertEquals(code, 1);
    assert(err.startsWith(`extension ${url(name)} cannot be loaded: `), err);
  }
  assertEquals(await project.fail("kinds --extension https://example.com/kinds.ts"), [
    1,
    'invalid --extension "https://example.com/kinds.ts": expected a path, a file: URL or an npm: specifier',
  ]);
});

Deno.test("check --connect tries connections, with what start is granted", async () => {
  await using server = new TestServer((request) =>
    new Response(null, { status: request.headers.get("authorization") === "Bearer right" ? 200 : 401 })
  );
  await using mails = await MailServer.start({ login: { user: "shop", password: "right" } });
  const connection = (name: string, data: Record<string, unknown>) => ({ kind: "connection", name, data });
  const auth = { bearer: "env:TOKEN" };
  const smtp = { type: "smtp", host: "127.0.0.1", port: mails.port, security: "none" };
  const login = { user: "shop", password: "env:TOKEN" };
  await using project = new Project({
    "flow.yaml": [
      connection("api", { type: "http", baseUrl: server.url("/v1"), auth }),
      connection("mail", { ...smtp, auth: login }),
    ],
  });
  assertEquals(await project.weft("check flow.yaml"), "2 specs in 1 file: no errors");
  assertEquals(server.seen, []);
  const granted = "check flow.yaml --connect --allow-private 127.0.0.1";
  assertEquals(await project.weft(`${granted} -e TOKEN=right`), "2 specs in 1 file: no errors");
  assertEquals([server.last.method, server.last.path], ["HEAD", "/v1"]);
  const [code, err] = await project.fail(`${granted} -e TOKEN=wrong`);
  assertEquals(code, 1);
  assertMatch(
    err,
    /^flow\.yaml:\d+:\d+: connection api does not work: HEAD http:\S+\/v1: the status of the answer is 401$/m,
  );
  assertMatch(err, /connection mail does not work: 127\.0\.0\.1:\d+: .*who are you/);
  assertMatch((await project.fail("check flow.yaml --connect -e TOKEN=right"))[1], /forbidden address 127\.0\.0\.1/);
  assertMatch((await project.fail(granted))[1], /unknown variable of env:TOKEN; start --env TOKEN grants it/);
  assertEquals((await project.fail("check flow.yaml --connect --allow-private no/where"))[0], 2);
});
