import { assertEquals } from "@std/assert";
import { type Diagnostic, formatDiagnostic, hasErrors, printable, show, showPath, sortDiagnostics } from "../mod.ts";

const at = (file: string, line: number, column: number) => ({ file, line, column });

Deno.test("a diagnostic is formatted as one line", () => {
  const cases: [Diagnostic, string][] = [
    [{ location: { position: at("x.yaml", 12, 9) }, message: "it is wrong" }, "x.yaml:12:9: it is wrong"],
    [{ location: { position: at("x.yaml", 1, 1) }, message: "a", hint: "b" }, "x.yaml:1:1: a; b"],
    [
      { location: { position: at("x.yaml", 1, 1) }, message: "a", hint: "b", severity: "warning" },
      "x.yaml:1:1: warning: a; b",
    ],
    [{ location: { position: at("x.yaml", 1, 1) }, message: "a", severity: "error" }, "x.yaml:1:1: a"],
    [{ location: { spec: "web" }, message: "a" }, "web: a"],
    [{ message: "a" }, "spec: a"],
    [
      { location: { spec: "a\nb" }, message: "x\u001b[2Jy\u009b\r\u2028\u202e\ufeff\ud800", hint: "é 🐱 \t" },
      "a\\x0ab: x\\x1b[2Jy\\x9b\\x0d\\u2028\\u202e\\ufeff\\ud800; é 🐱 \\x09",
    ],
  ];
  for (const [diagnostic, line] of cases) assertEquals(formatDiagnostic(diagnostic), line);
  for (let code = 0; code < 0x100; code++) {
    const acts = code < 0x20 || code >= 0x7f && code < 0xa0;
    assertEquals(printable(String.fromCharCode(code)).length, acts ? 4 : 1);
  }
});

Deno.test("diagnostics are sorted by position, without duplicates", () => {
  const diagnostics: Diagnostic[] = [
    { message: "nowhere" },
    { location: { position: at("b", 1, 1) }, message: "1" },
    { location: { position: at("a", 2, 1) }, message: "2" },
    { location: { position: at("a", 1, 10) }, message: "3" },
    { location: { position: at("a", 1, 9) }, message: "4" },
    { location: { position: at("a", 1, 9) }, message: "5" },
    { location: { position: at("a", 1, 9) }, message: "4" },
  ];
  assertEquals(sortDiagnostics(diagnostics).map(({ message }) => message), ["4", "5", "3", "2", "1", "nowhere"]);
  assertEquals(hasErrors(diagnostics), true);
  assertEquals(hasErrors([{ message: "a", severity: "warning" }]), false);
  assertEquals(hasErrors([]), false);
});

Deno.test("values and paths are formatted for messages", () => {
  assertEquals(
    ['a\n"b"', "x".repeat(61), 5, -0.5, true, null, 2n, [], [1, 2], {}, { a: 1 }, new Date(0), new Uint8Array(1)].map(
      show,
    ),
    [
      '"a\\n\\"b\\""',
      `"${"x".repeat(60)}..."`,
      "5",
      "-0.5",
      "true",
      "null",
      "2",
      "an empty list",
      "a list of 2",
      "an empty map",
      "a map",
      "a value of kind date",
      "a value of kind bytes",
    ],
  );
  assertEquals(showPath(["routes", 0, "path"]), "routes[0].path");
  assertEquals(showPath(["links", "out[0]", 1, "größe", "a b"]), 'links["out[0]"][1].größe["a b"]');
  assertEquals(showPath([]), "");
});
