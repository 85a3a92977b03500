import { assertEquals } from "@std/assert";
import { formatProblem, hasErrors, printable, type Problem, show, showPath, sortProblems } from "../mod.ts";

const at = (file: string, line: number, column: number) => ({ file, line, column });

Deno.test("a problem is one line", () => {
  const cases: [Problem, string][] = [
    [{ position: at("x.yaml", 12, 9), what: "it is wrong" }, "x.yaml:12:9: it is wrong"],
    [{ position: at("x.yaml", 1, 1), what: "a", hint: "b" }, "x.yaml:1:1: a; b"],
    [{ position: at("x.yaml", 1, 1), what: "a", hint: "b", severity: "warning" }, "x.yaml:1:1: warning: a; b"],
    [{ position: at("x.yaml", 1, 1), what: "a", severity: "error" }, "x.yaml:1:1: a"],
    [{ spec: "web", what: "a" }, "web: a"],
    [{ what: "a" }, "spec: a"],
    [
      { spec: "a\nb", what: "x\u001b[2Jy\u009b\r\u2028\u202e\ufeff\ud800", hint: "é 🐱 \t" },
      "a\\x0ab: x\\x1b[2Jy\\x9b\\x0d\\u2028\\u202e\\ufeff\\ud800; é 🐱 \\x09",
    ],
  ];
  for (const [problem, line] of cases) assertEquals(formatProblem(problem), line);
  for (let code = 0; code < 0x100; code++) {
    const acts = code < 0x20 || code >= 0x7f && code < 0xa0;
    assertEquals(printable(String.fromCharCode(code)).length, acts ? 4 : 1);
  }
});

Deno.test("problems come in the order of the files, each once", () => {
  const problems: Problem[] = [
    { what: "nowhere" },
    { position: at("b", 1, 1), what: "1" },
    { position: at("a", 2, 1), what: "2" },
    { position: at("a", 1, 10), what: "3" },
    { position: at("a", 1, 9), what: "4" },
    { position: at("a", 1, 9), what: "5" },
    { position: at("a", 1, 9), what: "4" },
  ];
  assertEquals(sortProblems(problems).map(({ what }) => what), ["4", "5", "3", "2", "1", "nowhere"]);
  assertEquals(hasErrors(problems), true);
  assertEquals(hasErrors([{ what: "a", severity: "warning" }]), false);
  assertEquals(hasErrors([]), false);
});

Deno.test("values and paths are shown so that a reader finds them", () => {
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
