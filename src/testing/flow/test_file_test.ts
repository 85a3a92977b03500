import { assertEquals } from "@std/assert";
import { formatDiagnostic, isTestFile } from "../../spec/mod.ts";
import { readTestFile } from "./test_file.ts";

function errors(text: string, name = "a_test.yaml"): string[] {
  return readTestFile(name, text).diagnostics.map(formatDiagnostic);
}

Deno.test("a test file is known by its name", () => {
  const names = ["a_test.yaml", "x/a.test.yml", "a_test.json", "_test.yaml", "test.yaml", "latest.yaml", "a_test.ts"];
  assertEquals(names.map(isTestFile), [true, true, true, false, false, false, false]);
});

Deno.test("a single value is read as a list of one, and steps and answers keep null", () => {
  const { file, diagnostics } = readTestFile(
    "a_test.yaml",
    "tests:\n  - name: 1\n    send: { port: a.in, payload: null }\n    expect: { answer: null }\n",
  );
  assertEquals(diagnostics, []);
  assertEquals(file?.data.tests[0], {
    name: "1",
    send: [{ port: "a.in", payload: null }],
    expect: { answer: null },
  });
  assertEquals(file?.position(["tests", 0, "send", 0, "port"]), { file: "a_test.yaml", line: 3, column: 19 });
});

Deno.test("every error has its place and says what would be right", () => {
  assertEquals(
    errors(`
spec: shop.yaml
tests:
  - nane: a
    send: { to: web, requst: {} }
    expect: { calls: { a: many } }
`),
    [
      'a_test.yaml:2:1: unknown field "spec" of test file; did you mean "specs"?',
      'a_test.yaml:4:5: missing field "name" of tests[0]: expected a string',
      'a_test.yaml:4:5: unknown field "nane" of tests[0]; did you mean "name"?',
      'a_test.yaml:5:22: unknown field "requst" of tests[0].send[0]; did you mean "request"?',
      'a_test.yaml:6:27: invalid tests[0].expect.calls.a "many": expected a number of calls, or a map of times and with',
    ],
  );
});

Deno.test("what a schema cannot check is checked", () => {
  assertEquals(
    errors(`
defaults: { clock: tomorrow }
tests:
  - name: a
    send:
      - { wait: true }
      - { to: web }
      - { advance: 1h, payload: 1 }
      - { port: web }
      - { to: web, request: { path: /, body: 1, form: {} } }
    mocks:
      - { node: a }
      - { node: b, when: self >, answer: { payload: 1, nothing: true } }
      - { node: c, answer: { that: (self } }
    expect: { answer: 1, error: x, log: { match: ( } }
  - name: a
    send: { port: a.in }
`),
    [
      'a_test.yaml:2:20: invalid clock "tomorrow": expected a time such as 2026-01-01T00:00:00Z, or real',
      "a_test.yaml:6:9: invalid step: expected to and request, port and payload, source, or advance",
      "a_test.yaml:7:9: missing request in a step with to",
      "a_test.yaml:8:24: unexpected payload in a step with advance",
      'a_test.yaml:9:17: invalid port "web": expected NODE.PORT',
      "a_test.yaml:10:49: unexpected form in a request with body",
      "a_test.yaml:12:9: invalid mock of a: expected either answer or answers",
      "a_test.yaml:13:32: unexpected token: EOF",
      "a_test.yaml:13:42: invalid answer: expected one of payload, error, timeout, that and nothing",
      "a_test.yaml:14:41: expected RPAREN, got EOF",
      "a_test.yaml:15:26: unexpected error beside answer: expect one",
      "a_test.yaml:15:50: Invalid regular expression: /(/su: Unterminated group",
      'a_test.yaml:16:11: duplicate name "a": test 1 has it',
    ],
  );
});

Deno.test("a file that is no map, no YAML or no JSON is told where", () => {
  assertEquals(errors("- a"), ["a_test.yaml:1:1: invalid test file: expected a map, got a list of 1"]);
  assertEquals(errors("a: [").length, 1);
  assertEquals(errors("{", "a_test.json").length, 1);
  assertEquals(errors("tests: []\n---\ntests: []"), [
    "a_test.yaml:3:1: unexpected second document: expected a single map",
  ]);
});
