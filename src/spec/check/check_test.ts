import { assertEquals, assertStringIncludes } from "@std/assert";
import { testScheme } from "../../../tests/spec/kinds.ts";
import type { ValueMap } from "../../value/mod.ts";
import {
  type CheckOptions,
  checkSpecs,
  type Diagnostic,
  formatDiagnostic,
  locatorOf,
  readSpecs,
  Scheme,
  specFromMap,
} from "../mod.ts";

const scheme = testScheme();

function check(text: string, options?: CheckOptions): string[] {
  const { specs, diagnostics } = readSpecs(text, "x.yaml");
  assertEquals(diagnostics, []);
  return checkSpecs(specs, scheme, options).map(formatDiagnostic);
}

/** What a registry has: specs by namespace and name or id. */
function known(...maps: ValueMap[]): NonNullable<CheckOptions["known"]> {
  const specs = maps.map((map) => specFromMap(map).spec!);
  return (namespace, nameOrId) => {
    const spec = specs.find((spec) => spec.namespace === namespace && [spec.name, spec.id].includes(nameOrId));
    return spec && { spec };
  };
}

const ID = "0190163d-8694-739b-aea5-966c26f8ad91";

Deno.test("links may lead to known specs outside the files", () => {
  const text = `
kind: merge
links:
  out: [{name: there, port: in}, {id: ${ID}, port: in}, {name: there, port: inn}, {name: elsewhere, port: in}]
`;
  const there = { kind: "snippet", name: "there", id: ID, language: "text", code: "x" };
  const elsewhere = { kind: "merge", name: "elsewhere", namespace: "other" };
  assertEquals(check(text, { known: known(there, elsewhere) }), [
    'x.yaml:4:108: unknown in port "inn" of there; known ports are in',
    'x.yaml:4:121: unknown node "elsewhere"',
  ]);
});

Deno.test("the ports of a known node may come from its fields", () => {
  const outer = {
    kind: "block",
    name: "outer",
    inbounds: { more: [{ name: "a", port: "in" }] },
    specs: [{ kind: "merge" }],
  };
  const link = (port: string) => `kind: merge\nlinks: {out: {name: outer, port: ${port}}}\n`;
  assertEquals(check(link("more"), { known: known(outer) }), []);
  assertEquals(check(link("less"), { known: known(outer) }), [
    'x.yaml:2:34: unknown in port "less" of outer; known ports are in, more',
  ]);
  // what is wrong with that one is no diagnostic of these files, and its ports cannot be known
  assertEquals(check(link("less"), { known: known({ ...outer, specs: 5 }) }), []);
  assertEquals(check(link("less"), { known: known({ ...outer, kind: "unheard-of" }) }), []);
});

Deno.test("a dangling link is an error or a warning as configured, and a warning if it already existed", () => {
  const text =
    "kind: merge\nname: a\nlinks: {out: [{name: x, port: in}, {name: a, port: 'in[0]'}, {name: a, port: no}]}\n";
  const lines = [
    'x.yaml:3:22: unknown node "x"',
    'x.yaml:3:78: unknown in port "no" of a; known ports are in[]',
  ];
  const warnings = lines.map((line) => line.replace(": ", ": warning: "));
  assertEquals(check(text), lines);
  assertEquals(check(text, { dangling: "warning" }), warnings);
  const before = { kind: "merge", name: "a", links: { out: [{ name: "x", port: "in" }] } };
  assertEquals(check(text, { known: known(before) }), [warnings[0], lines[1]]);
  const other = { kind: "merge", name: "a", links: { error: [{ name: "x", port: "in" }] } };
  assertEquals(check(text, { known: known(other) }), lines);
  assertEquals(check(text, { incomplete: true }), [lines[1]]);
});

Deno.test("a port without an index means the first of numbered ports", () => {
  const text = (port: string, to: string) => `
- {kind: if, when: x, links: {${port}: {name: m, port: ${to}}}}
- {kind: merge, name: m}
`;
  for (const port of ["out", "'out[0]'", "'out[1]'", "error", "init", "term"]) {
    assertEquals(check(text(port, "in")), []);
  }
  for (const to of ["in", "'in[7]'"]) assertEquals(check(text("out", to)), []);
  for (const port of ["'out[2]'", "'out[]'", "'error[0]'", "in"]) {
    assertStringIncludes(check(text(port, "in"))[0]!, "unknown out port");
  }
  assertStringIncludes(check(text("out", "out"))[0]!, "unknown in port");
});

const TEMPLATES = `
- kind: listener
  protocol: http
  port: '{{ .PORT }}'
  maxBody: '{{ .SIZE }}'
- kind: snippet
  language: '{{ .LANGUAGE }}'
  code: bad '{{ .NONE }}'
- kind: snippet
  language: text
  code: bad
  timeout: '{{ .TIMEOUT }}'
- kind: router
  routes: [{method: '{{ .METHOD }}', path: 5, port: '{{ .PORT }}'}]
`;

Deno.test("a template is accepted for any value, and everything else is checked", () => {
  assertEquals(check(TEMPLATES), [
    // the language of the first is needed to check its code
    "x.yaml:11:9: a bad word; say it nicely",
  ]);
});

Deno.test("template expressions are checked without being evaluated", () => {
  const options: CheckOptions = {
    checkExpression: (expression) => {
      const offset = expression.indexOf("SIZE");
      return offset < 0 ? [] : [{ message: "no such size", location: { offset } }];
    },
  };
  assertEquals(check("kind: http\nurl: http://{{ .A }}/{{ 1 + .SIZE }}\n", options), ["x.yaml:2:30: no such size"]);
  assertEquals(check(TEMPLATES, options), [
    "x.yaml:5:17: no such size",
    "x.yaml:11:9: a bad word; say it nicely",
  ]);
});

Deno.test("evaluated templates are checked like literal values", () => {
  const env: ValueMap = { PORT: "8000", SIZE: "1 MiB", LANGUAGE: "cel", METHOD: "GET", TIMEOUT: "never" };
  const evaluate = (expression: string) => {
    const name = expression.replace("env.", "");
    if (env[name] === undefined) throw new Error(`${name} is not set`);
    return env[name];
  };
  assertEquals(check(TEMPLATES, { evaluate }), [
    "x.yaml:8:9: a bad word; say it nicely",
    'x.yaml:12:12: invalid timeout "never": expected a duration such as 500ms, 2s or 1m30s, or a number of milliseconds',
    'x.yaml:14:53: invalid routes[0].port "8000": expected the name of a port, such as out or out[0]',
  ]);
  delete (env as Record<string, unknown>).SIZE;
  assertEquals(check(TEMPLATES, { evaluate })[0], "x.yaml:5:16: invalid template: SIZE is not set");
});

Deno.test("a kind's own check receives validated fields, and only runs if they are valid", () => {
  const seen: ValueMap[] = [];
  const found: Diagnostic[] = [
    { location: { path: ["port"] }, message: "port is taken", severity: "warning" },
    { location: { path: ["host"], key: true }, message: "host is odd" },
    { location: { path: [] }, message: "all is wrong" },
  ];
  const listener = { ...scheme.get("listener")!, check: (fields: ValueMap) => (seen.push(fields), found) };
  const own = new Scheme([listener]);
  const { specs } = readSpecs(
    "kind: listener\nprotocol: http\nhost: a\nport: '80'\n---\nkind: listener\nport: x\n",
    "x.yaml",
  );
  assertEquals(checkSpecs(specs, own).map(formatDiagnostic), [
    "x.yaml:1:1: all is wrong",
    "x.yaml:3:1: host is odd",
    "x.yaml:4:7: warning: port is taken",
    'x.yaml:6:1: missing field "protocol" of listener: expected "http" or "https"',
    'x.yaml:7:7: invalid port "x": expected a number',
  ]);
  assertEquals(seen, [{ protocol: "http", host: "a", port: 80, maxBody: 1048576, stream: false }]);
});

Deno.test("a diagnostic names the spec if it has no source, and the position if an origin was kept", () => {
  const { spec } = specFromMap({ kind: "snippet", name: "hello", language: "text", code: "so bad" });
  assertEquals(checkSpecs([{ spec: spec! }], scheme).map(formatDiagnostic), ["hello: a bad word; say it nicely"]);
  const [read] = readSpecs("kind: snippet\nlanguage: text\ncode: |\n  so\n  bad\nx: 1\n", "x.yaml").specs;
  const kept = { spec: read!.spec, source: locatorOf(JSON.parse(JSON.stringify(read!.source.origin()))) };
  assertEquals(checkSpecs([kept], scheme).map(formatDiagnostic), [
    'x.yaml:1:1: unknown field "x" of snippet; known fields are language, code, timeout, id, kind, namespace, name, ' +
    "meta, annotations, env, links, ports",
  ]);
  delete (read!.spec.fields as Record<string, unknown>).x;
  assertEquals(checkSpecs([kept], scheme).map(formatDiagnostic), ["x.yaml:5:3: a bad word; say it nicely"]);
});

Deno.test("specs of several files are checked together", () => {
  const a = readSpecs("kind: merge\nname: a\nlinks: {out: {name: b, port: in}}\n", "a.yaml");
  const b = readSpecs("kind: merge\nname: b\n---\nkind: merge\nname: a\n", "b.yaml");
  assertEquals(checkSpecs([...b.specs, ...a.specs], scheme).map(formatDiagnostic), [
    'a.yaml:2:7: duplicate name "a"; the first is at b.yaml:5:7',
  ]);
});
