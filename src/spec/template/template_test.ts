import { assertEquals } from "@std/assert";
import { testScheme } from "../../../tests/spec/kinds.ts";
import type { Value } from "../../value/mod.ts";
import {
  formatDiagnostic,
  hasTemplate,
  mapTemplates,
  offsetIn,
  readSpecs,
  specFromMap,
  splitTemplate,
} from "../mod.ts";

const scheme = testScheme();
const ENV: Record<string, Value> = {
  PORT: 8000,
  HOST: "localhost",
  LIST: [1, { a: 2 }],
  NONE: null,
  YES: true,
  BIG: 2n ** 60n,
  DAY: new Date(0),
};

/** Knows variables of `env` and nothing else. */
function evaluate(expression: string): Value {
  const name = /^env\.(\w+)$/.exec(expression)?.[1];
  if (name === undefined) throw Object.assign(new Error(`${expression} is no variable`), { offset: 0 });
  const value = ENV[name];
  if (value === undefined) throw Object.assign(new Error(`${name} is not set`), { offset: "env.".length });
  return value;
}

Deno.test("a template is split into its parts", () => {
  const cases: [text: string, parts: [expression: boolean, text: string, offset: number][]][] = [
    ["", []],
    ["plain } }} text", [[false, "plain } }} text", 0]]],
    ["{{ env.A }}", [[true, "env.A", 3]]],
    ["{{env.A}}{{ env.B }}", [[true, "env.A", 2], [true, "env.B", 12]]],
    ["a {{ x }} b", [[false, "a ", 0], [true, "x", 5], [false, " b", 9]]],
    ["{{ .PORT }}", [[true, "env.PORT", 3]]],
    ["{{ .user.name }}", [[true, "env.user.name", 3]]],
    ["{{ .A + [.B, f(.C)][.D].e }}", [[true, "env.A + [env.B, f(env.C)][env.D].e", 3]]],
    ["{{ .A ? .B : x.C }}", [[true, "env.A ? env.B : x.C", 3]]],
    ["{{ x in .LIST && x.in .b }}", [[true, "x in env.LIST && x.in .b", 3]]],
    ["{{ .5 + 1.5 + .A }}", [[true, ".5 + 1.5 + env.A", 3]]],
    ["{{ ' .A }} ' + \" .B }} \" }}", [[true, "' .A }} ' + \" .B }} \"", 3]]],
    [`{{ "a".size() + 'b' .c + {} .d }}`, [[true, `"a".size() + 'b' .c + {} .d`, 3]]],
    [`{{ 'it\\'s }}' }}`, [[true, `'it\\'s }}'`, 3]]],
    [`{{ r'\\' }}x`, [[true, `r'\\'`, 3], [false, "x", 10]]],
    ["{{ '''a'}}\n''' + \"\"\"\"}}\"\"\" }}", [[true, "'''a'}}\n''' + \"\"\"\"}}\"\"\"", 3]]],
    ["{{ {'a': {'b': 1}} }}", [[true, "{'a': {'b': 1}}", 3]]],
    ["{{{'a': {}}}}", [[true, "{'a': {}}", 2]]],
    ["{{ a // }}\n }}", [[true, "a // }}", 3]]],
    ['{{ "{{" }}', [[true, '"{{"', 3]]],
  ];
  for (const [text, wanted] of cases) {
    const { parts, diagnostic } = splitTemplate(text);
    assertEquals(diagnostic, undefined, text);
    const found = parts.map((part) =>
      part.type === "text" ? [false, part.text, part.offset] : [true, part.expression, part.offset]
    );
    assertEquals<unknown>(found, wanted, text);
    assertEquals(hasTemplate(text), wanted.some(([isExpression]) => isExpression), text);
  }
});

Deno.test("a malformed template is a diagnostic", () => {
  const cases: [string, string, number][] = [
    ["a {{ b", "unclosed template", 2],
    ["{{ a }} {{ b }", "unclosed template", 8],
    ["{{ {'a': 1 }}", "unclosed template", 0],
    ["{{ 'a }}", "unclosed string in a template", 0],
    ["{{ 'a\n' }}", "unclosed string in a template", 0],
    ["{{ }}", "empty template", 0],
    ["{{}}", "empty template", 0],
    ["{{ // x\n }}", "empty template", 0],
  ];
  for (const [text, message, offset] of cases) {
    const { parts, diagnostic } = splitTemplate(text);
    assertEquals([parts, diagnostic?.message, diagnostic?.location?.offset], [[], message, offset], text);
  }
});

Deno.test("an offset in an expression is mapped to an offset in the string", () => {
  const text = "x{{ .A + .B.c }}";
  const { parts } = splitTemplate(text);
  const part = parts[1]!;
  if (part.type !== "expression") throw new Error("no expression");
  assertEquals(part.expression, "env.A + env.B.c");
  for (const [inner, outer] of [["A", 5], [" +", 6], ["+", 7], ["B", 10], ["c", 12]] as const) {
    assertEquals(offsetIn(part, part.expression.indexOf(inner)), outer, inner);
  }
});

function mapped(text: string): { fields: unknown; lines: string[] } {
  const { specs } = readSpecs(text, "x.yaml");
  const { fields, diagnostics } = mapTemplates(specs[0]!.spec, scheme, evaluate, specs[0]!.source);
  return { fields, lines: diagnostics.map(formatDiagnostic) };
}

Deno.test("templates are evaluated in every string except code and keys", () => {
  const text = `
kind: block
inbounds:
  "{{ .PORT }}": ["{{ .LIST }}", {x: "{{ .PORT }}"}]
specs:
  - kind: snippet
    name: "{{ .HOST }}"
    language: "{{ .HOST }}"
    code: "{{ .PORT }}"
  - kind: switch
    match:
      - {when: "{{ .PORT }}", port: "{{ .PORT }}"}
  - kind: switch
    matches: {when: "{{ .PORT }}", port: "p{{ .PORT }}"}
  - kind: unheard-of
    code: "{{ .PORT }}"
`;
  assertEquals(mapped(text), {
    fields: {
      inbounds: { "{{ .PORT }}": [[1, { a: 2 }], { x: 8000 }] },
      specs: [
        { kind: "snippet", name: "{{ .HOST }}", language: "localhost", code: "{{ .PORT }}" },
        { kind: "switch", match: [{ when: "{{ .PORT }}", port: 8000 }] },
        { kind: "switch", matches: { when: "{{ .PORT }}", port: "p8000" } },
        { kind: "unheard-of", code: "{{ .PORT }}" },
      ],
    },
    lines: [],
  });
});

Deno.test("a string that is a single template takes the type of its value; any other remains a string", () => {
  const value = (text: string) => (mapped(`kind: http\nurl: ${JSON.stringify(text)}\n`).fields as { url: Value }).url;
  assertEquals(value("{{ .PORT }}"), 8000);
  assertEquals(value("{{ .NONE }}"), null);
  assertEquals(value("{{ .LIST }}"), [1, { a: 2 }]);
  assertEquals(value("http://{{ .HOST }}:{{ .PORT }}/{{ .YES }}"), "http://localhost:8000/true");
  assertEquals(value(" {{ .PORT }}"), " 8000");
  assertEquals(value("{{ .BIG }}-{{ .DAY }}"), "1152921504606846976-1970-01-01T00:00:00.000Z");
  assertEquals(value("no template }}"), "no template }}");
});

Deno.test("a template that cannot be evaluated is a diagnostic at its position, and is left unchanged", () => {
  const text = `
kind: http
url: >
  http://{{ .HOST }}:
  {{ .PROT }}/{{ .NONE }}
timeout: "a{{ .LIST }}\\t{{ x y }}{{ .PORT }}"
`;
  assertEquals(mapped(text), {
    fields: { url: "http://{{ .HOST }}: {{ .PROT }}/{{ .NONE }}\n", timeout: "a{{ .LIST }}\t{{ x y }}{{ .PORT }}" },
    lines: [
      "x.yaml:5:7: invalid template: PROT is not set",
      "x.yaml:5:18: invalid template: expected a string, a number, a boolean or a date, got null",
      "x.yaml:6:15: invalid template: expected a string, a number, a boolean or a date, got a list of 2",
      "x.yaml:6:28: invalid template: x y is no variable",
    ],
  });
  assertEquals(mapped('kind: http\nurl: "a{{ .NONE }}"\n').lines, [
    "x.yaml:2:11: invalid template: expected a string, a number, a boolean or a date, got null",
  ]);
  assertEquals(mapped('kind: http\nurl: "a{{ .NONE"\n').lines, [
    'x.yaml:2:8: unclosed template; write {{ "{{" }} for a literal {{',
  ]);
});

Deno.test("a diagnostic names the spec if it came from no file", () => {
  const { spec } = specFromMap({ kind: "http", name: "a", url: "{{ .X }}" });
  const { diagnostics } = mapTemplates(spec!, scheme, evaluate);
  assertEquals(diagnostics.map(formatDiagnostic), ["a: invalid template: X is not set"]);
});

Deno.test("fields without templates are not copied, and those of an unknown kind are left unchanged", () => {
  const { spec } = specFromMap({ kind: "http", url: "x", list: [{ a: "b" }] });
  assertEquals(mapTemplates(spec!, scheme, evaluate).fields === spec!.fields, true);
  const unknown = specFromMap({ kind: "nothing", url: "{{ .PORT }}" }).spec!;
  assertEquals(mapTemplates(unknown, scheme, evaluate), { fields: { url: "{{ .PORT }}" }, diagnostics: [] });
});

Deno.test("anything that the evaluator throws is a diagnostic", () => {
  const { spec } = specFromMap({ kind: "http", url: "{{ x }}" });
  const diagnostics = mapTemplates(spec!, scheme, () => {
    throw "no error";
  }).diagnostics;
  assertEquals(diagnostics.map(({ message }) => message), ["invalid template: no error"]);
});
