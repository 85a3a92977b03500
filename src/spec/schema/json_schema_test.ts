import { assert, assertEquals } from "@std/assert";
import { parseAll } from "@std/yaml";
import { matches } from "../../../tests/spec/json_schema_validator.ts";
import { testScheme } from "../../../tests/spec/kinds.ts";
import { checkSpecs, hasErrors, type JsonSchema, jsonSchema, readSpecs } from "../mod.ts";

const scheme = testScheme();
const schema = jsonSchema(scheme, "1.2.3");

Deno.test("the schema has a title and a definition of each kind", () => {
  assertEquals(schema.$schema, "http://json-schema.org/draft-07/schema#");
  assertEquals(schema.title, "Weft 1.2.3 specs");
  assertEquals(Object.keys(schema.definitions as object), [
    "spec",
    "links",
    ...scheme.names().map((name) => `kind.${name}`),
  ]);
});

Deno.test("every property of the schema has a description", () => {
  const bare: string[] = [];
  const walk = (part: unknown, path: string) => {
    if (part === null || typeof part !== "object") return;
    const { properties, ...rest } = part as JsonSchema;
    for (const [name, property] of Object.entries(properties as Record<string, JsonSchema> ?? {})) {
      const isChoice = path.endsWith("/if");
      if (!isChoice && !property.description) bare.push(`${path}/${name}`);
      walk(property, `${path}/${name}`);
    }
    for (const [keyword, inner] of Object.entries(rest)) walk(inner, `${path}/${keyword}`);
  };
  walk(schema, "");
  assertEquals(bare, []);
});

Deno.test("every field except code may be a template", () => {
  const allows = (kind: string, field: string) => {
    const { properties } = (schema.definitions as Record<string, JsonSchema>)[`kind.${kind}`]!;
    return JSON.stringify((properties as Record<string, JsonSchema>)[field]).includes("A template");
  };
  assertEquals([allows("if", "when"), allows("snippet", "code")], [false, false]);
  assertEquals([allows("snippet", "language"), allows("switch", "matches"), allows("for", "batch")], [
    true,
    true,
    true,
  ]);
  const { properties } = (schema.definitions as Record<string, JsonSchema>)["kind.switch"]!;
  const { matches } = properties as Record<string, JsonSchema>;
  const inner = (matches!.items as { properties: Record<string, JsonSchema> }).properties;
  assertEquals([inner.when!.anyOf, inner.port!.anyOf === undefined], [undefined, false]);
});

// texts that an editor has to take and to refuse; the engine thinks the same of them
const GOOD = [
  Deno.readTextFileSync(new URL("../../../tests/spec/system.yaml", import.meta.url)),
  "kind: listener\nprotocol: http\nport: 8000\n",
  "- kind: listener\n  protocol: '{{ .PROTOCOL }}'\n  port: '{{ .PORT }}'\n  maxBody: 1MiB\n  stream: '{{ env.S }}'\n",
  "kind: loop\nname: a\nid: 0190163d-8694-739b-aea5-966c26f8ad91\nannotations: {a: b}\nports: {out: [{name: a, port: in}]}\n",
  "kind: switch\nmatch: [{when: 'true', port: 'out[0]'}]\n",
  "kind: block\nspecs: [{kind: block, specs: [{kind: snippet, language: cel, code: '{{'}]}]\n",
  "kind: http\nurl: http://{{ .HOST }}\ntimeout: 2s\n",
];
const BAD = [
  "kind: lisener\n",
  "name: a\n",
  "kind: listener\nprotocol: htp\nport: 8000\n",
  "kind: listener\nprotocol: http\n",
  "kind: listener\nprotocol: http\nport: 70000\n",
  "kind: listener\nprotocol: http\nport: 8000\nprot: 1\n",
  "kind: listener\nprotocol: http\nport: 8000\nmaxBody: much\n",
  "kind: router\nroutes: [{method: GET, path: /, prot: out, port: out}]\n",
  "kind: switch\n",
  "kind: switch\nmatch: []\nmatches: []\n",
  "kind: merge\nlinks: {}\nports: {}\n",
  "kind: block\nspecs: [{kind: block, specs: [{kind: snippet, language: cll, code: x}]}]\n",
  "kind: merge\nlinks: {out: [{name: a}]}\n",
  "kind: merge\nname: a b\n",
  "- kind: merge\n- kind: snippet\n",
];

Deno.test("the schema accepts what the engine accepts", () => {
  for (const text of GOOD) {
    const { specs, diagnostics } = readSpecs(text, "x.yaml");
    assertEquals([...diagnostics, ...checkSpecs(specs, scheme, { incomplete: true })], [], text);
    for (const document of parseAll(text)) assert(matches(document, schema), text);
  }
});

Deno.test("the schema rejects what the engine rejects", () => {
  for (const text of BAD) {
    const { specs, diagnostics } = readSpecs(text, "x.yaml");
    assert(hasErrors([...diagnostics, ...checkSpecs(specs, scheme, { incomplete: true })]), text);
    for (const document of parseAll(text)) assert(!matches(document, schema), text);
  }
});
