import { assertEquals } from "@std/assert";
import type { Diagnostic } from "../../spec/mod.ts";
import { annotationOf, sarifOf } from "./check_report.ts";

const wrong: Diagnostic = {
  location: { position: { file: "flows/a,b c.yaml", line: 3, column: 9 } },
  message: 'unknown kind "a%b"\nand more',
  hint: 'did you mean "ab"?',
};
const odd: Diagnostic = { location: { spec: "web" }, message: "odd", severity: "warning" };

Deno.test("a diagnostic is an annotation of GitHub, with what has a meaning there escaped", () => {
  assertEquals(
    annotationOf(wrong),
    '::error file=flows/a%2Cb c.yaml,line=3,col=9::unknown kind "a%25b"%0Aand more; did you mean "ab"?',
  );
  assertEquals(annotationOf(odd), "::warning file=web::odd");
  assertEquals(annotationOf({ message: "no place" }), "::error::no place");
});

Deno.test("diagnostics are results of SARIF 2.1.0", () => {
  const { version, runs: [run] } = sarifOf([wrong, odd, { location: { spec: "/srv/a b" }, message: "x" }, {
    message: "y",
  }]);
  assertEquals([version, run!.tool.driver.name, run!.columnKind], ["2.1.0", "weft", "utf16CodeUnits"]);
  assertEquals(run!.results.map(({ ruleId, ruleIndex }) => run!.tool.driver.rules[ruleIndex]!.id === ruleId), [
    true,
    true,
    true,
    true,
  ]);
  assertEquals(run!.results[0], {
    ruleId: "spec",
    ruleIndex: 0,
    level: "error",
    message: { text: 'unknown kind "a%b"\nand more; did you mean "ab"?' },
    locations: [{
      physicalLocation: {
        artifactLocation: { uri: "flows/a%2Cb%20c.yaml" },
        region: { startLine: 3, startColumn: 9 },
      },
    }],
  });
  assertEquals(run!.results.map(({ level }) => level), ["error", "warning", "error", "error"]);
  assertEquals(run!.results[2]!.locations![0]!.physicalLocation.artifactLocation.uri, "file:///srv/a%20b");
  assertEquals("locations" in run!.results[3]!, false);
});
